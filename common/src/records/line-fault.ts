// Why a line of the input is not a message, for the person who fixes the source.
import { parseJson } from '../json/parse-json.ts';

/** The rest of a sentence that begins with the line. */
export function lineFault(line: Uint8Array, protocol: 'Airbyte' | 'Singer'): string {
  const text = Buffer.from(line).toString();
  const type = typeOf(text);
  if (type === notJson && hasNotANumber(text))
    return 'holds NaN or Infinity, which JSON does not have: send null instead';
  if (type === 'RECORD' && protocol === 'Airbyte') {
    return 'is a RECORD without the name of its stream';
  }
  return `is not a message of the ${protocol} protocol`;
}

/** For an unknown message. The type is shown only if it looks like a keyword. */
export function typeText(type: string): string {
  return /^[A-Z][A-Z_]{0,39}$/u.test(type) ? `the type "${type}"` : 'a type that is not a keyword';
}

const notJson = Symbol('no JSON');

function typeOf(text: string): unknown {
  try {
    return (parseJson(text) as { readonly type?: unknown } | null)?.type;
  } catch {
    return notJson;
  }
}

/** As Python's json writes NaN and Infinity by default. */
function hasNotANumber(text: string): boolean {
  const withoutStrings = text.replaceAll(/"(?:[^"\\]|\\.)*"/gu, '""');
  return /[:,[]\s*-?(?:NaN|Infinity)\s*[,\]}]/u.test(withoutStrings);
}

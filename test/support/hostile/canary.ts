// Values that must not be seen outside records, in the forms of columns, and how a text betrays them: unchanged, or escaped or
// encoded as programs do it.
import { ConnectorError, toConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import { framesOf } from '@s3-connectors/common/protocol/text/thrown.ts';

/** Three times in each text, so that one is left if a value is damaged or cut. */
const core = 'Qz7kWx4v';
const digits = '7340982716453';

export const canary = {
  text: `${core}.${core}.${core}@example.org`,
  key: `${core}-key-${core}`,
  integer: Number(digits),
  digits,
  decimal: '73409827.16453',
  date: '2077-11-23',
  time: '2077-11-23T19:47:53',
} as const;

const cores = [core, digits, digits.slice(0, 8), '2077-11-23', '23/11/2077', '19:47:53'];
const forms = cores.flatMap((one) => {
  const bytes = Buffer.from(one);
  const hex = bytes.toString('hex');
  const escapes = (prefix: string): string => hex.replaceAll(/../gu, (pair) => `${prefix}${pair}`);
  const units = Array.from(one, (char) => `\\u00${char.charCodeAt(0).toString(16)}`).join('');
  return [one, hex, escapes('\\x'), escapes('%'), escapes(' ').trim(), units, bytes.join(','), ...base64Of(bytes)];
});
const lowerForms = [...new Set(forms.map((form) => form.toLowerCase()))];

/** The parts of base64 that do not depend on the bytes around, for each position of the first. */
function base64Of(bytes: Buffer): readonly string[] {
  return [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64url');
    const first = Math.ceil((before * 8) / 6);
    return text.slice(first, Math.floor(((before + bytes.length) * 8) / 6));
  });
}

/** The part of the text around a canary. Undefined without one. Letters count in either case. */
export function leakIn(text: string): string | undefined {
  const lower = text.toLowerCase().replaceAll('+', '-').replaceAll('/', '_');
  for (const whole of [text.toLowerCase(), lower]) {
    const form = lowerForms.find((one) => whole.includes(one));
    if (form !== undefined) return text.slice(Math.max(0, whole.indexOf(form) - 200), whole.indexOf(form) + 100);
  }
  return undefined;
}

/** Everything that is printed of a failure, in the form of the TRACE ERROR. */
export function printedOf(thrown: unknown): string {
  const error = toConnectorError(thrown);
  const frames = framesOf(error.cause instanceof Error ? error.cause : error) ?? '';
  return [error.code, error.message, error.details ?? '', error.code === 'UNEXPECTED' ? frames : ''].join('\n');
}

/** Whether no one foresaw it. */
export function isDefect(thrown: unknown): boolean {
  return !(thrown instanceof ConnectorError) || thrown.code === 'UNEXPECTED';
}

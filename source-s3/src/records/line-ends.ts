// The text that is equal at the ends of all lines becomes the line end of the engine's writer, which copies it once; `concat` would
// copy it twice (docs/adr/0006). In its NEW_LINE, the writer reads the two characters `
// ` as a line feed and `\r` as a carriage return, which are escapes in JSON, too: a key with a backslash before an n would break
// all lines but the first.
import { literal } from '@s3-connectors/common/columns/sql.ts';

/** `before` and `after` are JSON text, equal in all lines. */
export type LineEnds = { readonly before: string; readonly after: string };

/**
 * The option of COPY that ends each row's line and begins the next. The writer does not begin the first line and writes nothing at
 * the end: it would do both even for a query that fails before its first row or has no rows.
 */
export function lineEndOption(ends: LineEnds): string {
  return `NEW_LINE ${literal(`${withoutShortEscapes(ends.after)}\n${withoutShortEscapes(ends.before)}`)}`;
}

const numbered: Readonly<Record<string, string>> = { '\\n': '\\u000a', '\\r': '\\u000d', '\\\\': '\\u005c' };

/**
 * The same JSON. Escapes are replaced in pairs from the left: in `\
 * ` the backslash is escaped and the n is a letter.
 */
function withoutShortEscapes(json: string): string {
  const text = json.replaceAll(/\\./gsu, (escape) => numbered[escape] ?? escape);
  if (/\\[nr\\]|[^ -\u{10ffff}]/u.test(text)) throw new TypeError('the constant text of a line is not JSON');
  return text;
}

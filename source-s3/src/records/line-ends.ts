// What is the same at the ends of all lines is the line end of the engine's writer: it copies that once, `concat` would twice
// (docs/adr/0006). The writer takes the two characters `\n` in its NEW_LINE for a line feed, and `\r` for a carriage return,
// which JSON has as escapes of its own: a key with a backslash before an n would break all lines but the first.
import { literal } from '@s3-connectors/common/columns/sql.ts';

/** `before` and `after` are JSON text, constant in all lines. */
export type LineEnds = { readonly before: string; readonly after: string };

/**
 * The option of COPY that ends each row's line and begins the next. What begins the first line is not the writer's, nor is
 * there anything at the end: it would write both for a query that fails before its first row or has none.
 */
export function lineEndOption(ends: LineEnds): string {
  return `NEW_LINE ${literal(`${withoutShortEscapes(ends.after)}\n${withoutShortEscapes(ends.before)}`)}`;
}

const numbered: Readonly<Record<string, string>> = { '\\n': '\\u000a', '\\r': '\\u000d', '\\\\': '\\u005c' };

/** The same JSON. Escapes are replaced in pairs from the left: in `\\n` the backslash is escaped and the n is a letter. */
function withoutShortEscapes(json: string): string {
  const text = json.replaceAll(/\\./gsu, (escape) => numbered[escape] ?? escape);
  if (/\\[nr\\]|[^ -\u{10ffff}]/u.test(text)) throw new TypeError('the constant text of a line is not JSON');
  return text;
}

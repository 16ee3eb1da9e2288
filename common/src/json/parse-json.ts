// Parses JSON correctly. V8 in Node 24 and 26 compares the raw text of an escaped key with the keys of earlier objects. It reads
// the key "\n" as "\\" after an object {"a":1,"\\":2} (https://github.com/nodejs/node/issues/63785), so a column or a table would
// silently get another name. No other module of the connectors calls JSON.parse (test/repository/code.test.ts).

const space = /[ \t\n\r]/u;
const punctuation = new Set('{}[],:');

/** The value that JSON.parse should return. @throws SyntaxError, like JSON.parse. */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return typeof value === 'object' && value !== null && text.includes('\\') ? rebuilt(text) : value;
}

/** The value of valid JSON. V8 reads texts and numbers correctly; only its objects can be wrong. */
function rebuilt(text: string): unknown {
  const open: unknown[][] = [[]];
  for (let at = 0, end = 0; at < text.length; at = end) {
    end = tokenEnd(text, at);
    const token = text.slice(at, end);
    if (token === '{' || token === '[') open.push([]);
    else if (token === ']') close(open, (items) => items);
    else if (token === '}') close(open, fromFlat);
    else if (token !== ',' && token !== ':' && !space.test(token.charAt(0))) open.at(-1)?.push(JSON.parse(token));
  }
  return open[0]?.[0];
}

function close(open: unknown[][], valueOf: (items: readonly unknown[]) => unknown): void {
  const items = open.pop() ?? [];
  open.at(-1)?.push(valueOf(items));
}

/** Keys and values in turn. The last value of a duplicate key applies. */
function fromFlat(items: readonly unknown[]): unknown {
  const entries: [string, unknown][] = [];
  for (let at = 0; at < items.length; at += 2) entries.push([String(items[at]), items[at + 1]]);
  return Object.fromEntries(entries);
}

/** Without a regular expression, which would use memory for each character of a long text. */
function tokenEnd(text: string, at: number): number {
  const first = text.charAt(at);
  if (first === '"') return stringEnd(text, at + 1);
  let end = at + 1;
  if (punctuation.has(first) || space.test(first)) return end;
  while (end < text.length && !punctuation.has(text.charAt(end)) && !space.test(text.charAt(end))) end += 1;
  return end;
}

function stringEnd(text: string, at: number): number {
  let end = at;
  while (text.charAt(end) !== '"') end += text.charAt(end) === '\\' ? 2 : 1;
  return end + 1;
}

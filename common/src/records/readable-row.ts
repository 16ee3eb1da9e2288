// Makes a row that all readers accept. The last value of a repeated key stays. A number that some reader refuses becomes null,
// or the double that it means. The replaced values are stored as JSON text in the object's member `__json`.
import { CLOSE_ARRAY, COMMA, MINUS, OPEN_ARRAY, OPEN_OBJECT, QUOTE, ZERO, NINE } from '../json/ascii.ts';
import { findMember, skipColon, skipSpace, skipString, skipValue } from '../json/json-bytes.ts';
import { isReadableNumber } from '../json/number-range.ts';
import { keyText, LastMembers } from './last-members.ts';
import { afterItem, itemsPath, memberPath, namedDepth, type Note, type Repair } from './repairs.ts';
import { RowBuffer } from './row-buffer.ts';

const asideName = '__json';
/** Deeper values stay as they are, because many readers refuse such a row anyway. */
const mostDepth = 512;
/** The most edits of a record. Beyond it, the current object or list becomes text as a whole. */
const mostEdits = 200_000;
const nothing = Buffer.from('null');
const noText = Buffer.alloc(0);

type Span = { readonly start: number; readonly end: number };
/** `text` replaces a part of the line. `path`: the field that the edit is counted for. */
type Edit = Span & { readonly text: Uint8Array; readonly repair?: Repair; readonly path?: string };

type Walk = {
  readonly bytes: Uint8Array;
  readonly edits: Edit[];
  readonly out: RowBuffer;
  /** The current value has such a number, not counting the objects in it. */
  hasStrange: boolean;
};

/**
 * Makes the valid JSON at `value` readable in the line bytes[start, end), whose last byte is the newline. Undefined if it
 * already is. `note` receives each change.
 */
export function readableRow(
  bytes: Uint8Array,
  { start, end, value }: Span & { readonly value: number },
  note: Note,
): Buffer | undefined {
  const walk: Walk = { bytes, edits: [], out: new RowBuffer(), hasStrange: false };
  visit(walk, value, '', 0);
  if (walk.edits.length === 0) return undefined;
  const pieces: Uint8Array[] = [];
  let copied = start;
  for (const edit of walk.edits.sort((a, b) => a.start - b.start)) {
    if (edit.start < copied) continue; // It is in an omitted value.
    pieces.push(bytes.subarray(copied, edit.start), edit.text);
    copied = edit.end;
    if (edit.repair !== undefined) note(edit.repair, edit.path ?? '', 1);
  }
  pieces.push(bytes.subarray(copied, end));
  return Buffer.concat(pieces);
}

/** @returns the byte after the value. */
function visit(walk: Walk, start: number, path: string, depth: number): number {
  const { bytes } = walk;
  const first = bytes[start] as number;
  if (depth < mostDepth && first === OPEN_OBJECT) return visitMembers(walk, start, path, depth);
  if (depth < mostDepth && first === OPEN_ARRAY) return visitItems(walk, start, path, depth);
  const end = skipValue(bytes, start);
  const isNumber = first === MINUS || (first >= ZERO && first <= NINE);
  const number = isNumber ? Buffer.from(bytes.subarray(start, end)).toString('latin1') : '0';
  if (!isReadableNumber(number)) {
    const double = Number(number);
    const text = Number.isFinite(double) ? Buffer.from(String(double)) : nothing;
    walk.edits.push({ start, end, text, repair: 'outOfRange', path });
    walk.hasStrange = true;
  }
  return end;
}

function visitMembers(walk: Walk, start: number, path: string, depth: number): number {
  const { bytes, edits } = walk;
  const last = new LastMembers(bytes);
  const hadStrange = walk.hasStrange;
  const first = edits.length;
  let isTooMuch = false;
  /** The end of a member, by its start. */
  const aside = new Map<number, number>();
  let at = skipSpace(bytes, start + 1);
  while (bytes[at] === QUOTE) {
    const key = at;
    const keyEnd = skipString(bytes, key);
    const member = depth < namedDepth ? memberPath(path, keyText(bytes, key, keyEnd)) : path;
    const before = last.put(key);
    if (before >= 0) {
      const end = skipValue(bytes, skipColon(bytes, skipString(bytes, before)));
      aside.set(before, end);
      edits.push({ start: before, end: afterItem(bytes, end), text: noText, repair: 'repeatedKeys', path: member });
    }
    walk.hasStrange = false;
    const end = visit(walk, skipColon(bytes, keyEnd), member, depth + 1);
    if (walk.hasStrange) aside.set(key, end);
    at = afterItem(bytes, end);
    isTooMuch ||= edits.length > mostEdits;
    if (!isTooMuch) continue;
    edits.length = first;
    aside.clear();
  }
  walk.hasStrange = hadStrange;
  if (isTooMuch) edits.push(wholeAside(walk, start, at, path));
  else if (aside.size > 0) edits.push(asideOf(walk, start, at, aside));
  return at + 1;
}

/** `close`: the object's closing brace. An existing member of that name goes into the text. */
function asideOf({ bytes, out }: Walk, start: number, close: number, aside: Map<number, number>): Edit {
  const own = findMember(bytes, start, asideName);
  if (own !== undefined) aside.set(own.keyStart, own.valueEnd);
  out.clear();
  out.text(`${own === undefined ? ',' : ''}"${asideName}":"{`);
  for (const [index, [from, to]] of [...aside].sort(([a], [b]) => a - b).entries()) {
    if (index > 0) out.byte(COMMA);
    out.escaped(bytes, from, to);
  }
  out.text('}"');
  const [from, to] = own === undefined ? [close, close] : [own.keyStart, own.valueEnd];
  return { start: from, end: to, text: Buffer.from(out.bytes) };
}

/** An object that consists only of its text. */
function wholeAside({ bytes, out }: Walk, start: number, close: number, path: string): Edit {
  out.clear();
  out.text(`"${asideName}":"`);
  out.escaped(bytes, start, close + 1);
  out.text('"');
  return { start: start + 1, end: close, text: Buffer.from(out.bytes), repair: 'repeatedKeys', path };
}

function visitItems(walk: Walk, start: number, path: string, depth: number): number {
  const { bytes, edits } = walk;
  const first = edits.length;
  let isTooMuch = false;
  const items = depth < namedDepth ? itemsPath(path) : path;
  let at = skipSpace(bytes, start + 1);
  while (bytes[at] !== CLOSE_ARRAY) {
    at = afterItem(bytes, visit(walk, at, items, depth + 1));
    isTooMuch ||= edits.length > mostEdits;
    if (isTooMuch) edits.length = first;
  }
  if (isTooMuch) {
    edits.push({ start, end: at + 1, text: nothing, repair: 'outOfRange', path });
    walk.hasStrange = true;
  }
  return at + 1;
}

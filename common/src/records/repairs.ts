// Changes to records that some reader would refuse together with their file: NaN and Infinity become null, halves of surrogate
// pairs become U+FFFD; see readable-row.ts for the others. They are counted by stream and by the field's path.
import { CLOSE_ARRAY, COMMA, OPEN_ARRAY, OPEN_OBJECT, QUOTE } from '../json/ascii.ts';
import { hasEscape, skipColon, skipSpace, skipString, skipValue } from '../json/json-bytes.ts';
import { parseJson } from '../json/parse-json.ts';
import { keyText } from './last-members.ts';

/**
 * `nulled`: values that were NaN or Infinity; `repairedTexts`: halves of surrogate pairs; `repeatedKeys`: values of a key that
 * its object repeats later; `outOfRange`: numbers beyond a double.
 */
const repairs = ['nulled', 'repairedTexts', 'repeatedKeys', 'outOfRange'] as const;
export type Repair = (typeof repairs)[number];
export type RepairCounts = Record<Repair, number>;

/** For one stream, by the field's path. */
export type FieldCounts = ReadonlyMap<string, number>;

/** Fields that are counted by name. The other fields of the stream are counted together. */
const mostFields = 100;
export const otherFields = '*';
/** Deeper members are counted with the member that contains them. */
export const namedDepth = 8;
const mostNameLength = 100;

/**
 * Inspects, and may change, bytes[start, end): a key, a value or several. `isTwin`: a key that would equal another key of its
 * object if both had U+FFFD for halves of surrogate pairs. @returns how often it found something.
 */
type Find = (start: number, end: number, isTwin: boolean) => number;
export type Note = (repair: Repair, path: string, count: number) => void;

/** Runs `find` over all keys and values of the valid JSON at `start`, and counts what it finds by the path of the field. */
export function findByField(
  bytes: Uint8Array,
  start: number,
  find: Find,
  note: (path: string, count: number) => void,
): void {
  visit({ bytes, find, note }, start, '', 0);
}

type Visit = {
  readonly bytes: Uint8Array;
  readonly find: Find;
  readonly note: (path: string, count: number) => void;
};

/** @returns the byte after the value. */
function visit(walk: Visit, start: number, path: string, depth: number): number {
  const { bytes, find, note } = walk;
  const first = bytes[start];
  if (depth < namedDepth && first === OPEN_OBJECT) return visitMembers(walk, start, path, depth);
  if (depth < namedDepth && first === OPEN_ARRAY) return visitItems(walk, start, path, depth);
  const end = skipValue(bytes, start);
  const count = find(start, end, false);
  if (count > 0) note(path, count);
  return end;
}

function visitMembers(walk: Visit, start: number, path: string, depth: number): number {
  const { bytes, find, note } = walk;
  let twins: ReadonlySet<string> | undefined;
  let at = skipSpace(bytes, start + 1);
  while (bytes[at] === QUOTE) {
    const keyEnd = skipString(bytes, at);
    const mayBeTwin = hasEscape(bytes, at + 1, keyEnd - 1);
    if (mayBeTwin) twins ??= twinKeys(bytes, start);
    const found = find(at, keyEnd, mayBeTwin && twins?.has(keyText(bytes, at, keyEnd)) === true);
    const key = bytes.subarray(at, Math.min(keyEnd, at + 6 * mostNameLength));
    const name = (): string => memberPath(path, nameOf(key, keyEnd - at));
    if (found > 0) note(name(), found);
    at = afterItem(bytes, visit(walk, skipColon(bytes, keyEnd), name(), depth + 1));
  }
  return at + 1;
}

/** Keys of the object that differ from another key only in halves of surrogate pairs. */
function twinKeys(bytes: Uint8Array, start: number): ReadonlySet<string> {
  const first = new Map<string, string>();
  const twins = new Set<string>();
  for (let at = skipSpace(bytes, start + 1); bytes[at] === QUOTE;) {
    const keyEnd = skipString(bytes, at);
    const key = keyText(bytes, at, keyEnd);
    const stored = key.toWellFormed();
    const other = first.get(stored);
    if (other === undefined) first.set(stored, key);
    else if (other !== key) twins.add(key).add(other);
    at = afterItem(bytes, skipValue(bytes, skipColon(bytes, keyEnd)));
  }
  return twins;
}

function visitItems(walk: Visit, start: number, path: string, depth: number): number {
  const { bytes } = walk;
  let at = skipSpace(bytes, start + 1);
  const items = itemsPath(path);
  while (bytes[at] !== CLOSE_ARRAY) at = afterItem(bytes, visit(walk, at, items, depth + 1));
  return at + 1;
}

/** From the end of a member or an item: the next one, or the closing bracket. */
export function afterItem(bytes: Uint8Array, end: number): number {
  const at = skipSpace(bytes, end);
  return bytes[at] === COMMA ? skipSpace(bytes, at + 1) : at;
}

/** `key`: with its quotes. It is cut if it has more bytes, perhaps within an escape. */
function nameOf(key: Uint8Array, bytes: number): string {
  const text = Buffer.from(key).toString();
  return key.length === bytes ? String(parseJson(text)) : text.slice(1);
}

export function memberPath(path: string, name: string): string {
  const shown = name.slice(0, mostNameLength).toWellFormed();
  return path === '' ? shown : `${path}.${shown}`;
}

export function itemsPath(path: string): string {
  return `${path}[]`;
}

type StreamTally = Record<Repair, Map<string, number>>;

export class RepairTally {
  readonly counts: RepairCounts = forEachRepair(() => 0);
  readonly #byStream = new Map<number, StreamTally>();

  /** By the number of the stream. */
  note(stream: number, repair: Repair, path: string, count: number): void {
    const known = this.#byStream.get(stream) ?? forEachRepair(() => new Map<string, number>());
    this.#byStream.set(stream, known);
    const fields = known[repair];
    const name = fields.has(path) || fields.size < mostFields ? path : otherFields;
    fields.set(name, (fields.get(name) ?? 0) + count);
    this.counts[repair] += count;
  }

  of(stream: number): Readonly<Record<Repair, FieldCounts>> | undefined {
    return this.#byStream.get(stream);
  }
}

function forEachRepair<Value>(value: () => Value): Record<Repair, Value> {
  return Object.fromEntries(repairs.map((repair) => [repair, value()])) as Record<Repair, Value>;
}

// The shape of a table's rows: a tree of what the catalog declares and what was seen in rows. Types are decided from it when
// the table is written.
import { columnTypeOf } from '@s3-connectors/common/columns/json-schema.ts';
import { parseJson } from '@s3-connectors/common/json/parse-json.ts';
import { isObject, type JsonObject } from '@s3-connectors/common/protocol/messages.ts';

import { maxDepth, maxFieldNameBytes, maxFields } from '../../config/budgets.ts';
import { keyOf, type MemberKey } from '../types/member-key.ts';
import { restName, type ScalarType, type TemporalType } from '../types/field-type.ts';
import { oneType, onlyOption, scalar, typesOf } from './declared-type.ts';
import { Room, type RunRoom } from './room.ts';
import { isTemporal } from '../types/temporal-text.ts';

/** What was seen of a value. The numbers for numbers are those of number-kind.ts. */
export const seen = {
  nothing: 0,
  boolean: 1,
  int: 2,
  wide: 3,
  huge: 4,
  whole: 5,
  real: 6,
  inexact: 7,
  text: 8,
  /** A string that the engine refuses: it has half of a surrogate pair, or a zero character. */
  broken: 9,
  object: 10,
  list: 11,
  /** A text that already has the form of the declared date or time. */
  temporal: 12,
  /** An object or a list below `maxDepth`. */
  deep: 13,
  /** A text of the declared date or time in another form, which the engine reads. */
  readable: 14,
  /** An empty list, or an empty object as PHP writes it. */
  emptyList: 15,
} as const;
const seenKinds = 16;

/** What the catalog declares about a value, if anything. `object`: with unknown members. */
export type DeclaredKind = ScalarType | { readonly kind: 'list' | 'struct' | 'object' };

/** For the items of lists: the number of rows that have a kind among them, and the row that was counted last. */
type Votes = { readonly counts: Uint32Array; readonly lastRow: Uint32Array };

/** One field, at any level. */
export class Shape implements MemberKey {
  readonly name: string;
  /** The number among the wanted fields of a row, or -1. */
  readonly field: number;
  readonly key: Uint8Array;
  readonly words: Int32Array;
  readonly counts = new Uint32Array(seenKinds);
  /** A bit for each kind that many values have, including null. Rows with values of other kinds are marked. */
  usual = 1 << seen.nothing;
  /** Forgotten members had usual values. */
  hasForgotten = false;
  /** Undefined outside lists, where each row has at most one value. */
  readonly votes: Votes | undefined;
  children: readonly Shape[] = [];
  /** The catalog names it. */
  isNamed = false;
  /** The content of its objects and lists is not observed: it is stored as JSON text. */
  isText = false;
  /** Members to find in rows. */
  fields: readonly string[] = [];
  declared: DeclaredKind | undefined;
  temporal: TemporalType | undefined;
  items: Shape | undefined;
  /** Seen members without a field. */
  rest = 0;
  /** Seen objects that repeat a member. */
  twins = 0;
  /** The object in which it was seen last; see observe.ts. */
  visit = 0;
  /** `first`: the member that came first in the last object; `follower`: the member that came after this one. */
  first: Shape | undefined;
  follower: Shape | undefined;
  readonly room: Room;
  /** Children by name, and by every seen spelling. Most fields have none. */
  #byName: Map<string, Shape> | undefined;
  #spellings: Map<string, Shape> | undefined;

  constructor(name: string, room: Room, { field = -1, isInList = false } = {}) {
    this.name = name;
    this.field = field;
    ({ key: this.key, words: this.words } = keyOf(name));
    this.room = room;
    if (isInList) this.votes = { counts: new Uint32Array(seenKinds), lastRow: new Uint32Array(seenKinds) };
  }

  /** The number of rows with a value of each kind. */
  get ballot(): Uint32Array {
    return this.votes?.counts ?? this.counts;
  }

  /** The number of rows with a value other than null. */
  get rows(): number {
    return this.ballot.reduce((sum, count) => sum + count, -(this.ballot[seen.nothing] as number));
  }

  /** The member with that name; it is created if possible. `key`: its spelling in a row, as latin1. */
  child(key: string): Shape | undefined {
    const known = this.#spellings?.get(key);
    if (known !== undefined) return known;
    if (key.length > longestSpelling) return undefined;
    const name = String(parseJson(Buffer.from(`"${key}"`, 'latin1').toString()));
    const same = this.#byName?.get(name);
    const child = same ?? (canBeField(name) && this.room.take() ? this.#add(name) : undefined);
    if (child === undefined) return undefined;
    // Few writers spell a name in two ways. The remembered spellings must not grow.
    this.#spellings ??= new Map();
    if (this.#spellings.size < 4 * maxFields) this.#spellings.set(key, child);
    return child;
  }

  /** A member that the catalog names. Of names that differ only in case, one can be a field. */
  declareChild(name: string): Shape | undefined {
    const folded = name.toLowerCase();
    const isTaken = this.children.some((child) => child.name.toLowerCase() === folded);
    if (isTaken || !canBeField(name) || !this.room.declare()) return undefined;
    const child = this.#add(name);
    child.isNamed = true;
    return child;
  }

  item(): Shape {
    this.items ??= new Shape('', this.room, { isInList: true });
    return this.items;
  }

  /** Forgets the others: rows with these members then count as having members without a field. Call it only between rows. */
  keepChildren(stays: (child: Shape) => boolean): void {
    const kept = this.children.filter((child) => stays(child));
    this.rest += this.children.length - kept.length;
    this.hasForgotten ||= this.children.some((child) => !kept.includes(child) && hasUsual(child));
    if (kept.length === this.children.length) return;
    this.children = kept;
    this.#byName = new Map(kept.map((child) => [child.name, child]));
    this.#spellings = undefined;
    this.first = undefined;
    for (const child of kept) child.follower = undefined;
  }

  #add(name: string): Shape {
    const isInList = this.votes !== undefined;
    const child = new Shape(name, this.room, { field: this.fields.indexOf(name), isInList });
    (this.children as Shape[]).push(child);
    this.#byName ??= new Map();
    this.#byName.set(name, child);
    return child;
  }

  declare(declared: DeclaredKind): void {
    this.declared = declared;
    this.temporal = isTemporal(declared) ? declared : undefined;
  }
}

function hasUsual({ usual, items, children }: Shape): boolean {
  return usual !== 1 << seen.nothing || (items !== undefined && hasUsual(items)) || children.some(hasUsual);
}

/** Each byte of a name may be written as an escape. */
const longestSpelling = 6 * maxFieldNameBytes;

/** Whether a member of that name can have a field. */
function canBeField(name: string): boolean {
  return (
    name !== '' &&
    Buffer.byteLength(name) <= maxFieldNameBytes &&
    !name.toLowerCase().endsWith(restName) &&
    name.isWellFormed() &&
    !name.includes('\u0000')
  );
}

type ShapeOptions = {
  /** Looked for in the rows. */
  readonly fields?: readonly string[];
  readonly room?: RunRoom | undefined;
};

/** The shape of a table according to a JSON schema, as far as it defines one. */
export function shapeOfSchema(schema: JsonObject, { fields = [], room }: ShapeOptions = {}): Shape {
  const root = new Shape('', new Room(room));
  root.fields = fields;
  root.declare({ kind: 'struct' });
  declareMembers(root, schema, 1);
  return root;
}

function declareMembers(shape: Shape, schema: JsonObject, depth: number): void {
  const properties = schema['properties'];
  if (!isObject(properties)) return;
  for (const [name, node] of Object.entries(properties)) {
    const child = shape.declareChild(name);
    if (child !== undefined) declareValue(child, isObject(node) ? node : {}, depth + 1);
  }
}

/** Rows decide what the schema leaves open: no type, several types that are not all scalars, the members of an object. */
function declareValue(shape: Shape, whole: JsonObject, depth: number): void {
  const schema = onlyOption(whole);
  const type = oneType(typesOf(schema));
  if (type === undefined || depth > maxDepth) return;
  if (type === 'array') {
    shape.declare({ kind: 'list' });
    declareValue(shape.item(), isObject(schema['items']) ? schema['items'] : {}, depth + 1);
  } else if (type === 'object') {
    const { properties } = schema;
    const isOpen = !isObject(properties) || Object.keys(properties).length === 0;
    shape.declare({ kind: isOpen ? 'object' : 'struct' });
    if (!isOpen) declareMembers(shape, schema, depth);
  } else {
    const declared = scalar(columnTypeOf({ ...schema, type }));
    if (declared !== undefined) shape.declare(declared);
  }
}

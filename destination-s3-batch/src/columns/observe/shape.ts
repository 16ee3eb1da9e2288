// What a table's rows look like: a tree of what the catalog declares and of what was seen in the rows, from which types are
// decided when the table is written.
import { columnTypeOf } from '@s3-connectors/common/columns/json-schema.ts';
import { parseJson } from '@s3-connectors/common/json/parse-json.ts';
import { isObject, type JsonObject } from '@s3-connectors/common/protocol/messages.ts';

import { maxDepth, maxFieldNameBytes, maxFields } from '../../config/budgets.ts';
import { keyOf, type MemberKey } from '../types/member-key.ts';
import { restName, type ScalarType, type TemporalType } from '../types/field-type.ts';
import { oneType, onlyOption, scalar, typesOf } from './declared-type.ts';
import { Room, type RunRoom } from './room.ts';
import { isTemporal } from '../types/temporal-text.ts';

/** What was seen of a value; the numbers among them are those of number-kind.ts. */
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
  /** A string that the engine cannot take: half of a surrogate pair, or a zero character. */
  broken: 9,
  object: 10,
  list: 11,
  /** A text that already is in the form of the declared date or time. */
  temporal: 12,
  /** An object or a list below `maxDepth`. */
  deep: 13,
  /** A text of the declared date or time in another form, which the engine reads. */
  readable: 14,
  /** A list without items, or an object without members as PHP writes it. */
  emptyList: 15,
} as const;
const seenKinds = 16;

/** What the catalog says of a value, as far as it says anything. `object`: one of unknown members. */
export type DeclaredKind = ScalarType | { readonly kind: 'list' | 'struct' | 'object' };

/** Of the items of lists: how many rows have a kind among them, as many as they may be; and the row that was counted last. */
type Votes = { readonly counts: Uint32Array; readonly lastRow: Uint32Array };

/** One field, at any level. */
export class Shape implements MemberKey {
  readonly name: string;
  /** Its number among the fields of a row that are looked for, or -1. */
  readonly field: number;
  readonly key: Uint8Array;
  readonly words: Int32Array;
  readonly counts = new Uint32Array(seenKinds);
  /** A bit for each kind that many values are of, null among them; rows with values of other kinds are marked when they are noted. */
  usual = 1 << seen.nothing;
  /** Members that are forgotten had usual values. */
  hasForgotten = false;
  /** Undefined outside lists: there each row has one value at most. */
  readonly votes: Votes | undefined;
  children: readonly Shape[] = [];
  /** The catalog names it. */
  isNamed = false;
  /** What is inside an object or a list of it is not looked at: it is kept as JSON text. */
  isText = false;
  /** Members that are looked for in rows. */
  fields: readonly string[] = [];
  declared: DeclaredKind | undefined;
  temporal: TemporalType | undefined;
  items: Shape | undefined;
  /** Members seen that have no field of their own. */
  rest = 0;
  /** Objects seen that name a member twice. */
  twins = 0;
  /** The object in which it was seen last; see observe.ts. */
  visit = 0;
  /** The member that came first the last time, of an object; and the one that came after this one. */
  first: Shape | undefined;
  follower: Shape | undefined;
  readonly room: Room;
  /** Children by name, and by every spelling seen. Most fields have none. */
  #byName: Map<string, Shape> | undefined;
  #spellings: Map<string, Shape> | undefined;

  constructor(name: string, room: Room, { field = -1, isInList = false } = {}) {
    this.name = name;
    this.field = field;
    ({ key: this.key, words: this.words } = keyOf(name));
    this.room = room;
    if (isInList) this.votes = { counts: new Uint32Array(seenKinds), lastRow: new Uint32Array(seenKinds) };
  }

  /** How many rows have a value of each kind. */
  get ballot(): Uint32Array {
    return this.votes?.counts ?? this.counts;
  }

  /** Rows that have a value, null apart. */
  get rows(): number {
    return this.ballot.reduce((sum, count) => sum + count, -(this.ballot[seen.nothing] as number));
  }

  /** The member with that name; made if there can be one. `key` is its spelling in a row, as latin1. */
  child(key: string): Shape | undefined {
    const known = this.#spellings?.get(key);
    if (known !== undefined) return known;
    if (key.length > longestSpelling) return undefined;
    const name = String(parseJson(Buffer.from(`"${key}"`, 'latin1').toString()));
    const same = this.#byName?.get(name);
    const child = same ?? (canBeField(name) && this.room.take() ? this.#add(name) : undefined);
    if (child === undefined) return undefined;
    // Few spell one name in two ways; what is remembered of them must not grow.
    this.#spellings ??= new Map();
    if (this.#spellings.size < 4 * maxFields) this.#spellings.set(key, child);
    return child;
  }

  /** A member that the catalog names. Of names that differ in case only one can be a field. */
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

  /** Forgets the others; rows that have them are noted as having members without a field. Only between rows. */
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

/** Each byte of a name in an escape of its own. */
const longestSpelling = 6 * maxFieldNameBytes;

/** Whether a member of that name can have a field of its own. */
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

/** The shape of a table whose rows keep to a JSON schema, as far as it says anything. */
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

/** What the schema leaves open (no type, several types that are not all scalars, the members of an object) is left to the rows. */
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

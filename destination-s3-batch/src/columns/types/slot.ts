// The fields of a table while rows are fitted to them: how each is written, and how many values did not fit.
import { keyOf, type Key } from './member-key.ts';
import { restName, siblingName, type Field, type FieldType } from './field-type.ts';

/** A field's value that did not fit, counted by the field's path. */
export type Misfits = ReadonlyMap<string, number>;

/** A field as rows are fitted to it. `misfits`: values that went into its sibling; of a struct, `rest`: into its `__json`. */
export type Slot = Key & {
  readonly name: string;
  readonly type: FieldType;
  /** `"name__json":` */
  readonly siblingHead: Buffer;
  readonly slots: ReadonlyMap<string, Slot>;
  readonly items: Slot | undefined;
  /** What does not fit goes there; without it, into `__json` of the object that the field is in. */
  hasSibling: boolean;
  misfits: number;
  rest: number;
  /** The object in which it was met last, by number. */
  visit: number;
  /** The member that came first the last time, of a struct; and the one that came after this one. */
  first: Slot | undefined;
  follower: Slot | undefined;
};

export function slotOf(name: string, type: FieldType, hasSibling = false): Slot {
  const fields = type.kind === 'struct' ? type.fields : [];
  return {
    ...keyOf(name),
    name,
    type,
    siblingHead: Buffer.from(`${JSON.stringify(siblingName(name))}:`),
    slots: new Map(fields.map((field) => [field.name, slotOf(field.name, field.type, field.misfits)])),
    items: type.kind === 'list' ? slotOf('', type.items) : undefined,
    hasSibling,
    misfits: 0,
    rest: 0,
    visit: 0,
    first: undefined,
    follower: undefined,
  };
}

/** By path. */
export function* countedMisfits({ slots, items, rest }: Slot, path: string): Iterable<[string, number]> {
  if (rest > 0) yield [`${path}${restName}`, rest];
  if (items !== undefined) yield* countedMisfits(items, `${path.replace(/\.$/u, '')}[].`);
  for (const slot of slots.values()) {
    if (slot.misfits > 0) yield [`${path}${slot.name}`, slot.misfits];
    yield* countedMisfits(slot, `${path}${slot.name}.`);
  }
}

/** The type with the siblings that were needed. */
export function withSiblings({ type, slots, items, rest }: Slot): FieldType {
  if (type.kind === 'list') return items === undefined ? type : { kind: 'list', items: withSiblings(items) };
  if (type.kind !== 'struct') return type;
  const fields = type.fields.map((field): Field => {
    const slot = slots.get(field.name);
    if (slot === undefined) return field;
    return { name: field.name, type: withSiblings(slot), misfits: slot.hasSibling };
  });
  return { kind: 'struct', fields, rest: type.rest || rest > 0 };
}

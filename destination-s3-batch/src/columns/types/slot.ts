// The fields of a table while rows are fitted to them: how each is written, and how many values did not fit.
import { keyOf, type MemberKey } from './member-key.ts';
import { restName, siblingName, type Field, type FieldType } from './field-type.ts';

/**
 * The outcome of a changed value. `misfits`: null in its field; `cut`: its field holds a part of it; in both cases the sibling
 * has it completely. `coerced`: its field holds it as another kind of value. `rest`: a member without a field, stored in
 * `__json` of its object.
 */
export type ValueOutcome = 'misfits' | 'cut' | 'coerced' | 'rest';

/** By the field's path. Members without a field are misfits of `__json`. */
export type FittedValues = Readonly<Record<'misfits' | 'cut' | 'coerced', ReadonlyMap<string, number>>>;

/** A field that rows are fitted to, with the number of its values for each outcome. */
export type FieldSlot = MemberKey &
  Record<ValueOutcome, number> & {
    readonly name: string;
    readonly type: FieldType;
    /** `"name__json":` */
    readonly siblingHead: Buffer;
    readonly slots: ReadonlyMap<string, FieldSlot>;
    readonly items: FieldSlot | undefined;
    /** Values that do not fit go into the sibling. Without a sibling, they go into `__json` of the field's object. */
    hasSibling: boolean;
    /** The struct has a member `__json`. */
    hasRest: boolean;
    /** The number of the last object in which it was found. */
    visit: number;
    /** `first`: the member of a struct that came first last time; `follower`: the one that came after this one. */
    first: FieldSlot | undefined;
    follower: FieldSlot | undefined;
  };

export function slotOf(name: string, type: FieldType, hasSibling = false): FieldSlot {
  const fields = type.kind === 'struct' ? type.fields : [];
  return {
    ...keyOf(name),
    name,
    type,
    siblingHead: Buffer.from(`${JSON.stringify(siblingName(name))}:`),
    slots: new Map(fields.map((field) => [field.name, slotOf(field.name, field.type, field.misfits)])),
    items: type.kind === 'list' ? slotOf('', type.items) : undefined,
    hasSibling,
    hasRest: type.kind === 'struct' && type.rest,
    misfits: 0,
    cut: 0,
    coerced: 0,
    rest: 0,
    visit: 0,
    first: undefined,
    follower: undefined,
  };
}

/** Of the field and all fields below it. */
export function fittedValues(row: FieldSlot): FittedValues {
  const values = noValues();
  count(row, '', values);
  return values;
}

export type ValueCounts = Readonly<Record<keyof FittedValues, Map<string, number>>>;

export function noValues(): ValueCounts {
  return { misfits: new Map(), cut: new Map(), coerced: new Map() };
}

function count(slot: FieldSlot, path: string, values: ValueCounts): void {
  const { slots, items, rest } = slot;
  for (const outcome of ['misfits', 'cut', 'coerced'] as const) {
    if (slot[outcome] > 0) values[outcome].set(path, slot[outcome]);
  }
  const head = path === '' ? '' : `${path}.`;
  if (rest > 0) values.misfits.set(`${head}${restName}`, rest);
  if (items !== undefined) count(items, `${path}[]`, values);
  for (const member of slots.values()) count(member, `${head}${member.name}`, values);
}

/** The type with the siblings that were needed. */
export function withSiblings({ type, slots, items, hasRest }: FieldSlot): FieldType {
  if (type.kind === 'list') return items === undefined ? type : { kind: 'list', items: withSiblings(items) };
  if (type.kind !== 'struct') return type;
  const fields = type.fields.map((field): Field => {
    const slot = slots.get(field.name);
    if (slot === undefined) return field;
    return { name: field.name, type: withSiblings(slot), misfits: slot.hasSibling };
  });
  return { kind: 'struct', fields, rest: hasRest };
}

// The fields of a table while rows are fitted to them: how each is written, and how many values did not fit.
import { keyOf, type MemberKey } from './member-key.ts';
import { restName, siblingName, type Field, type FieldType } from './field-type.ts';

/**
 * What became of a value that is not as it came. `misfits`: null in its field; `cut`: a part of it is in its field; both complete in
 * the sibling. `coerced`: in its field as another kind of value. `rest`: a member without a field, in `__json` of its object.
 */
export type ValueOutcome = 'misfits' | 'cut' | 'coerced' | 'rest';

/** By the field's path; members without a field are misfits of `__json`. */
export type FittedValues = Readonly<Record<'misfits' | 'cut' | 'coerced', ReadonlyMap<string, number>>>;

/** A field as rows are fitted to it, with how many of its values had each outcome. */
export type FieldSlot = MemberKey &
  Record<ValueOutcome, number> & {
    readonly name: string;
    readonly type: FieldType;
    /** `"name__json":` */
    readonly siblingHead: Buffer;
    readonly slots: ReadonlyMap<string, FieldSlot>;
    readonly items: FieldSlot | undefined;
    /** What does not fit goes there; without it, into `__json` of the object that the field is in. */
    hasSibling: boolean;
    /** Of a struct: it has a member `__json`. */
    hasRest: boolean;
    /** The object in which it was met last, by number. */
    visit: number;
    /** The member that came first the last time, of a struct; and the one that came after this one. */
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

/** Of the field and all below it. */
export function fittedValues(row: FieldSlot): FittedValues {
  const values = {
    misfits: new Map<string, number>(),
    cut: new Map<string, number>(),
    coerced: new Map<string, number>(),
  };
  count(row, '', values);
  return values;
}

function count(slot: FieldSlot, path: string, values: Readonly<Record<keyof FittedValues, Map<string, number>>>): void {
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

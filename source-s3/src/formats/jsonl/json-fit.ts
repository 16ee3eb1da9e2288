// Whether a JSON value is of the type that the catalog declares, told on its bytes: most values by the first one.
import { LETTER_N, MINUS, OPEN_ARRAY, OPEN_OBJECT, POINT, QUOTE, ZERO } from '@s3-connectors/common/json/ascii.ts';
import type { ColumnType } from '@s3-connectors/common/columns/column-type.ts';
import { createNameIndex, type NameIndex } from '@s3-connectors/common/json/name-index.ts';

/** What is looked for; made once for a column. */
export type Fit = {
  readonly type: ColumnType;
  /** The row of `verdicts`. */
  readonly row: number;
  /** Of a list's items or a map's values. */
  readonly inner: Fit | undefined;
  /** Of an object; undefined: whatever it holds fits. */
  readonly members: Members | undefined;
};

export type Members = {
  readonly names: NameIndex;
  readonly fits: readonly Fit[];
  /** Each with its quotes and its colon, as most writers put them. */
  readonly keys: readonly Uint8Array[];
};

/** By the form of a value, its first byte or `fractional`: it fits, it does not, or all of it is to be looked at. */
export const fits = 0;
export const misfits = 1;
export const toLook = 2;

const rows = ['any', 'string', 'integer', 'number', 'boolean', 'list', 'object', 'members', 'form'] as const;
type Row = (typeof rows)[number];
const letters = { t: 0x74, f: 0x66 };
const whole = [MINUS, ...Array.from({ length: 10 }, (_, digit) => ZERO + digit)];
/** The form of a number that has a fraction or an exponent. */
export const fractional = POINT;
/** The forms that fit, and those that are to be looked at. */
const forms: Readonly<Record<Exclude<Row, 'any'>, readonly [fit: readonly number[], look?: readonly number[]]>> = {
  string: [[QUOTE]],
  integer: [whole],
  number: [[fractional, ...whole]],
  boolean: [[letters.t, letters.f]],
  list: [[], [OPEN_ARRAY]],
  object: [[OPEN_OBJECT]],
  /** An object whose members have types. */
  members: [[], [OPEN_OBJECT]],
  /** A text of a certain form. */
  form: [[], [QUOTE]],
};
/** A row of 256 for each kind. */
export const verdicts = new Uint8Array(rows.length * 256).fill(misfits);
export const anyRow = 0;
verdicts.fill(fits, 0, 256);
for (const [row, name] of rows.entries()) {
  if (name === 'any') continue;
  const [fit, look = []] = forms[name];
  for (const form of [...fit, LETTER_N]) verdicts[row * 256 + form] = fits; // Every column is nullable.
  for (const form of look) verdicts[row * 256 + form] = toLook;
}

export function fitOf(type: ColumnType): Fit {
  const row = (name: Row, more: Partial<Fit> = {}): Fit => {
    return { type, row: rows.indexOf(name), inner: undefined, members: undefined, ...more };
  };
  switch (type.kind) {
    case 'integer':
    case 'number':
    case 'boolean':
    case 'string':
      return row(type.kind);
    case 'unknown':
      return row('string');
    case 'list':
      return row('list', { inner: fitOf(type.items) });
    case 'map':
      return row('members', { inner: fitOf(type.value) });
    case 'struct': {
      if (type.fields.length === 0) return row('object');
      const names = type.fields.map(({ name }) => name);
      const keys = names.map((name) => Buffer.from(`${JSON.stringify(name)}:`));
      const members = { names: createNameIndex(names), keys, fits: type.fields.map((field) => fitOf(field.type)) };
      return row('members', { members });
    }
    default:
      return row('form');
  }
}

// The JSON values that fit the type in the catalog, made once for each column.
import type { ColumnType } from '@s3-connectors/common/columns/column-type.ts';
import { wordBytes } from '@s3-connectors/common/json/words.ts';
import { createNameIndex, type NameIndex } from '@s3-connectors/common/json/name-index.ts';

/** The forms of JSON values, except null. A word is true or false. */
export const forms = { text: 1, whole: 2, fraction: 4, word: 8, array: 16, object: 32 } as const;
export const allForms = 63;

export type Fit = {
  readonly type: ColumnType;
  /** The forms of the type's values. A text may need a look at its content: no text is a date only because of its form. */
  readonly allowed: number;
  /** For a list's items or a map's values. */
  readonly inner: Fit | undefined;
  /** For an object. Undefined: any content fits. */
  readonly members: Members | undefined;
};

export type Members = {
  readonly names: NameIndex;
  readonly fits: readonly Fit[];
  /** Each with its quotes and its colon, as most writers put them. */
  readonly keys: readonly KeyWords[];
};

/** Words of four bytes; the last one ends with the key. Empty for a key that is shorter. */
export type KeyWords = { readonly length: number; readonly words: Int32Array };

export function fitOf(type: ColumnType): Fit {
  const { text, whole, fraction, word, array, object } = forms;
  switch (type.kind) {
    case 'string':
    case 'unknown':
      return fit(type, text);
    case 'integer':
      return fit(type, whole);
    case 'number':
      return fit(type, whole | fraction);
    case 'boolean':
      return fit(type, word);
    case 'list':
      return fit(type, array, fitOf(type.items));
    case 'map':
      return fit(type, object, fitOf(type.value));
    case 'struct':
      return fit(type, object, undefined, membersOf(type.fields));
    default:
      return fit(type, 0);
  }
}

function fit(type: ColumnType, allowed: number, inner?: Fit, members?: Members): Fit {
  return { type, allowed, inner, members };
}

function membersOf(fields: Extract<ColumnType, { kind: 'struct' }>['fields']): Members | undefined {
  if (fields.length === 0) return undefined;
  const names = fields.map(({ name }) => name);
  const keys = names.map((name) => keyOf(Buffer.from(`${JSON.stringify(name)}:`)));
  return { names: createNameIndex(names), keys, fits: fields.map(({ type }) => fitOf(type)) };
}

function keyOf(bytes: Buffer): KeyWords {
  const { length } = bytes;
  const count = length < wordBytes ? 0 : Math.ceil(length / wordBytes);
  const words = Int32Array.from({ length: count }, (_, index) =>
    bytes.readInt32LE(Math.min(index * wordBytes, length - wordBytes)),
  );
  return { length, words };
}

// Which texts are values of which type, whatever the format: a CSV field, a folder's name, a string of a Parquet or an Avro file
// of which the catalog declares another type. `text-cast.ts` and `text-cast-sql.ts` make JSON of them; a test holds both to one
// answer for every text.

import type { ColumnType } from '@s3-connectors/common/columns/column-type.ts';

/** Types that some texts are values of, and others are not. */
export type CastTarget =
  | { readonly kind: 'integer' | 'number' | 'boolean' | 'date' | 'time' }
  | { readonly kind: 'timestamp'; readonly utc: boolean };
type CastKind = CastTarget['kind'];

/** What may stand around a text that is not to be a string. */
export const blanks = ' \t\n\v\f\r\u00a0\ufeff';

const date = '[0-9]{4}-[0-9]{2}-[0-9]{2}';
const midnight = '24:00(?::00(?:\\.0{1,9})?)?'; // The end of a day, which times and timestamps may name.
const clock = `(?:(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\\.[0-9]{1,9})?)?|${midnight})`;
const zone = '(?:Z|[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?)';
const dayStart = '00:00(?::00(?:\\.0{1,9})?)?';

/** Of the whole text without the blanks around it, in the syntax that JavaScript and the engine have in common. */
export const patterns: Readonly<Record<CastKind, string>> = {
  integer: '[+-]?[0-9]+',
  /** And not beyond what a double reaches. */
  number: '[+-]?(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?',
  boolean: '[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]',
  /** A day that exists, also with the time at which it begins. */
  date: `${date}(?:[T ]${dayStart}Z?)?`,
  time: clock,
  /** A day that exists, alone or with a time; without a zone it is in UTC. */
  timestamp: `${date}(?:[T ]${clock}${zone}?)?`,
};

export function isCastTarget(type: ColumnType): type is CastTarget {
  return type.kind in patterns;
}

/** Of years 1 to 9999: the seconds since 1970 of the first one, and of the first one after them. */
export const firstSecond = -62_135_596_800;
export const endSecond = 253_402_300_800;

/** What is changed in the text of a number, in turn: all its digits stay. */
export const numberRewrites: readonly (readonly [pattern: string, replacement: string])[] = [
  ['^[+]', ''],
  ['^(-?)0+([0-9])', '\\1\\2'],
  ['^(-?)[.]', '\\10.'],
  ['[.]([eE]|$)', '\\1'],
];

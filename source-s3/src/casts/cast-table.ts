// Which texts are values of which type, whatever the format: a CSV field, a folder's name, a string of a Parquet file, an Avro file
// or a JSON line of which the catalog declares another type. A text fits if it is what a warehouse or a common writer prints for the
// type. `text-cast.ts` and `text-cast-sql.ts` make JSON of them; a test holds both to one answer for every text.

import type { ColumnType } from '@s3-connectors/common/columns/column-type.ts';

/** Types that some texts are values of, and others are not. */
export type CastTarget =
  | { readonly kind: 'integer' | 'number' | 'boolean' | 'date' | 'time' }
  | { readonly kind: 'timestamp'; readonly utc: boolean };
type CastKind = CastTarget['kind'];

/** What may stand around a text that is not to be a string. */
export const blanks = ' \t\n\v\f\r\u00a0\ufeff';

const date = '[0-9]{4}-[0-9]{2}-[0-9]{2}';
const fraction = '(?:\\.[0-9]{1,9})?';
const zeros = '(?:\\.0{1,9})?';
const hoursAndMinutes = '(?:[01][0-9]|2[0-3]):[0-5][0-9]';
/** The end of a day, `24:00:00`, is a time too. */
const time = `(?:${hoursAndMinutes}:[0-5][0-9]${fraction}|24:00:00${zeros})`;
/** ISO 8601 lets a timestamp end with its minutes. */
const clock = `(?:${hoursAndMinutes}(?::[0-5][0-9]${fraction})?|24:00(?::00${zeros})?)`;
const zone = '(?: UTC| ?(?:Z|[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?))';
const midnight = `00:00(?::00${zeros})?(?: UTC| ?(?:Z|[+-]00(?::?00)?))?`;

/** Of the whole text without the blanks around it, in the syntax that JavaScript and the engine have in common. */
export const patterns: Readonly<Record<CastKind, string>> = {
  integer: '[+-]?[0-9]+(?:\\.0+)?',
  /** And not beyond what a double reaches. */
  number: '[+-]?(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?',
  boolean: '[Tt](?:[Rr][Uu][Ee])?|[Ff](?:[Aa][Ll][Ss][Ee])?|[Yy](?:[Ee][Ss])?|[Nn][Oo]?|1|0',
  /** A day that exists, also with the time at which it begins. */
  date: `${date}(?:[T ]${midnight})?`,
  time,
  /** A day that exists, alone or with a time; without a zone it is in UTC. */
  timestamp: `${date}(?:[T ]${clock}${zone}?)?`,
};

/** Numbers that JSON has no form for: they become null. */
export const notFinite = '[+-]?(?:[Nn][Aa][Nn]|[Ii][Nn][Ff](?:[Ii][Nn][Ii][Tt][Yy])?)';

/** What a text that is a boolean begins with if it is true, in lower case. */
export const trueInitials: readonly string[] = ['t', 'y', '1'];

export function isCastTarget(type: ColumnType): type is CastTarget {
  return type.kind in patterns;
}

/** Of years 1 to 9999: the seconds since 1970 of the first one, and of the first one after them. */
export const firstSecond = -62_135_596_800;
export const endSecond = 253_402_300_800;

type Rewrites = readonly (readonly [pattern: string, replacement: string])[];

/** What is changed in the text of a number, in turn: all its digits stay. */
export const numberRewrites: Rewrites = [
  ['^[+]', ''],
  ['^(-?)0+([0-9])', '\\1\\2'],
  ['^(-?)[.]', '\\10.'],
  ['[.]([eE]|$)', '\\1'],
];

/** The same for the text of an integer. */
export const integerRewrites: Rewrites = [...numberRewrites, ['[.]0+$', ''], ['^-0$', '0']];

// Defines which texts are values of which type, for all formats: a CSV field, the name of a folder, or a string in a Parquet file,
// an Avro file or a JSON line for which the catalog declares another type. A text fits if a warehouse or a common writer prints
// values of the type like that. `text-cast.ts` and `text-cast-sql.ts` make JSON of them; a test proves that both give the same
// answer for every text.

import type { ColumnType } from '@s3-connectors/common/columns/column-type.ts';

/** Types with texts that are values of it and texts that are not. */
export type CastTarget =
  | { readonly kind: 'integer' | 'number' | 'boolean' | 'date' | 'time' }
  | { readonly kind: 'timestamp'; readonly utc: boolean };
type CastKind = CastTarget['kind'];

/** Characters that may surround a text, unless it is to be a string. */
export const blanks = ' \t\n\v\f\r\u00a0\ufeff';

const date = '[0-9]{4}-[0-9]{2}-[0-9]{2}';
const fraction = '(?:\\.[0-9]{1,9})?';
const zeros = '(?:\\.0{1,9})?';
const hoursAndMinutes = '(?:[01][0-9]|2[0-3]):[0-5][0-9]';
/** `24:00:00`, the end of a day, is also a time. */
const time = `(?:${hoursAndMinutes}:[0-5][0-9]${fraction}|24:00:00${zeros})`;
/** In ISO 8601, a timestamp may end with its minutes. */
const clock = `(?:${hoursAndMinutes}(?::[0-5][0-9]${fraction})?|24:00(?::00${zeros})?)`;
const zone = '(?: UTC| ?(?:Z|[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?))';
const midnight = `00:00(?::00${zeros})?(?: UTC| ?(?:Z|[+-]00(?::?00)?))?`;

/** Match the complete text without the blanks around it. Only syntax that JavaScript and the engine share. */
export const patterns: Readonly<Record<CastKind, string>> = {
  integer: '[+-]?[0-9]+(?:\\.0+)?',
  /** Within the range of a double. */
  number: '[+-]?(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?',
  boolean: '[Tt](?:[Rr][Uu][Ee])?|[Ff](?:[Aa][Ll][Ss][Ee])?|[Yy](?:[Ee][Ss])?|[Nn][Oo]?|1|0',
  /** A day that exists, with or without its midnight. */
  date: `${date}(?:[T ]${midnight})?`,
  time,
  /** A day that exists, with or without a time. Without a zone it is in UTC. */
  timestamp: `${date}(?:[T ]${clock}${zone}?)?`,
};

/** Numbers without a form in JSON. They become null. */
export const notFinite = '[+-]?(?:[Nn][Aa][Nn]|[Ii][Nn][Ff](?:[Ii][Nn][Ii][Tt][Yy])?)';

/** The lower-case first letters of texts that mean true. */
export const trueInitials: readonly string[] = ['t', 'y', '1'];

export function isCastTarget(type: ColumnType): type is CastTarget {
  return type.kind in patterns;
}

/** The seconds since 1970 of the start of year 1, and of the end of year 9999. */
export const firstSecond = -62_135_596_800;
export const endSecond = 253_402_300_800;

type Rewrites = readonly (readonly [pattern: string, replacement: string])[];

/** Applied in turn to the text of a number. All its digits stay. */
export const numberRewrites: Rewrites = [
  ['^[+]', ''],
  ['^(-?)0+([0-9])', '\\1\\2'],
  ['^(-?)[.]', '\\10.'],
  ['[.]([eE]|$)', '\\1'],
];

/** The same for the text of an integer. */
export const integerRewrites: Rewrites = [...numberRewrites, ['[.]0+$', ''], ['^-0$', '0']];

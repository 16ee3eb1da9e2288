// Converts a text to JSON of a declared type, by the table of casts.
import type { ColumnType } from '@s3-connectors/common/columns/column-type.ts';
import { assertNever } from '@s3-connectors/common/protocol/errors.ts';

import {
  blanks,
  endSecond,
  firstSecond,
  integerRewrites,
  isCastTarget,
  notFinite,
  numberRewrites,
  patterns,
  trueInitials,
  type CastTarget,
} from './cast-table.ts';

const whole = Object.fromEntries(
  Object.entries(patterns).map(([kind, pattern]) => [kind, wholeText(pattern)]),
) as Readonly<Record<CastTarget['kind'], RegExp>>;
const isNotFinite = wholeText(notFinite);

type Rewrites = readonly (readonly [pattern: RegExp, replacement: string])[];
const toNumber = rewritesOf(numberRewrites);
const toInteger = rewritesOf(integerRewrites);

function wholeText(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`, 'u');
}

function rewritesOf(rewrites: typeof numberRewrites): Rewrites {
  return rewrites.map(([pattern, replacement]) => {
    return [new RegExp(pattern, 'u'), replacement.replaceAll(/\\(\d)/gu, '$$$1')] as const;
  });
}

/** JSON for numbers that JSON cannot express: NaN and the infinities. */
export const noJsonNumber = 'null';

/** The JSON text, or `noJsonNumber`. Undefined: the text is not a value of the type. */
export function castText(text: string, type: ColumnType): string | undefined {
  if (isCastTarget(type)) {
    const bare = bareText(text);
    if (whole[type.kind].test(bare)) return castBare(bare, type);
    return type.kind === 'number' && isNotFinite.test(bare) ? noJsonNumber : undefined;
  }
  if (type.kind === 'binary') return `"${Buffer.from(text).toString('base64')}"`;
  return type.kind === 'string' || type.kind === 'unknown' ? JSON.stringify(text) : undefined; // A text never becomes a nested value.
}

/** Without the blanks around it. */
function bareText(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && blanks.includes(text.charAt(start))) start++;
  while (end > start && blanks.includes(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

/** For a text that matches the type's pattern. */
function castBare(text: string, type: CastTarget): string | undefined {
  switch (type.kind) {
    case 'integer':
      return rewritten(text, toInteger);
    case 'number':
      return Number.isFinite(Number(text)) ? rewritten(text, toNumber) : undefined;
    case 'boolean':
      return String(trueInitials.includes(text.charAt(0).toLowerCase()));
    case 'date': {
      const day = text.slice(0, 10);
      return secondOf(day, '00:00:00', 'Z') === undefined ? undefined : `"${day}"`;
    }
    case 'time':
      return `"${text.slice(0, 8)}${fractionText(text.slice(8))}"`;
    case 'timestamp':
      return timestampJson(text, type.utc ? 'Z' : '');
    default:
      return assertNever(type);
  }
}

/** Rewrites the digits as text: as a number, millions of digits would take minutes. */
function rewritten(text: string, rewrites: Rewrites): string {
  return rewrites.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text);
}

const timestampParts = /^(.{10})(?:.(\d\d:\d\d)(:\d\d)?(\.\d+)? ?(.*))?$/u;

/** In UTC, followed by `suffix`. */
function timestampJson(text: string, suffix: string): string | undefined {
  const [, date = '', minutes = '00:00', seconds = ':00', fraction = '', zone = ''] = timestampParts.exec(text) ?? [];
  const isUtc = zone === '' || zone === 'UTC';
  const second = secondOf(date, minutes + seconds, isUtc ? 'Z' : zone.replace(/^([+-]..):?(..)?$/u, offsetText));
  if (second === undefined) return undefined;
  return `"${new Date(second * 1000).toISOString().slice(0, 19)}${fractionText(fraction)}${suffix}"`;
}

function offsetText(_: string, hours: string, minutes = '00'): string {
  return `${hours}:${minutes}`;
}

/** Seconds since 1970. Undefined for a day that does not exist, and outside the years 1 to 9999. */
function secondOf(date: string, clock: string, zone: string): number | undefined {
  const day = Date.parse(`${date}T00:00:00Z`);
  if (Number.isNaN(day) || new Date(day).toISOString().slice(0, 10) !== date) return undefined;
  const second = Date.parse(`${date}T${clock}${zone}`) / 1000;
  return second >= firstSecond && second < endSecond ? second : undefined;
}

/** No digits, six, or nine if six are too few, as for all times in all formats. `text`: with its point, or empty. */
function fractionText(text: string): string {
  const digits = text.slice(1).padEnd(9, '0');
  if (digits === '000000000') return '';
  return `.${digits.endsWith('000') ? digits.slice(0, 6) : digits}`;
}

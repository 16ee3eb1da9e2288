// SQL that makes texts of stored dates and times. A column can hold any count of days or microseconds: years before Christ are
// written as Airbyte writes them ("0044-03-15 BC"), and a count that is not a day or time becomes null. Some counts must never
// reach the engine's own conversions, which fail on them or, for times of day, end the process. A CASE does not keep them away: the
// engine calls some functions for each entry of a column's dictionary.
import type { StoredType } from './stored-type.ts';

/**
 * SQL of the text; null if `lost` is true for the value (absent: never). `sql` must be cheap to repeat. `json`: the text in quotes,
 * or `null`, if that is cheaper than adding the quotes.
 */
export type TimeText = { readonly sql: string; readonly lost?: string; readonly json?: string };

/** The first time in microseconds that the engine can write. */
const first = '290309-12-22 (BC) 00:00:00';

type Stored<Kind> = Extract<StoredType, { kind: Kind }>;

export function dateText(sql: string): TimeText {
  const common = `${sql} BETWEEN DATE '0001-01-01' AND DATE '9999-12-31'`;
  const possible = `${sql} BETWEEN DATE '5877642-06-25 (BC)' AND DATE '5881580-07-10'`; // All but the two infinities.
  const text = `${sql}::VARCHAR`;
  const rare = asBc(text);
  return {
    sql: `CASE WHEN ${common} THEN ${text} WHEN ${possible} THEN ${rare} END`,
    lost: `NOT (${possible})`,
    json: `CASE WHEN ${common} THEN concat('"', ${text}, '"') WHEN ${possible} THEN concat('"', ${rare}, '"') ELSE 'null' END`,
  };
}

/** Zero, six or nine digits of a second's fraction. The engine removes trailing zeros. */
export function timeText(sql: string, { as }: Stored<'time'>): TimeText {
  if (as === 'nanoseconds') {
    const possible = `${sql} BETWEEN 0 AND 86399999999999`;
    const clock = `make_timestamp_ns(${sql} % 86400000000000)`;
    const isWhole = `${sql} % 1000000000 = 0`;
    const text = `CASE WHEN ${isWhole} THEN strftime(${clock}, '%H:%M:%S') ELSE strftime(${clock}, '%H:%M:%S.%n') END`;
    return { sql: `CASE WHEN ${possible} THEN ${text} END`, lost: `NOT (${possible})` };
  }
  const possible = `${sql} BETWEEN ${as} '00:00:00' AND ${as} '24:00:00'`;
  const text = as === 'TIME' ? `${sql}::VARCHAR` : `${sql}::TIME::VARCHAR`;
  const cases = `WHEN contains(${text}, '.') THEN rpad(${text}, 15, '0') ELSE ${text}`;
  return { sql: `CASE WHEN ${possible} THEN CASE ${cases} END END`, lost: `NOT (${possible})` };
}

export function timestampText(sql: string, { utc, nanoseconds }: Stored<'timestamp'>): TimeText {
  const zone = utc ? 'Z' : '';
  if (nanoseconds) return { sql: nanosecondText(sql, zone) };
  // In microseconds, so that the engine does no time zone arithmetic (ICU) for each value. Null for an infinity.
  const count = `epoch_us(${sql})`;
  const clock = `make_timestamp(${count})`;
  const text = (start: string, quote = ''): string => {
    const whole = `strftime(${clock}, '${quote}${start}T%H:%M:%S${zone}${quote}')`;
    return `CASE WHEN ${count} % 1000000 = 0 THEN ${whole} ELSE strftime(${clock}, '${quote}${start}T%H:%M:%S.%f${zone}${quote}') END`;
  };
  const common = `${count} BETWEEN -62135596800000000 AND 253402300799999999`; // The years 1 to 9999.
  const isRare = `${count} >= epoch_us(TIMESTAMP '${first}')`;
  const rare = asBc(`(${clock})::DATE::VARCHAR`, text(''));
  return {
    sql: `CASE WHEN ${common} THEN ${text('%Y-%m-%d')} WHEN ${isRare} THEN ${rare} END`,
    lost: `NOT coalesce(${isRare}, ${sql} IS NULL)`,
    json: `CASE WHEN ${common} THEN ${text('%Y-%m-%d', '"')} WHEN ${isRare} THEN '"' || ${rare} || '"' ELSE 'null' END`,
  };
}

/**
 * All counts are times, also those that are infinities for the engine. Near the least count strftime fails, and so does the
 * planning of a query if a file's statistics contain it: `greatest` hides it.
 */
function nanosecondText(sql: string, zone: string): string {
  const seconds = '%Y-%m-%dT%H:%M:%S';
  const [first, last] = ["TIMESTAMP_NS '1678-01-01 00:00:00'", "TIMESTAMP_NS '2261-12-31 00:00:00'"];
  const clock = `greatest(${sql}, ${first})`;
  // The engine garbles the text after %n in a format.
  const long = `strftime(${clock}, '${seconds}.%n') || '${zone}'`;
  const whole = `strftime(${clock}, '${seconds}${zone}')`;
  const common = `CASE WHEN epoch_ns(${sql}) % 1000000000 = 0 THEN ${whole} ELSE ${long} END`;
  return `CASE WHEN ${sql} BETWEEN ${first} AND ${last} THEN ${common} WHEN ${sql} IS NOT NULL THEN ${rareNanosecondText(sql, zone)} END`;
}

/**
 * From whole seconds and the rest, both counted from a whole second before the least count, because `//` and `%` round towards
 * zero.
 */
function rareNanosecondText(sql: string, zone: string): string {
  const count = `(epoch_ns(${sql})::HUGEINT + 9223372037000000000)`;
  const clock = `make_timestamp(((${count} // 1000000000 - 9223372037) * 1000000)::BIGINT)`;
  const rest = `${count} % 1000000000`;
  const fraction = `CASE WHEN ${rest} = 0 THEN '' ELSE '.' || lpad((${rest})::VARCHAR, 9, '0') END`;
  return `strftime(${clock}, '%Y-%m-%dT%H:%M:%S') || ${fraction} || '${zone}'`;
}

/** Like any timestamp if microseconds are exact, or else with all nine digits. */
export function int96Text(sql: string, { utc }: Stored<'int96'>): TimeText {
  const at = { kind: 'timestamp', nanoseconds: false } as const;
  const usual = timestampText('z.clock', { ...at, utc }).sql;
  const whole = timestampText("date_trunc('second', z.clock)", { ...at, utc: false }).sql;
  const digits = `'.' || lpad((z.nanoseconds % 1000000000)::VARCHAR, 9, '0') || '${utc ? 'Z' : ''}'`;
  const long = `CASE WHEN ends_with(${whole}, ' BC') THEN left(${whole}, -3) || ${digits} || ' BC' ELSE ${whole} || ${digits} END`;
  const text = `CASE WHEN z.nanoseconds % 1000 = 0 THEN ${usual} ELSE ${long} END`;
  // In a list of one item, the engine reads the parts of the interval once. Otherwise it would read them each time they are named.
  const parts = `{'clock': ${int96Clock(sql)}, 'nanoseconds': ${int96Nanoseconds(sql)}}`;
  return { sql: `list_transform([${parts}], lambda z: ${text})[1]`, lost: `NOT (${isInt96Instant(sql)})` };
}

/** As a timestamp without the digits below a microsecond. Null beyond the engine's timestamps. */
export function int96Clock(sql: string): string {
  // From the Julian day of 1970-01-01.
  const count = `(${int96Day(sql)} - 2440588) * 86400000000 + ${int96Nanoseconds(sql)} // 1000`;
  return `CASE WHEN ${isInt96Instant(sql)} THEN make_timestamp(${count}) END`;
}

/** Up to the Julian day 108,000,000, whose milliseconds are 30 hours; never before the start of a day. */
function isInt96Instant(sql: string): string {
  return `datepart('hour', ${sql}) < 30 AND datepart('day', ${sql}) >= 0`;
}

function int96Day(sql: string): string {
  const minutes = `datepart('hour', ${sql}) * 60 + datepart('minute', ${sql})`;
  return `((${minutes}) * 60000000 + datepart('microseconds', ${sql})) // 1000`;
}

function int96Nanoseconds(sql: string): string {
  const low = `((datepart('year', ${sql}) * 12 + datepart('month', ${sql})) & 4294967295)`;
  return `(${low} + datepart('day', ${sql}) * 4294967296)`;
}

/** Converts the engine's `0044-03-15 (BC)`, with a time after the day, to Airbyte's `0044-03-15T00:00:00Z BC`. */
function asBc(date: string, time = "''"): string {
  const mark = ' (BC)';
  return `CASE WHEN ends_with(${date}, '${mark}') THEN left(${date}, -${mark.length}) || ${time} || ' BC' ELSE ${date} || ${time} END`;
}

// The table of casts as SQL for the engine. It gives the same JSON for the same texts as `text-cast.ts`.
import { literal } from '@s3-connectors/common/columns/sql.ts';
import { assertNever } from '@s3-connectors/common/protocol/errors.ts';

import {
  blanks,
  endSecond,
  firstSecond,
  integerRewrites,
  numberRewrites,
  patterns,
  trueInitials,
  type CastTarget,
} from './cast-table.ts';

export type TextCastSql = {
  /** Of type VARCHAR: the JSON text, without the quotes around it if `quoted`. Null if the text is not a value of the type. */
  readonly sql: string;
  readonly form: 'plain' | 'quoted';
};

/** `sql`: of type VARCHAR, and cheap to repeat. */
export function textCastSql(sql: string, type: CastTarget): TextCastSql {
  const bare = `trim(${sql}, ${literal(blanks)})`;
  const value = valueSql('t', type);
  // In a list of one item, the engine computes the bare text once. Otherwise it would compute it each time it is named.
  const cast = `CASE WHEN regexp_full_match(t, ${literal(patterns[type.kind])}) THEN ${value} END`;
  return {
    sql: `list_transform([${bare}], lambda t: ${cast})[1]`,
    form: quotedKinds.has(type.kind) ? 'quoted' : 'plain',
  };
}

const quotedKinds: ReadonlySet<string> = new Set(['date', 'time', 'timestamp']);

/** For a text that matches the type's pattern. */
function valueSql(text: string, type: CastTarget): string {
  switch (type.kind) {
    case 'integer':
      return rewrittenSql(text, integerRewrites);
    case 'number':
      return `CASE WHEN isfinite(TRY_CAST(${text} AS DOUBLE)) THEN ${rewrittenSql(text, numberRewrites)} END`;
    case 'boolean':
      return `CASE WHEN lower(left(${text}, 1)) IN (${trueInitials.map(literal).join(', ')}) THEN 'true' ELSE 'false' END`;
    case 'date':
      return `CASE WHEN TRY_CAST(left(${text}, 10) AS DATE) >= DATE '0001-01-01' THEN left(${text}, 10) END`;
    case 'time':
      return `left(${text}, 8) || ${fractionSql(text)}`;
    case 'timestamp':
      return timestampSql(text, type.utc ? 'Z' : '');
    default:
      return assertNever(type);
  }
}

function rewrittenSql(text: string, rewrites: typeof numberRewrites): string {
  return rewrites.reduce((sql, [pattern, replacement]) => {
    return `regexp_replace(${sql}, ${literal(pattern)}, ${literal(replacement)})`;
  }, text);
}

/** The time in UTC: the text up to the seconds, then the fraction. */
function timestampSql(text: string, suffix: string): string {
  const part = (group: number): string =>
    `regexp_extract(${text}, '^(.{10})(?:.(.{5})(:[0-9]{2})?([.][0-9]+)? ?(.*))?$', ${group})`;
  const clock = `${orElse(part(2), '00:00')} || ${orElse(part(3), ':00')}`;
  const zone = `regexp_replace(replace(${orElse(part(5), 'Z')}, 'UTC', 'Z'), '^(.[0-9]{2})$', '\\1:00')`;
  const count = `epoch_us(TRY_CAST(${part(1)} || ' ' || ${clock} || ${zone} AS TIMESTAMPTZ)) // 1000000`;
  const instant = `CASE WHEN s >= ${firstSecond} AND s < ${endSecond} THEN strftime(make_timestamp(s * 1000000), '%Y-%m-%dT%H:%M:%S') END`;
  return `list_transform([${count}], lambda s: ${instant})[1] || ${fractionSql(text)} || '${suffix}'`;
}

function orElse(sql: string, other: string): string {
  return `coalesce(nullif(${sql}, ''), ${literal(other)})`;
}

/** Like `fractionText`. */
function fractionSql(text: string): string {
  const digits = `rpad(regexp_extract(${text}, '[.]([0-9]+)', 1), 9, '0')`;
  return `CASE WHEN ${digits} = '000000000' THEN '' WHEN ends_with(${digits}, '000') THEN '.' || left(${digits}, 6) ELSE '.' || ${digits} END`;
}

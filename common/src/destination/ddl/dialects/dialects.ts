// The engines that `ddl` knows, by the value of --engine.
import { ConnectorError } from '../../../protocol/errors.ts';
import type { DdlDialect } from './dialect.ts';
import { clickhouse, duckdb } from './file-dialects.ts';
import { glue } from './glue.ts';
import { athena, spark, spectrum, trino } from './hive-dialects.ts';
import { bigquery, redshiftCopy, snowflake } from './warehouse-dialects.ts';

export const dialects = {
  athena,
  glue,
  spark,
  trino,
  'redshift-spectrum': spectrum,
  'redshift-copy': redshiftCopy,
  snowflake,
  bigquery,
  clickhouse,
  duckdb,
} satisfies Readonly<Record<string, DdlDialect>>;
export type DdlEngine = keyof typeof dialects;
export const engines = Object.keys(dialects) as readonly DdlEngine[];

/** @throws USAGE_INVALID, listing the engines. */
export function engineOf(given: string | boolean | undefined): DdlEngine {
  const engine = engines.find((name) => name === (given ?? 'athena'));
  if (engine !== undefined) return engine;
  throw new ConnectorError(
    'USAGE_INVALID',
    `--engine is "${String(given)}": write ${engines.slice(0, -1).join(', ')} or ${engines.at(-1)}.`,
  );
}

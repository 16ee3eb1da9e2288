// The engines that `ddl` knows, by the value of --engine.
import { ConnectorError } from '../../../protocol/errors.ts';
import type { DdlDialect } from './dialect.ts';
import { fileDialects } from './file-dialects.ts';
import { glue } from './glue.ts';
import { hiveDialects } from './hive-dialects.ts';
import { warehouseDialects } from './warehouse-dialects.ts';

export const engines = [
  'athena',
  'glue',
  'spark',
  'trino',
  'redshift-spectrum',
  'redshift-copy',
  'snowflake',
  'bigquery',
  'clickhouse',
  'duckdb',
] as const;
export type DdlEngine = (typeof engines)[number];

export const dialects: Readonly<Record<DdlEngine, DdlDialect>> = {
  ...hiveDialects,
  ...warehouseDialects,
  ...fileDialects,
  glue,
};

/** @throws USAGE_INVALID, listing the engines. */
export function engineOf(given: string | boolean | undefined): DdlEngine {
  const engine = engines.find((name) => name === (given ?? 'athena'));
  if (engine !== undefined) return engine;
  throw new ConnectorError(
    'USAGE_INVALID',
    `--engine is "${String(given)}": write ${engines.slice(0, -1).join(', ')} or ${engines.at(-1)}.`,
  );
}

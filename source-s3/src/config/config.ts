// The source's configuration: the zod schema from which the SPEC is made, and the checked form for the pipelines.
import * as z from 'zod';

import {
  always,
  checkConnection,
  resolveConnection,
  sourceConnectionShape,
  type Connection,
} from '@s3-connectors/common/s3/connection/config.ts';
import { coresOf, maxCores } from '@s3-connectors/common/program/cores.ts';
import type { Shard } from '@s3-connectors/common/program/scheduler.ts';

import { csvSchema, resolveCsv, type CsvOptions } from './csv-config.ts';
import { dataPartitioning, resolvePartitioning, type FolderMeaning } from './partitioning-config.ts';
import { resolveShard, shardSchema } from './shard-config.ts';
import { checkSelection, resolveSelection, selectionShape, type Selection } from '../layout/selection.ts';

export const schemaPrefix = z
  .string()
  .refine((path) => !path.startsWith('/'), 'must not start with "/": write the path as in a key, "exports/daily"')
  .refine(
    (path) => !/^(s3|https?):/u.test(path),
    'Write the path inside the bucket only, without "s3://" and the bucket',
  )
  .refine((path) => path.isWellFormed() && !path.includes('\u0000'), 'has a character that no key can have')
  .refine((path) => !path.includes('**'), '"**" is not known: write a "*" for each folder, as "path/*/*"')
  .refine((path) => !path.split('/').includes('..'), 'must not contain ".."');

const dataFormat = z.discriminatedUnion('format', [
  z
    .object({ format: z.literal('parquet').meta({ order: 0 }) })
    .meta({ title: 'Parquet', description: 'Apache Parquet files, ZSTD recommended.' }),
  csvSchema,
  z.object({ format: z.literal('jsonl').meta({ order: 0 }) }).meta({
    title: 'JSON',
    description:
      'One JSON object a line, an array of objects, or consecutive objects. Plain or compressed (docs/reference/formats.md lists the codecs).',
  }),
  z
    .object({ format: z.literal('avro').meta({ order: 0 }) })
    .meta({ title: 'Avro', description: 'Avro object container files.' }),
]);

const time = z.iso.datetime({ offset: true, error: 'must be a date and time such as 2026-01-15T00:00:00Z' });

export const sourceSchema = z
  .object({
    ...sourceConnectionShape,
    name: z.string().optional().meta({ title: 'Name', description: 'A descriptive name for the log.', order: 10 }),
    schema_prefixes: z
      .array(schemaPrefix)
      .min(1, 'Name at least one path that holds tables; "" is the root of the bucket')
      .meta({
        title: 'Schema prefixes',
        description:
          'Paths in the bucket whose folders are the tables. A star matches any characters in a folder name, as in "tenant=*/exports". As the last folder, it matches each folder there. "" is the root of the bucket.',
        examples: [['exports/daily'], ['tenant=*/exports']],
        order: 11,
      }),
    data_format: dataFormat.meta({ title: 'Data format', description: 'The format of the files.', order: 12 }),
    data_partitioning: dataPartitioning.meta({
      title: 'Data partitioning',
      description: 'How the folders below a table are partitioned.',
      order: 13,
    }),
    start_date: time.optional().meta({
      title: 'Start date',
      description:
        'Skip objects that were last modified before this time. With date folders, also skip folders that are older by more than the look-back window.',
      format: 'date-time',
      order: 14,
    }),
    ...selectionShape,
    invalid_records: z.enum(['fail', 'skip']).default('fail').meta({
      title: 'Invalid records',
      description:
        'What to do with a record of a text file that cannot be decoded: fail its stream, or count it, log its place and continue.',
      order: 18,
    }),
    lookback_hours: z.int().min(0).max(8760).default(72).meta({
      title: 'Look-back window (hours)',
      description: 'How long to look for objects that appear late, with an older modification time.',
      order: 19,
    }),
    max_memory_mb: z.int().min(128).max(65536).default(256).meta({
      title: 'Memory bound (MB)',
      description: 'The memory for buffers and the query engine. The process needs up to 250 MB more.',
      order: 20,
    }),
    shard: shardSchema.optional().meta({
      title: 'Shard',
      description:
        'Divide the files among several readers, each with its own state. This one reads its share of each table. By default, the array index of a scheduler applies if the environment has one.',
      order: 21,
    }),
    modified_before: time.optional().meta({
      title: 'Modified before',
      description:
        'Read only objects that were last modified before this time. Give all readers of a full refresh the same time, so that they see the same files.',
      format: 'date-time',
      order: 22,
    }),
    tables_from: z.enum(['folders', 'files']).default('folders').meta({
      title: 'Tables from',
      description:
        'What becomes a table: each folder directly below a schema prefix, with all of its files, or each file there. For example, users.csv.gz becomes the table users.',
      order: 23,
    }),
    max_cores: maxCores.meta({ order: 24 }),
  })
  .superRefine(checkConnection, always)
  .superRefine(checkSelection);

/** Footers opened ahead, bodies being written to disk, lines being printed: see the table in docs/explanation/architecture.md. */
const bufferMegabytes = 16;

/**
 * Where tables are: a path with its `/` at the end, or "" for the root, followed by the names of folders below it if some of them
 * have wildcards (`*`). Every folder that they match is such a path.
 */
export type SchemaPrefix = { readonly path: string; readonly levels: readonly string[] };

export type SourceConfig = {
  readonly connection: Connection;
  readonly name: string;
  readonly schemaPrefixes: readonly SchemaPrefix[];
  readonly tablesFrom: 'folders' | 'files';
  readonly partitioning: FolderMeaning;
  readonly format: { readonly format: 'parquet' | 'jsonl' | 'avro' } | CsvOptions;
  readonly invalidRecords: 'fail' | 'skip';
  /** Milliseconds since 1970. */
  readonly startDate: number | undefined;
  readonly selection: Selection;
  readonly lookbackMs: number;
  /** Milliseconds since 1970, like `startDate`. Undefined: no limit. */
  readonly modifiedBefore: number | undefined;
  readonly shard: Shard;
  /** See cores.ts. */
  readonly cores: number;
  /** `max_memory_mb`. */
  readonly memoryBytes: number;
  /** The memory of the query engine. */
  readonly engineMemoryBytes: number;
  /** The part of it for column pages that are decoded at once, for which the engine needs up to twice as much. */
  readonly pageMemoryBytes: number;
};

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws CONFIG_INVALID for an environment that does not name a shard. */
export function resolveSource(parsed: z.output<typeof sourceSchema>, env: Environment = process.env): SourceConfig {
  const engineMemoryBytes = (parsed.max_memory_mb - bufferMegabytes) * 1024 * 1024;
  return {
    connection: resolveConnection(parsed),
    name: parsed.name ?? parsed.bucket,
    schemaPrefixes: parsed.schema_prefixes.map(parseSchemaPrefix),
    tablesFrom: parsed.tables_from,
    partitioning: resolvePartitioning(parsed.data_partitioning),
    format: parsed.data_format.format === 'csv' ? resolveCsv(parsed.data_format) : parsed.data_format,
    invalidRecords: parsed.invalid_records,
    startDate: parsed.start_date === undefined ? undefined : Date.parse(parsed.start_date),
    modifiedBefore: parsed.modified_before === undefined ? undefined : Date.parse(parsed.modified_before),
    shard: resolveShard(parsed.shard, env),
    selection: resolveSelection(parsed),
    lookbackMs: parsed.lookback_hours * 3_600_000,
    cores: coresOf(parsed.max_cores),
    memoryBytes: parsed.max_memory_mb * 1024 * 1024,
    engineMemoryBytes,
    pageMemoryBytes: engineMemoryBytes + 64 * 1024 * 1024,
  };
}

export function parseSchemaPrefix(text: string): SchemaPrefix {
  const folders = text.replace(/\/+$/u, '').split('/');
  const first = folders.findIndex((name) => name.includes('*'));
  const levels = first === -1 ? [] : folders.slice(first);
  const path = folders.slice(0, folders.length - levels.length).join('/');
  return { path: path === '' ? '' : `${path}/`, levels };
}

/** As in the config, with its `/` at the end unless it ends with a wildcard. */
export function shownPrefix({ path, levels }: SchemaPrefix): string {
  const rest = levels.join('/');
  return `${path}${rest}${rest === '' || rest.endsWith('*') ? '' : '/'}`;
}

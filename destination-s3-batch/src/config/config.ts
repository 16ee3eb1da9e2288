// The configuration: what the user writes (zod; the spec is generated from it) and what the pipeline accepts (`Config`).
import { tmpdir } from 'node:os';
import { isAbsolute } from 'node:path';

import {
  checkPlace,
  invalidRecords,
  placeShape,
  resolveShared,
  workerShape,
  type Shared,
} from '@s3-connectors/common/destination/config/config.ts';
import {
  entryShape,
  pathName,
  streamEntries,
  timeField,
} from '@s3-connectors/common/destination/config/stream-entries.ts';
import { dateFolders } from '@s3-connectors/common/destination/layout/layout.ts';
import { partitionBy, partitionByText } from '@s3-connectors/common/destination/rows/row-plan.ts';
import { runShape } from '@s3-connectors/common/destination/config/run-config.ts';
import type { RecordRules } from '@s3-connectors/common/destination/plan/record-judge.ts';
import { connectionShape } from '@s3-connectors/common/s3/connection/config.ts';
import { hostedVariable, isHosted, type Environment } from '@s3-connectors/common/s3/address/hosted.ts';
import * as z from 'zod';

const gigabyte = 1e9;

const stream = z.object({
  ...entryShape,
  table: pathName.meta({
    title: 'Table',
    description: 'The name of the folder below data/. Leave it empty to use the name of the stream.',
    order: 2,
  }),
  kind: z.enum(['events', 'snapshot']).optional().meta({
    title: 'Kind',
    description:
      'Events are stored in the folder of their day. A snapshot is stored in the folder of the day of the export.',
    order: 3,
  }),
  time_field: timeField.meta({ order: 4 }),
  json_columns: z
    .array(
      z
        .string()
        .regex(/^(?!\.)(?!.*\.(?:\.|$)).+$/su, 'is not a path: write a.b, or a[].b for members of a list')
        .refine(
          (path) => !/__json(?:\[\])*(?:\.|$)/iu.test(path),
          'names "…__json", which is never a column of a member',
        ),
    )
    .optional()
    .meta({
      title: 'Columns of JSON text',
      description:
        'Fields to store as JSON text, such as objects with free keys, where each key would become a column. Write a.b for a member, and a[].b for a member of the items of a list.',
      order: 5,
    }),
  partition_by: partitionBy(dateFolders.day).meta({ ...partitionByText, order: 6 }),
});

export const configSchema = z
  .object({
    ...connectionShape,
    ...placeShape,
    output_format: z.enum(['parquet', 'json']).meta({
      title: 'Format',
      description: 'Snappy Parquet (.snappy.parquet) or gzipped JSON lines (.json.gz).',
      order: 13,
    }),
    streams: streamEntries(stream).meta({
      title: 'Streams',
      description: 'Settings for single streams.',
      order: 14,
    }),
    split_events: z.boolean().default(true).meta({
      title: 'A table for each event',
      description: 'Split a stream "events" of the streaming schema into a table for each event name.',
      order: 15,
    }),
    properties_as: z.enum(['struct', 'json_string']).default('struct').meta({
      title: 'Objects without a declared shape',
      description:
        'How Parquet stores them: as a group of the fields that are found (struct), or as JSON text (json_string).',
      order: 16,
    }),
    time_as: z.enum(['text', 'time_micros']).default('text').meta({
      title: 'Times of day',
      description:
        'How to store a column of times without a date: as text, which every reader accepts (text), or as the Parquet type TIME, which Spark refuses (time_micros). A column that already has a type keeps it.',
      order: 19,
    }),
    invalid_records: invalidRecords.meta({ order: 17 }),
    max_shrink_percent: z.int().min(0).max(100).optional().meta({
      title: 'Largest shrinking (%)',
      description:
        'Refuse to replace the tables of a stream if they would lose more than this share of their rows in total.',
      order: 18,
    }),
    max_file_mb: z.int().min(1).max(4096).default(256).meta({
      title: 'Largest file (MB)',
      description: 'Close a file at about this size.',
      order: 20,
    }),
    max_memory_mb: z.int().min(256).max(65_536).default(512).meta({
      title: 'Memory (MB)',
      description: 'The memory for buffers and the query engine together.',
      order: 21,
    }),
    spool_dir: z
      .string()
      .refine((path) => !path.includes('\u0000'), 'has a character that no path can have')
      .refine((path) => path === '' || isAbsolute(path), 'is not an absolute path: begin it with a slash')
      .refine(
        (path) => path === '' || !isHosted(process.env),
        `is not allowed in hosted mode (${hostedVariable}): leave it empty`,
      )
      .optional()
      .meta({
        title: 'Folder for the spool',
        description:
          'The folder where rows wait on local disk until they are written to S3. Leave it empty to use the folder for temporary files.',
        order: 22,
      }),
    max_spool_gb: z.number().min(0.05).max(100_000).optional().meta({
      title: 'Largest spool (GB)',
      description:
        'Above this size, appended rows are written to S3 early. Leave it empty for up to half of the free space, at most 20 GB.',
      order: 23,
    }),
    ...workerShape,
    ...runShape,
  })
  .superRefine(...checkPlace);

/** An override for a stream; see `streams` in the schema. */
export type StreamConfig = z.output<typeof stream>;

export type OutputFormat = 'parquet' | 'json';

export type BatchConfig = Shared<StreamConfig> & {
  readonly format: OutputFormat;
  readonly splitEvents: boolean;
  readonly objectsAsText: boolean;
  readonly timesAsText: boolean;
  readonly rules: RecordRules;
  readonly maxShrinkPercent: number | undefined;
  readonly spoolDirectory: string;
  /** Undefined: as much as the disk allows; see spool-bound.ts. */
  readonly maxSpoolBytes: number | undefined;
  /** The local disk that the platform grants. */
  readonly storageLimitBytes: number | undefined;
};

export function resolveConfig(config: z.output<typeof configSchema>, env: Environment = process.env): BatchConfig {
  const { spool_dir, max_spool_gb } = config;
  const storageLimit = Number(env['CONNECTOR_STORAGE_LIMIT_BYTES'] ?? '');
  return {
    ...resolveShared(config, env),
    format: config.output_format,
    splitEvents: config.split_events,
    objectsAsText: config.properties_as === 'json_string' && config.output_format === 'parquet',
    timesAsText: config.time_as === 'text',
    rules: { invalidRecords: config.invalid_records, workspaceId: undefined, late: undefined },
    maxShrinkPercent: config.max_shrink_percent,
    spoolDirectory: spool_dir === undefined || spool_dir === '' ? tmpdir() : spool_dir,
    maxSpoolBytes: max_spool_gb === undefined ? undefined : max_spool_gb * gigabyte,
    storageLimitBytes: storageLimit > 0 ? storageLimit : undefined,
  };
}

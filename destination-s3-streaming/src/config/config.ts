// The configuration: what the user writes (zod; the spec is generated from it) and what the pipeline accepts (`Config`).
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
import { partitionBy, partitionByText } from '@s3-connectors/common/destination/rows/row-plan.ts';
import { runShape } from '@s3-connectors/common/destination/config/run-config.ts';
import type { RecordRules } from '@s3-connectors/common/destination/plan/record-judge.ts';
import type { Environment } from '@s3-connectors/common/s3/address/hosted.ts';
import { connectionShape } from '@s3-connectors/common/s3/connection/config.ts';
import * as z from 'zod';

import { folderNames } from '../layout/layout.ts';

const hourMs = 3_600_000;

const stream = z.object({
  ...entryShape,
  type: pathName.meta({
    title: 'Type',
    description: 'The name after type= in the path. Leave it empty to use the name of the stream.',
    order: 2,
  }),
  time_field: timeField.meta({ order: 3 }),
  kind: z.enum(['events', 'snapshot']).optional().meta({
    title: 'Kind',
    description: 'Events are stored in a folder for each hour. A snapshot has no date folders.',
    order: 4,
  }),
  partition_by: partitionBy(folderNames).meta({ ...partitionByText, order: 5 }),
});

const lateData = z.object({
  max_lateness_hours: z.int().min(1).max(87_600).default(48).meta({
    title: 'Longest delay (h)',
    description: 'A record is late if it arrives more than this long after its event time.',
    order: 0,
  }),
  policy: z.enum(['own_partition', 'current_hour', 'dead_letter']).default('own_partition').meta({
    title: 'What to do',
    description:
      'Where to store such a record: in the hour of its event time (own_partition), in the hour of its arrival (current_hour), or below _rejected/ (dead_letter).',
    order: 1,
  }),
});

/** Shared by all programs that write hourly files. */
export const configShape = {
  ...connectionShape,
  ...placeShape,
  streams: streamEntries(stream).meta({
    title: 'Streams',
    description: 'Settings for single streams. A stream without an entry is written by hour.',
    order: 13,
  }),
  workspace_id: z.string().min(1, 'is empty: write the id of the workspace, or leave the field out').optional().meta({
    title: 'Workspace',
    description:
      'Reject records of other workspaces. It applies to the published types, by their field project_id or workspace.',
    order: 14,
  }),
  invalid_records: invalidRecords.meta({ order: 15 }),
  late_data: lateData.prefault({}).meta({
    title: 'Late records',
    description: 'What to do with late records, and with records whose time is more than an hour in the future.',
    order: 16,
  }),
  max_file_age_seconds: z.int().min(1).max(86_400).default(240).meta({
    title: 'Longest age of a file (s)',
    description: 'Close a file at this age, so that its rows become visible.',
    order: 20,
  }),
  max_file_mb: z.int().min(1).max(1024).default(64).meta({
    title: 'Largest file (MB)',
    description: 'Close a file at this compressed size.',
    order: 21,
  }),
  max_memory_mb: z.int().min(32).max(65_536).default(256).meta({
    title: 'Memory (MB)',
    description: 'The memory for all open files together. At this limit, the oldest files are closed early.',
    order: 22,
  }),
  gzip_level: z.int().min(1).max(9).default(6).meta({
    title: 'Compression level',
    description: 'From 1 (fast) to 9 (small).',
    order: 23,
  }),
  ...workerShape,
};

export const configSchema = z.object({ ...configShape, ...runShape }).superRefine(...checkPlace);

/** An override for a stream; see `streams` in the schema. */
export type StreamSettings = z.output<typeof stream>;

export type StreamingConfig = Shared<StreamSettings> & {
  readonly rules: RecordRules;
  readonly maxFileAgeMs: number;
  readonly gzipLevel: number;
};

export function resolveConfig(config: z.output<typeof configSchema>, env: Environment = process.env): StreamingConfig {
  return {
    ...resolveShared(config, env),
    rules: {
      workspaceId: config.workspace_id,
      invalidRecords: config.invalid_records,
      late: { maxLatenessMs: config.late_data.max_lateness_hours * hourMs, policy: config.late_data.policy },
    },
    maxFileAgeMs: config.max_file_age_seconds * 1000,
    gzipLevel: config.gzip_level,
  };
}

/**
 * The shares of `max_memory_mb`. Three quarters are for buffers: rows, compressed rows, bodies being sent, waiting STATEs, and
 * buffers for reuse. The rest is for objects and garbage.
 */
export type MemoryShares = {
  /** All buffers together. Input is read only while they are below it. */
  readonly bufferBytes: number;
  /** The share of open files, with the STATEs that wait for them. Above it the oldest files are closed. */
  readonly openBytes: number;
  /** The share of rows before they are compressed. */
  readonly gatheringBytes: number;
  /** The share of STATEs that wait for the end. */
  readonly heldBytes: number;
  /** The share of unused buffers. */
  readonly idleBytes: number;
};

export function sharesOf(maxMemoryBytes: number): MemoryShares {
  const bufferBytes = (maxMemoryBytes * 3) / 4;
  return {
    bufferBytes,
    openBytes: (bufferBytes * 3) / 4,
    gatheringBytes: bufferBytes / 4,
    heldBytes: bufferBytes / 4,
    idleBytes: bufferBytes / 8,
  };
}

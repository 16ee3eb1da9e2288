// The configuration: what the user writes (zod, from which the spec is made) and what the pipeline accepts (`Config`).
import { always, checkConnection, connectionShape, resolveConnection } from '@s3-connectors/common/s3/config.ts';
import type { Connection } from '@s3-connectors/common/s3/config.ts';
import type { WriteHeaders } from '@s3-connectors/common/s3/write.ts';
import * as z from 'zod';

const workerForm = /^[A-Za-z0-9_]{1,32}$/u;
const workerMend = 'is not a worker’s name: write 1 to 32 letters, digits or underscores';
const mebibyte = 1024 * 1024;
const hourMs = 3_600_000;

const stream = z.object({
  stream: z.string().min(1).meta({ title: 'Stream', description: 'The name of the stream in the catalog.', order: 0 }),
  namespace: z.string().optional().meta({
    title: 'Namespace',
    description: 'The namespace of the stream. Leave it empty to mean the stream in any namespace.',
    order: 1,
  }),
  type: z
    .string()
    .refine((text) => text.isWellFormed(), 'is not well-formed Unicode')
    .optional()
    .meta({
      title: 'Type',
      description: 'The name after type= in the path. Leave it empty to use the name of the stream.',
      order: 2,
    }),
  time_field: z.string().optional().meta({
    title: 'Time field',
    description: 'The top-level field that says when a record happened. Leave it empty to use "time".',
    order: 3,
  }),
  kind: z.enum(['events', 'snapshot']).optional().meta({
    title: 'Kind',
    description: 'Events lie in a folder per hour, a snapshot has no date folders.',
    order: 4,
  }),
});

const lateData = z.object({
  max_lateness_hours: z.int().min(1).max(87_600).default(48).meta({
    title: 'Longest delay (h)',
    description: 'A record that is received longer than this after its own time is late.',
    order: 0,
  }),
  policy: z.enum(['own_partition', 'current_hour', 'dead_letter']).default('own_partition').meta({
    title: 'What to do',
    description:
      'Such a record goes into the hour of its own time (own_partition), into the hour it is received in (current_hour), or below _rejected/ (dead_letter).',
    order: 1,
  }),
});

const bucketDefault = z
  .object({ mode: z.literal('bucket_default').meta({ title: 'Kind', order: 0 }) })
  .meta({ title: 'As the bucket does', description: 'The encryption that the bucket is set to.' });
const sseS3 = z
  .object({ mode: z.literal('sse_s3').meta({ title: 'Kind', order: 0 }) })
  .meta({ title: 'Keys of S3', description: 'SSE-S3 (AES256).' });
const sseKms = z
  .object({
    mode: z.literal('sse_kms').meta({ title: 'Kind', order: 0 }),
    kms_key_id: z
      .string()
      .trim()
      .min(1, 'is empty: write the ARN of the key')
      .meta({
        title: 'KMS key',
        description: 'The ARN of the KMS key.',
        examples: ['arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab'],
        order: 1,
      }),
  })
  .meta({ title: 'A KMS key', description: 'SSE-KMS.' });

export const configSchema = z
  .object({
    ...connectionShape,
    prefix: z
      .string()
      .default('')
      .meta({
        title: 'Prefix',
        description: 'The folder in the bucket below which everything is written. Empty means the root of the bucket.',
        examples: ['permutive'],
        order: 10,
      }),
    acl: z.enum(['bucket-owner-full-control', 'none']).default('bucket-owner-full-control').meta({
      title: 'ACL',
      description: 'The canned ACL sent with each write.',
      order: 11,
    }),
    encryption: z
      .discriminatedUnion('mode', [bucketDefault, sseS3, sseKms])
      .default({ mode: 'bucket_default' })
      .meta({ title: 'Encryption', description: 'How S3 encrypts what is written.', order: 12 }),
    streams: z.array(stream).default([]).meta({
      title: 'Streams',
      description: 'What is to be done otherwise for some streams. Without an entry a stream is written by hour.',
      order: 13,
    }),
    workspace_id: z.string().min(1, 'is empty: write the id of the workspace, or leave the field out').optional().meta({
      title: 'Workspace',
      description:
        'When set, a record of another workspace is rejected. It applies to the published types, by their field project_id or workspace.',
      order: 14,
    }),
    invalid_records: z.enum(['dead_letter', 'fail', 'write']).default('dead_letter').meta({
      title: 'Invalid records',
      description:
        'A record that breaks the schema of its published type is set aside below _rejected/ (dead_letter), ends the sync (fail), or is written like the others (write).',
      order: 15,
    }),
    late_data: lateData.prefault({}).meta({
      title: 'Late records',
      description: 'What to do with records far from the present: late ones, and those more than an hour ahead of it.',
      order: 16,
    }),
    max_file_age_seconds: z.int().min(1).max(86_400).default(240).meta({
      title: 'Longest age of a file (s)',
      description: 'A file is closed at this age, so that its rows can be seen.',
      order: 20,
    }),
    max_file_mb: z.int().min(1).max(1024).default(64).meta({
      title: 'Largest file (MB)',
      description: 'A file is closed at this compressed size.',
      order: 21,
    }),
    max_memory_mb: z.int().min(32).max(65_536).default(256).meta({
      title: 'Memory (MB)',
      description: 'The memory for all open files together. The oldest are closed early when it is reached.',
      order: 22,
    }),
    gzip_level: z.int().min(1).max(9).default(6).meta({
      title: 'Compression level',
      description: 'From 1 (fast) to 9 (small).',
      order: 23,
    }),
    worker_id: z.string().regex(workerForm, workerMend).optional().meta({
      title: 'Worker',
      description: 'Ends the name of each file. Give every process that writes to the same prefix its own.',
      order: 24,
    }),
  })
  .superRefine((config, context) => {
    checkConnection(config, context);
    const { prefix, bucket } = config;
    const problem = typeof prefix === 'string' ? prefixProblem(prefix, bucket) : undefined;
    if (problem !== undefined) context.addIssue({ code: 'custom', path: ['prefix'], message: problem });
  }, always);

/** An override for a stream; see `streams` in the schema. */
export type StreamConfig = z.output<typeof stream>;

/** Which records are set aside, and what is done with those far from the present. */
export type RecordRules = {
  readonly workspaceId: string | undefined;
  readonly invalidRecords: 'dead_letter' | 'fail' | 'write';
  readonly maxLatenessMs: number;
  readonly latePolicy: 'own_partition' | 'current_hour' | 'dead_letter';
};

export type Config = {
  readonly connection: Connection;
  /** Empty, or ended by a slash. */
  readonly prefix: string;
  readonly headers: WriteHeaders;
  readonly streams: readonly StreamConfig[];
  readonly rules: RecordRules;
  readonly maxFileAgeMs: number;
  readonly maxFileBytes: number;
  readonly maxMemoryBytes: number;
  readonly gzipLevel: number;
  readonly workerId: string;
};

export function resolveConfig(
  config: z.output<typeof configSchema>,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Config {
  const { encryption, acl } = config;
  const job = env['JOB_COMPLETION_INDEX'] ?? '';
  return {
    connection: resolveConnection(config),
    prefix: config.prefix === '' ? '' : `${config.prefix.replace(/\/$/u, '')}/`,
    headers: {
      ...(acl === 'none' ? {} : { acl }),
      encryption: encryption.mode === 'sse_kms' ? { mode: 'sse_kms', kmsKeyId: encryption.kms_key_id } : encryption,
    },
    streams: config.streams,
    rules: {
      workspaceId: config.workspace_id,
      invalidRecords: config.invalid_records,
      maxLatenessMs: config.late_data.max_lateness_hours * hourMs,
      latePolicy: config.late_data.policy,
    },
    maxFileAgeMs: config.max_file_age_seconds * 1000,
    maxFileBytes: config.max_file_mb * mebibyte,
    maxMemoryBytes: config.max_memory_mb * mebibyte,
    gzipLevel: config.gzip_level,
    workerId: config.worker_id ?? (workerForm.test(job) ? job : '0'),
  };
}

/** What is wrong with a prefix and what to write instead, after the field's name; every key must stay below it. */
function prefixProblem(prefix: string, bucket: unknown): string | undefined {
  const inside = prefix.replace(/^s3:\/\/[^/]*\/?/u, '').replaceAll(/^\/+|\/+$/gu, '');
  if (prefix.startsWith('s3://')) return `is an address: write only the path in the bucket, "${inside}"`;
  if (prefix.startsWith('/')) return `begins with a slash, which would be a folder without a name: write "${inside}"`;
  if (prefix === '') return undefined;
  const parts = prefix.replace(/\/$/u, '').split('/');
  if (parts[0] === bucket) return `begins with the bucket’s name: write "${parts.slice(1).join('/')}"`;
  if (parts.includes('')) return 'has two slashes in a row: write one';
  if (parts.includes('.') || parts.includes('..')) return 'has a part "." or "..": write the path itself';
  if (/\p{Cc}/u.test(prefix) || !prefix.isWellFormed()) return 'has a character that no key can have';
  return undefined;
}

// What the configs of both destinations share besides the connection: the prefix, the headers, and the owner of the files.
import * as z from 'zod';

import {
  always,
  checkConnection,
  type ConfigAsWritten,
  report,
  resolveConnection,
  type Connection,
  type ConnectionConfig,
} from '../../s3/connection/config.ts';
import { storageClasses } from '../../s3/object-settings.ts';
import type { WriteHeaders } from '../../s3/write.ts';
import { ConnectorError } from '../../protocol/errors.ts';
import { maxCores } from '../../program/cores.ts';
import { indexVariable } from '../../program/scheduler.ts';
import type { Environment } from '../../s3/address/hosted.ts';
import type { RunPart } from '../replacing/run-id.ts';
import { prefixProblem } from './prefix.ts';
import { resolveRun, type runShape } from './run-config.ts';

const workerForm = /^[A-Za-z0-9_]{1,32}$/u;
const mostWorkerLength = 32;
const workerRemedy = 'is not a worker’s name: write 1 to 32 letters, digits or underscores';

const bucketDefault = z
  .object({ mode: z.literal('bucket_default').meta({ title: 'Kind', order: 0 }) })
  .meta({ title: 'As the bucket does', description: 'Use the default encryption of the bucket.' });
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
      .refine((id) => /^[\x20-\x7e]*$/u.test(id), 'has a character that no ARN or alias of a key has: copy it again')
      .meta({
        title: 'KMS key',
        description: 'The ARN of the KMS key.',
        examples: ['arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab'],
        order: 1,
      }),
  })
  .meta({ title: 'A KMS key', description: 'SSE-KMS.' });

// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html
const mostTags = 10;
/** No pattern in the JSON schema, because readers of it in other languages do not know `\p`. */
const tagText = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
const tagRemedy = 'has a character that S3 does not take in a tag: use letters, digits, blanks and + - = . _ : / @';

const tag = z.object({
  key: z
    .string()
    .min(1, 'is empty')
    .max(128, 'has more than 128 characters')
    .refine((text) => tagText.test(text), tagRemedy)
    .refine((key) => !/^aws:/iu.test(key), 'begins with aws:, which AWS keeps for itself')
    .meta({ title: 'Key', description: 'The name of the tag.', order: 0 }),
  value: z
    .string()
    .max(256, 'has more than 256 characters')
    .refine((text) => tagText.test(text), tagRemedy)
    .default('')
    .meta({ title: 'Value', description: 'The value of the tag. It may be empty.', order: 1 }),
});

/** Spread it into a destination's config, together with `checkPlace`. */
export const placeShape = {
  prefix: z
    .string()
    .default('')
    .meta({
      title: 'Prefix',
      description: 'The folder in the bucket for all output. Leave it empty for the root of the bucket.',
      examples: ['permutive'],
      order: 10,
    }),
  acl: z.enum(['bucket-owner-full-control', 'none']).default('bucket-owner-full-control').meta({
    title: 'ACL',
    description: 'The canned ACL of every object.',
    order: 11,
  }),
  storage_class: z.enum(storageClasses).optional().meta({
    title: 'Storage class',
    description: 'The storage class of every object. Leave it empty for STANDARD.',
    order: 26,
  }),
  object_tags: z
    .array(tag)
    .max(mostTags, 'has more than 10 tags, which S3 refuses')
    .refine((tags) => new Set(tags.map(({ key }) => key)).size === tags.length, 'names a key twice: S3 takes each once')
    .default([])
    .meta({
      title: 'Tags',
      description: 'The tags of every object, at most 10. They need the permission s3:PutObjectTagging.',
      order: 27,
    }),
  conditional_writes: z.boolean().default(true).meta({
    title: 'Conditional writes',
    description:
      'Write a document in the bucket only if no other run has changed it in the meantime. Turn this off for a storage without conditional writes, and let only one run at a time write below the prefix.',
    order: 25,
  }),
  namespace_in_path: z.boolean().default(false).meta({
    title: 'Namespace in the path',
    description:
      'Start the name of a folder with the namespace of its stream, as in analytics__visits. It does not apply to the published types, or to names that you set in "streams".',
    order: 28,
  }),
  airbyte_metadata: z.boolean().default(false).meta({
    title: 'Airbyte’s columns',
    description:
      'Add the columns of Airbyte’s own destinations: _airbyte_raw_id, _airbyte_extracted_at, _airbyte_generation_id and _airbyte_meta. It does not apply to the published types.',
    order: 29,
  }),
  encryption: z
    .discriminatedUnion('mode', [bucketDefault, sseS3, sseKms])
    .default({ mode: 'bucket_default' })
    .meta({ title: 'Encryption', description: 'How S3 encrypts the objects.', order: 12 }),
};

export const invalidRecords = z.enum(['dead_letter', 'fail', 'write']).default('dead_letter').meta({
  title: 'Invalid records',
  description:
    'What to do with a record that breaks the schema of its published type: store it below _rejected/ (dead_letter), fail the sync (fail), or write it like the others (write).',
});

/** The last fields of both configs. */
export const workerShape = {
  max_cores: maxCores.meta({ order: 31 }),
  worker_id: z.string().regex(workerForm, workerRemedy).optional().meta({
    title: 'Worker',
    description: 'The last part of each file name. Give every process that writes to the same prefix its own.',
    order: 24,
  }),
};

type PlaceConfig = Readonly<z.output<z.ZodObject<typeof placeShape & typeof workerShape & typeof runShape>>>;

/** The fields of both configs; each has its own defaults and descriptions. */
type SharedConfig<Entry> = ConnectionConfig &
  PlaceConfig & {
    readonly streams: readonly Entry[];
    readonly max_file_mb: number;
    readonly max_memory_mb: number;
  };

/** Where and how everything is written. */
export type DestinationPlace = {
  /** Empty, or ends with a slash. */
  readonly prefix: string;
  readonly headers: WriteHeaders;
  readonly workerId: string;
  /** The variable by which a scheduler shows that this is one of several workers. Undefined: there is only one. */
  readonly arrayIndex: string | undefined;
  /** The part of a run whose rows become visible at once. An error if it is not known which part this is. */
  readonly run: RunPart | ConnectorError | undefined;
};

/** What the pipelines of both destinations accept. */
export type Shared<Entry> = DestinationPlace & {
  readonly connection: Connection;
  /** Overrides for streams. */
  readonly streams: readonly Entry[];
  readonly namespaceInPath: boolean;
  readonly airbyteMetadata: boolean;
  readonly maxFileBytes: number;
  readonly maxMemoryBytes: number;
  readonly maxCores: number | undefined;
};

/** `superRefine(...checkPlace)` checks what depends on several fields, also on those of the connection. */
export const checkPlace = [
  (config: ConfigAsWritten, context: z.RefinementCtx): void => {
    checkConnection(config, context);
    const { prefix, bucket } = config;
    if (typeof prefix === 'string') report(context, ['prefix'], prefixProblem(prefix, bucket));
  },
  always,
] as const;

export function resolveShared<Entry>(config: SharedConfig<Entry>, env: Environment): Shared<Entry> {
  return {
    connection: resolveConnection(config),
    ...resolvePlace(config, env),
    streams: config.streams,
    namespaceInPath: config.namespace_in_path,
    airbyteMetadata: config.airbyte_metadata,
    maxFileBytes: config.max_file_mb * 2 ** 20,
    maxMemoryBytes: config.max_memory_mb * 2 ** 20,
    maxCores: config.max_cores,
  };
}

function resolvePlace(config: PlaceConfig, env: Environment): DestinationPlace {
  const { prefix, acl, conditional_writes, encryption, storage_class, object_tags, worker_id } = config;
  const run = resolveRun(config.run, env, conditional_writes);
  return {
    prefix: prefix === '' ? '' : `${prefix.replace(/\/$/u, '')}/`,
    headers: {
      ...(acl === 'none' ? {} : { acl }),
      ...(storage_class === undefined ? {} : { storageClass: storage_class }),
      ...(object_tags.length === 0 ? {} : { tags: object_tags }),
      ...(conditional_writes ? {} : { conditions: 'looked_up' }),
      encryption: encryption.mode === 'sse_kms' ? { mode: 'sse_kms', kmsKeyId: encryption.kms_key_id } : encryption,
    },
    workerId: workerOf(worker_id, run, env),
    arrayIndex: indexVariable(env),
    run,
  };
}

/** In a run, no two parts may give a file the same name. */
function workerOf(configured: string | undefined, run: DestinationPlace['run'], env: Environment): string {
  const job = env['JOB_COMPLETION_INDEX'] ?? '';
  if (run === undefined || run instanceof ConnectorError) return configured ?? (workerForm.test(job) ? job : '0');
  const index = String(run.index);
  return configured === undefined ? index : `${configured.slice(0, mostWorkerLength - index.length - 1)}_${index}`;
}

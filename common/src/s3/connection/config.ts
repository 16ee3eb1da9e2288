// The config fields for the bucket and the credentials, which all connectors share, and the checked connection. This file does
// not load the SDK, so that `spec` is fast.
import * as z from 'zod';

import { bucketProblem, endpointProblem, ownerProblem, regionProblem } from '../address/address.ts';
import { hostedProblems, isHosted } from '../address/hosted.ts';

const arnForm = /^arn:[\w-]+:iam::\w*:role\/[\w+=,.@/-]+$/u;

/** A key as people paste it, with spaces or a line end around it. */
const key = z.string().trim();
/** A key that is sent in a header of each request. */
const sentKey = key.refine(
  (text) => /^[\x20-\x7e]*$/u.test(text),
  'has a character that a key cannot have: copy it again, in one line',
);
/** Forms send an empty text for an empty field. */
const optionalKey = key.optional();
const optionalSentKey = sentKey.optional();

const accessKeyTexts = {
  title: 'Access key ID',
  description: 'The ID of an access key, such as AKIAIOSFODNN7EXAMPLE.',
};
const secretTexts = {
  title: 'Secret access key',
  description: 'The secret of the access key. AWS shows it once, when you create the key.',
};

const accessKey = z
  .object({
    auth_type: z.literal('access_key').meta({ title: 'Kind', order: 0 }),
    access_key_id: sentKey.min(1, 'is empty').meta({ ...accessKeyTexts, airbyte_secret: true, order: 1 }),
    secret_access_key: key.min(1, 'is empty').meta({ ...secretTexts, airbyte_secret: true, order: 2 }),
    session_token: optionalSentKey.meta({
      title: 'Session token',
      description:
        'Required only for temporary credentials, whose key ID begins with ASIA. They expire after some hours.',
      airbyte_secret: true,
      order: 3,
    }),
  })
  .refine(({ access_key_id, session_token }) => !access_key_id.startsWith('ASIA') || hasText(session_token), {
    path: ['session_token'],
    message: 'is missing: a key ID that begins with ASIA is temporary, and works only with its session token',
  })
  .meta({ title: 'Access key', description: 'The access key of an IAM user.' });

const assumeRole = z
  .object({
    auth_type: z.literal('assume_role').meta({ title: 'Kind', order: 0 }),
    role_arn: key
      .regex(arnForm, 'is not the ARN of an IAM role: write it as "arn:aws:iam::123456789012:role/NAME"')
      .meta({
        title: 'Role ARN',
        description: 'The role to assume. The connector renews its session before it expires.',
        examples: ['arn:aws:iam::123456789012:role/s3-reader'],
        order: 1,
      }),
    external_id: key.max(1224).optional().meta({
      title: 'External ID',
      description: 'The external ID, if the trust policy of the role requires one.',
      order: 2,
    }),
    access_key_id: optionalSentKey.meta({
      ...accessKeyTexts,
      description: 'The access key that may assume the role. Leave it empty to use the credentials of the machine.',
      airbyte_secret: true,
      order: 3,
    }),
    secret_access_key: optionalKey.meta({ ...secretTexts, airbyte_secret: true, order: 4 }),
  })
  .refine(({ access_key_id, secret_access_key }) => hasText(access_key_id) === hasText(secret_access_key), {
    path: ['access_key_id'],
    message: 'and "secret_access_key" belong together: write both, or neither to use the credentials of the machine',
  })
  .meta({ title: 'IAM role', description: 'The connector assumes a role with sts:AssumeRole.' });

const defaultChain = z.object({ auth_type: z.literal('default_chain').meta({ title: 'Kind', order: 0 }) }).meta({
  title: 'Credentials of the machine',
  description: 'The connector uses the environment, a profile, or the role of the container or instance.',
});

const anonymous = z
  .object({ auth_type: z.literal('anonymous').meta({ title: 'Kind', order: 0 }) })
  .meta({ title: 'None', description: 'Requests are not signed. Use it for public buckets.' });

const credentialsTexts = {
  title: 'Credentials',
  description: 'How the connector signs requests to the bucket.',
  order: 2,
};

const placeShape = {
  bucket: z
    .string()
    .superRefine((text, context) => report(context, [], bucketProblem(text)))
    .meta({
      title: 'Bucket',
      description: 'The name of the bucket, without s3:// and without a path.',
      examples: ['publisher-data'],
      order: 0,
    }),
  region: z.string().meta({
    title: 'Region',
    description: 'The region of the bucket. For a storage other than AWS, use the region that the storage documents.',
    examples: ['eu-central-1', 'us-east-1'],
    order: 1,
  }),
};

const endpointShape = {
  requester_pays: z.boolean().default(false).meta({
    title: 'Requester pays',
    description: 'Your account pays for requests and transfer. Turn this on for a Requester Pays bucket.',
    order: 4,
  }),
  endpoint: z
    .string()
    .trim()
    .optional()
    .meta({
      title: 'Endpoint',
      description:
        'The address of an S3-compatible storage, or a dual-stack, FIPS or VPC endpoint of AWS. Leave it empty for the usual endpoint of AWS.',
      examples: ['https://storage.example.com', 'https://s3.dualstack.eu-west-1.amazonaws.com'],
      order: 90,
    }),
  // The form has no default, because it depends on the endpoint.
  force_path_style: z.boolean().optional().meta({
    title: 'Path-style addresses',
    description:
      'The bucket is part of the path instead of the host name. By default this is on if you set an endpoint.',
    order: 91,
  }),
  allow_http: z.boolean().default(false).meta({
    title: 'Allow http',
    description: 'Allow an endpoint without TLS. Not needed for localhost.',
    order: 92,
  }),
};

/** The fields of a connector that writes, to spread into its config's shape. Use it with `checkConnection`. */
export const connectionShape = {
  ...placeShape,
  credentials: z.discriminatedUnion('auth_type', [accessKey, assumeRole, defaultChain]).meta(credentialsTexts),
  expected_bucket_owner: z
    .string()
    .trim()
    .superRefine((text, context) => report(context, [], ownerProblem(text)))
    .optional()
    .meta({
      title: 'Expected bucket owner',
      description:
        'The AWS account that owns the bucket. Every request names it, and S3 refuses the request if another account owns the bucket.',
      examples: ['111122223333'],
      order: 3,
    }),
  ...endpointShape,
};

/** The same for a connector that only reads, where public buckets need no credentials. */
export const sourceConnectionShape = {
  ...connectionShape,
  credentials: z
    .discriminatedUnion('auth_type', [accessKey, assumeRole, defaultChain, anonymous])
    .meta(credentialsTexts),
};

export type Credentials = z.output<typeof sourceConnectionShape.credentials>;

/** The shared fields after parsing. */
export type ConnectionConfig = Readonly<z.output<z.ZodObject<typeof sourceConnectionShape>>>;

/** The checked connection, with defaults. */
export type Connection = {
  readonly bucket: string;
  readonly region: string;
  readonly credentials: Credentials;
  /** Absent: AWS. */
  readonly endpoint?: string;
  readonly forcePathStyle: boolean;
  /** The account that must own the bucket, 12 digits. Absent: any. */
  readonly expectedBucketOwner?: string;
  /** Absent: the bucket's owner pays. */
  readonly requesterPays?: boolean;
  /** Also for endpoints from the environment. Absent: only on this machine. */
  readonly allowHttp?: boolean;
};

/** The user's config: a field may be missing or of any type. */
export type ConfigAsWritten = Readonly<Record<string, unknown>>;

/**
 * Rules over several fields: `z.object({ ...connectionShape, … }).superRefine(checkConnection, always)`. With `always` it also
 * runs for a config with other mistakes, so that one message names all. It then gets the user's raw config.
 */
export function checkConnection(config: ConfigAsWritten, context: z.RefinementCtx): void {
  if (isHosted(process.env)) {
    for (const { path, message } of hostedProblems(config)) report(context, [...path], message);
  }
  const { bucket, region, allow_http: allowHttp } = config;
  const endpoint = hasText(config['endpoint']) ? config['endpoint'] : undefined;
  if (typeof region === 'string') report(context, ['region'], regionProblem(region, endpoint));
  if (endpoint === undefined) return;
  const name = typeof bucket === 'string' && bucket !== '' ? bucket : undefined;
  report(context, ['endpoint'], endpointProblem(endpoint, allowHttp === true, name));
}

/** Runs a refinement even if fields are missing or of a wrong type. */
export const always = { when: () => true };

/** Adds a mistake, if there is one. */
export function report(context: z.RefinementCtx, path: string[], problem: string | undefined): void {
  if (problem !== undefined) context.addIssue({ code: 'custom', path, message: problem });
}

/** `config` has passed its schema and `checkConnection`. */
export function resolveConnection(config: ConnectionConfig): Connection {
  const { bucket, region, credentials, endpoint, force_path_style, expected_bucket_owner, requester_pays } = config;
  const place = hasText(endpoint) ? { endpoint } : {};
  const forcePathStyle = force_path_style ?? hasText(endpoint);
  const owner = hasText(expected_bucket_owner) ? { expectedBucketOwner: expected_bucket_owner } : {};
  const http = config.allow_http ? { allowHttp: true } : {};
  const payer = requester_pays ? { requesterPays: true } : {};
  return { bucket, region, credentials, ...place, forcePathStyle, ...owner, ...payer, ...http };
}

export function hasText(text: unknown): text is string {
  return typeof text === 'string' && text !== '';
}

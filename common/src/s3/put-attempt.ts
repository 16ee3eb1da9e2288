// One attempt at a PutObject. Small files come by the thousands, and in the SDK's middleware each takes the main thread more
// time than all else that is done for it: so a body in one piece goes past that, signed and sent by the SDK all the same, and
// a refusal is for the SDK to read.
import type { Readable } from 'node:stream';

import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { PutObjectCommandInput } from '@aws-sdk/client-s3';

import type { S3 } from './connection/client.ts';
import { encodeKey, type PutRoute } from './connection/put-route.ts';

/** What we ever send, by the names of the SDK. */
const headerNames = {
  ContentType: 'content-type',
  ContentLength: 'content-length',
  ContentMD5: 'content-md5',
  ChecksumCRC32: 'x-amz-checksum-crc32',
  ACL: 'x-amz-acl',
  ServerSideEncryption: 'x-amz-server-side-encryption',
  StorageClass: 'x-amz-storage-class',
  Tagging: 'x-amz-tagging',
  SSEKMSKeyId: 'x-amz-server-side-encryption-aws-kms-key-id',
  IfMatch: 'if-match',
  IfNoneMatch: 'if-none-match',
} as const satisfies Partial<Record<keyof PutObjectCommandInput, string>>;

/** What a PutObject says beside its body. */
export type PutInput = Pick<PutObjectCommandInput, 'Bucket' | keyof typeof headerNames> & { readonly Key: string };

export type Put = {
  readonly input: PutInput;
  readonly body: Uint8Array | Readable;
  /** The value of `x-amz-content-sha256`. */
  readonly sha256: string;
};

type Options = { readonly abortSignal?: AbortSignal };

type Answer = {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<Uint8Array>;
};

/**
 * `earlier`: attempts that failed; after one the SDK goes all the way itself, whatever was wrong.
 * @returns the ETag, if one came. @throws what the SDK throws.
 */
export async function attemptPut(s3: S3, put: Put, options: Options, earlier: number): Promise<string | undefined> {
  const route = earlier === 0 ? s3.putRoute() : undefined;
  const { body } = put;
  if (route === undefined || !(body instanceof Uint8Array)) return await putBySdk(s3, put, options);
  return await putDirectly(s3, route, { ...put, body }, options);
}

async function putBySdk({ client }: S3, { input, body, sha256 }: Put, options: Options): Promise<string | undefined> {
  const command = new PutObjectCommand({ ...input, Body: body });
  command.middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as { headers: Record<string, string> };
      headers['x-amz-content-sha256'] = sha256;
      return next(args);
    },
    { step: 'build' },
  );
  const { ETag } = await client.send(command, options);
  return ETag;
}

async function putDirectly(
  { client }: S3,
  { protocol, hostname, port, folder, headers, scope, signer }: PutRoute,
  { input, body, sha256 }: Put & { readonly body: Uint8Array },
  options: Options,
): Promise<string | undefined> {
  const request = {
    method: 'PUT',
    protocol,
    hostname,
    ...(port === undefined ? {} : { port }),
    path: folder + encodeKey(input.Key),
    query: {},
    headers: { ...headers, ...headersOf(input), 'x-amz-content-sha256': sha256 },
    body,
  };
  const signingDate = new Date(Date.now() + client.config.systemClockOffset);
  const signed = await signer.sign(request, { ...scope, signingDate });
  const { response } = (await client.config.requestHandler.handle(signed, options)) as { readonly response: Answer };
  if (response.statusCode >= 300) return await refuse(response);
  for await (const _ of response.body); // To its end: only then the object is there for sure, and the socket free.
  return response.headers['etag'];
}

function headersOf(input: PutInput): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, header] of Object.entries(headerNames) as [keyof typeof headerNames, string][]) {
    const value = input[name];
    if (value !== undefined) headers[header] = String(value);
  }
  return headers;
}

/** Lets the SDK read the answer as if it had sent the request. */
async function refuse(response: Answer): Promise<never> {
  const reader = new S3Client({
    region: 'us-east-1',
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
    maxAttempts: 1,
    requestHandler: { handle: () => Promise.resolve({ response }) },
  });
  await reader.send(new PutObjectCommand({ Bucket: 'none', Key: 'none', Body: 'none' }));
  throw new Error(`The SDK takes the status ${response.statusCode} for success.`);
}

// One attempt at a PutObject. For thousands of small files, the SDK's middleware takes more time on the main thread than all
// other work. A body in one piece therefore bypasses it; the SDK still signs and sends the request, and reads a refusal.
import type { Readable } from 'node:stream';

import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { PutObjectCommandInput } from '@aws-sdk/client-s3';

import { isEmpty } from './connection/answer-guard.ts';
import type { S3 } from './connection/client.ts';
import { encodeKey, type PutRoute } from './connection/put-route.ts';

/** All headers that we send, by the SDK's names. */
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

/** The parts of a PutObject except its body. */
export type PutInput = Pick<PutObjectCommandInput, 'Bucket' | keyof typeof headerNames> & { readonly Key: string };

type Put = {
  readonly input: PutInput;
  readonly body: Uint8Array | Readable;
  /** The value of `x-amz-content-sha256`. */
  readonly sha256: string;
};

type Options = { readonly abortSignal?: AbortSignal };

type Answer = {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable;
};

/**
 * `earlier`: the number of failed attempts. After one, the SDK sends the request itself.
 * @returns the ETag, if there is one. Throws the SDK's errors.
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
  // Read to its end: only then the object is certainly stored, and the socket free. An empty answer has ended with its headers.
  if (isEmpty(response)) response.body.resume();
  else for await (const _ of response.body);
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

/** Lets the SDK read the answer as one to its own request. */
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

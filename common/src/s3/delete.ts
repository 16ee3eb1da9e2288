// Deletes objects by key, a thousand in one request.
import { createHash } from 'node:crypto';

import { DeleteObjectsCommand } from '@aws-sdk/client-s3';
import type { _Error } from '@aws-sdk/client-s3';

import { call } from './call.ts';
import { withChecksumHeaders } from './checksum-headers.ts';
import { refuseOutside, type Bounds, type OwnKey } from './own-key.ts';

/** S3's bound for one request. */
const keysPerRequest = 1000;

/**
 * Deletes `keys`. A missing key counts as deleted. Keys that S3 is too busy for are retried alone.
 * @throws ConnectorError for the first key that cannot be deleted; the other keys of its request are deleted. UNEXPECTED if a
 * key is not below the prefix; then nothing is deleted.
 */
export async function deleteObjects(bounds: Bounds, keys: readonly OwnKey[], signal?: AbortSignal): Promise<void> {
  refuseOutside(bounds, keys);
  for (let at = 0; at < keys.length; at += keysPerRequest) {
    await deleteBatch(bounds, keys.slice(at, at + keysPerRequest), signal);
  }
}

async function deleteBatch({ s3 }: Bounds, batch: readonly string[], signal: AbortSignal | undefined): Promise<void> {
  let left = batch;
  const [key = ''] = batch;
  await call(
    s3,
    { operation: 'DeleteObjects', ...(batch.length === 1 ? { key } : { prefix: sharedFolder(batch) }) },
    async (how) => {
      const Delete = { Objects: left.map((Key) => ({ Key })), Quiet: true };
      const { Errors = [] } = await withChecksumHeaders(s3, 'DeleteObjects', (headers) => {
        const command = new DeleteObjectsCommand({ Bucket: s3.bucket, Delete });
        if (headers === 'content-md5') sendContentMd5(command);
        return s3.client.send(command, how);
      });
      const [first] = Errors;
      if (first === undefined) return;
      const failed = new Set(Errors.map((error) => error.Key));
      left = left.filter((candidate) => failed.has(candidate));
      throw asThrown(Errors.find((error) => !isBusy(error)) ?? first);
    },
    signal,
  );
}

/** Replaces the checksum that the SDK adds. */
function sendContentMd5({ middlewareStack }: DeleteObjectsCommand): void {
  middlewareStack.add(
    (next) => (args) => {
      const { headers, body } = args.request as { headers: Record<string, string>; readonly body: string | Uint8Array };
      for (const name of Object.keys(headers)) {
        if (/^x-amz-(?:sdk-)?checksum-/u.test(name)) delete headers[name];
      }
      headers['content-md5'] = createHash('md5').update(body).digest('base64');
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'high' }, // After the checksum, before the signature.
  );
}

function isBusy({ Code }: _Error): boolean {
  return Code === 'InternalError' || Code === 'SlowDown' || Code === 'ServiceUnavailable';
}

/** The error of one key, in the form of a refused request. */
function asThrown(error: _Error): Error {
  const { Code = 'InternalError', Message = '' } = error;
  const httpStatusCode = isBusy(error) ? 503 : 403;
  return Object.assign(new Error(Message), { name: Code, Code, $metadata: { httpStatusCode } });
}

/** The common folder of the keys, for messages. */
function sharedFolder(keys: readonly string[]): string {
  const folders = keys.map((key) => key.slice(0, key.lastIndexOf('/') + 1));
  let [shared = ''] = folders;
  for (const folder of folders) {
    while (!folder.startsWith(shared)) shared = shared.slice(0, shared.lastIndexOf('/', shared.length - 2) + 1);
  }
  return shared;
}

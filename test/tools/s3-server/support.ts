// Requests to the test server as they go over the wire, for what an SDK hides.
import { createHash } from 'node:crypto';

import type { S3TestServer } from '../../../tools/s3-server/types.ts';

export const bucket = 'test-bucket';

type Request = { readonly method?: string; readonly headers?: Record<string, string>; readonly body?: string };

export type WireAnswer = { readonly status: number; readonly headers: Headers; readonly text: string };

/** @param path below the bucket, percent-encoded, with its query. @throws TypeError when the connection is cut. */
export async function ask(
  server: S3TestServer,
  path: string,
  { method = 'GET', ...rest }: Request = {},
): Promise<WireAnswer> {
  const response = await fetch(`${server.endpoint}/${bucket}${path}`, { method, redirect: 'manual', ...rest });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

export function put(server: S3TestServer, key: string, body = '', headers: Record<string, string> = {}) {
  return ask(server, `/${key}`, { method: 'PUT', body, headers });
}

/** The keys that a listing shows. */
export async function listedKeys(server: S3TestServer, query = ''): Promise<readonly string[]> {
  const { text } = await ask(server, `?list-type=2${query}`);
  return [...text.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => key);
}

export function bulkDelete(server: S3TestServer, keys: readonly string[]): Promise<WireAnswer> {
  const body = `<Delete>${keys.map((key) => `<Object><Key>${key}</Key></Object>`).join('')}</Delete>`;
  const headers = { 'content-md5': createHash('md5').update(body).digest('base64') };
  return ask(server, '?delete', { method: 'POST', body, headers });
}

/** The error code of an answer's document. */
export function codeOf({ text }: WireAnswer): string | undefined {
  return /<Code>(\w+)<\/Code>/.exec(text)?.[1];
}

// The lowest layer: every request of the SDK, to S3 or for credentials, and every answer passes here. Endpoints are checked
// before a request is sent. Only answers with object data may be of any length.
import { Readable } from 'node:stream';

import type { S3Client } from '@aws-sdk/client-s3';

import type { Clock } from '../../streams/clock.ts';
import type { Environment } from '../address/hosted.ts';
import { proxyOf } from '../address/proxy.ts';
import type { EndpointWatch } from './endpoint-watch.ts';
import { UnusableAnswer } from '../errors/failure.ts';

/** A page of a thousand keys has at most half of this. */
const maxAnswerBytes = 8 * 1024 * 1024;
/** Errors have a few hundred bytes; proxies send complete pages. */
const maxErrorBytes = 1024 * 1024;
/** A listing takes seconds. An answer that takes longer than this never ends. */
export const answerTimeoutMs = 120_000;

export type Handler = S3Client['config']['requestHandler'];
type Sent = Parameters<Handler['handle']>[0];
type Answer = { readonly statusCode: number; readonly headers: Readonly<Record<string, string>>; body?: unknown };

type Guard = {
  readonly watch: EndpointWatch;
  readonly clock: Clock;
  /** Names the proxies. */
  readonly environment: Environment;
  readonly answerTimeoutMs: number;
  readonly contact: { serverTime?: number };
};

/** Adds the guard to the SDK's handler. */
export function guardHandler(handler: Handler, guard: Guard): void {
  const handle = handler.handle.bind(handler);
  handler.handle = async (request, options) => {
    guard.watch(request);
    const sent = await handle(request, options).catch((error: unknown) => {
      throw blamed(error, request, guard.environment);
    });
    const answer = sent.response as Answer;
    const date = Date.parse(answer.headers['date'] ?? '');
    if (!Number.isNaN(date)) guard.contact.serverTime = date;
    const isData = answer.statusCode < 300 && request.method === 'GET' && request.query['x-id'] === 'GetObject';
    const { body } = answer;
    if (!isData && !isEmpty(answer) && body instanceof Readable) {
      answer.body = Readable.from(bounded(body, answer.statusCode, guard), { objectMode: false });
    }
    return sent;
  };
}

/** A failed connection to a proxy names the proxy. The one of a tunnel does so already. */
function blamed(error: unknown, request: Sent, environment: Environment): unknown {
  if (error instanceof Error && 'proxy' in error) return error;
  const proxy = error instanceof Error ? proxyOf(error, request, environment) : undefined;
  return proxy === undefined ? error : Object.assign(error as Error, { proxy });
}

/** An answer without a body. Every written file has one, so this must be cheap. */
export function isEmpty({ headers }: Pick<Answer, 'headers'>): boolean {
  return headers['content-length'] === '0' && headers['transfer-encoding'] === undefined;
}

async function* bounded(body: Readable, status: number, guard: Guard): AsyncGenerator<Uint8Array> {
  const most = status < 300 ? maxAnswerBytes : maxErrorBytes;
  const { clock } = guard;
  const begun = clock.elapsed();
  let size = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > most) throw new UnusableAnswer(`the answer has more than ${most} bytes`);
    if (clock.elapsed() - begun > guard.answerTimeoutMs) {
      throw Object.assign(new Error('the answer drips'), { code: 'ETIMEDOUT' });
    }
    yield chunk;
  }
}

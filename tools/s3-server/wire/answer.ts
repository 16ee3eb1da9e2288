// An answer as an operation gives it, and how it is sent: in slices, so that bytes are counted as they leave and a fault can
// slow or cut them.
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import type { S3Error } from '../errors.ts';
import { type Content, memoryContent, slicesOf } from '../objects/content.ts';
import { type XmlElement, xmlDocument } from './xml.ts';

export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AnswerBody;
};

type AnswerBody =
  | { readonly kind: 'none' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'content'; readonly content: Content; readonly start: number; readonly end: number };

/** What a fault does to the body on its way. */
export type Flow = { readonly bytesPerSecond: number; readonly cutAfterBytes: number };

export const FREE_FLOW: Flow = { bytesPerSecond: Infinity, cutAfterBytes: Infinity };

const SLICES_PER_SECOND = 20;

export function emptyAnswer(status: number, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers, body: { kind: 'none' } };
}

export function xmlAnswer(root: XmlElement, headers: Readonly<Record<string, string>> = {}): Answer {
  const text = xmlDocument(root, { namespace: true });
  return { status: 200, headers: { 'content-type': 'application/xml', ...headers }, body: { kind: 'text', text } };
}

export function errorAnswer(error: S3Error, resource: string, requestId: string): Answer {
  const elements = Object.entries(error.elements);
  const root: XmlElement = [
    'Error',
    [['Code', error.code], ['Message', error.message], ...elements, ['Resource', resource], ['RequestId', requestId]],
  ];
  return {
    status: error.status,
    headers: { 'content-type': 'application/xml', ...error.headers },
    body: { kind: 'text', text: xmlDocument(root, { namespace: false }) },
  };
}

type Sending = {
  readonly flow: Flow;
  /** A HEAD request's answer has the headers of its body and no body. */
  readonly headOnly: boolean;
  /** Told of the body's bytes as they leave. */
  readonly sent: (bytes: number) => void;
};

/** Resolves when all is handed to the socket or the connection is gone. */
export async function sendAnswer(response: ServerResponse, answer: Answer, sending: Sending): Promise<void> {
  const { flow, headOnly, sent } = sending;
  const body = contentOf(answer.body);
  // An error of a HEAD request tells nothing but its status.
  const hasLength = answer.status !== 204 && answer.status !== 304 && !(headOnly && answer.body.kind === 'text');
  const length = hasLength ? { 'content-length': String(body.end - body.start) } : {};
  response.writeHead(answer.status, { ...answer.headers, ...length });
  if (headOnly || body.start === body.end) {
    response.end();
    return;
  }
  let left = flow.cutAfterBytes;
  const { content, start, end } = body;
  for await (const slice of slicesOf(content, { start, end, maxSliceBytes: flow.bytesPerSecond / SLICES_PER_SECOND })) {
    const piece = slice.subarray(0, left);
    if (!(await write(response, piece))) return;
    sent(piece.length);
    left -= piece.length;
    if (left <= 0) {
      response.destroy();
      return;
    }
    if (flow.bytesPerSecond !== Infinity) await sleep((piece.length / flow.bytesPerSecond) * 1000);
  }
  response.end();
}

type ContentBody = { readonly content: Content; readonly start: number; readonly end: number };

function contentOf(body: AnswerBody): ContentBody {
  if (body.kind === 'content') return body;
  const content = memoryContent([Buffer.from(body.kind === 'text' ? body.text : '')]);
  return { content, start: 0, end: content.size };
}

/** @returns false when the connection is gone. */
function write(response: ServerResponse, bytes: Buffer): Promise<boolean> {
  if (response.destroyed) return Promise.resolve(false);
  return new Promise((resolve) => {
    const onClose = (): void => resolve(false);
    response.once('close', onClose);
    response.write(bytes, (error) => {
      response.off('close', onClose);
      resolve(error === null || error === undefined);
    });
  });
}

// Answers one request, in this order: take its head apart, call the hook, read the body, meet a fault, admit the caller, do
// the operation, call the second hook, send the answer.
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

import { assertNever } from '@s3-connectors/common/protocol/errors.ts';

import { type AccessControl, admit, type Gate, ownersExpected, redirect } from './access/access.ts';
import { type Answer, errorAnswer, type Flow, FREE_FLOW, sendAnswer } from './wire/answer.ts';
import { type RequestBody, bodyText, readBody } from './wire/body.ts';
import { memoryContent } from './objects/content.ts';
import type { Counter, RequestMeter } from './counts.ts';
import { S3Error } from './errors.ts';
import type { Faults, RequestFault } from './faults.ts';
import { deletedKeys } from './operations/delete.ts';
import type { Exchange } from './operations/exchange.ts';
import { OPERATION_HANDLERS } from './operations/table.ts';
import { onBucket, onObject } from './access/permissions.ts';
import { parseRequest, type S3Request } from './wire/request.ts';
import { withoutUnsupported } from './unsupported.ts';
import { seededObject, wholeSeconds } from './objects/store.ts';
import type { Call, Hooks, Unsupported } from './types.ts';

type Handler = (incoming: IncomingMessage, response: ServerResponse) => Promise<void>;

type HandlerParts = {
  readonly gate: Gate;
  readonly faults: Faults;
  readonly counter: Counter;
  readonly unsupported: () => readonly Unsupported[];
  /** Asked at each call: tests replace them. */
  readonly hooks: () => Hooks;
};

type Outcome = { readonly kind: 'send'; readonly answer: Answer; readonly flow: Flow } | { readonly kind: 'cut' };

const CUT: Outcome = { kind: 'cut' };

export function createHandler(parts: HandlerParts): Handler {
  let index = 0;
  return async (incoming, response) => {
    const requestId = randomBytes(8).toString('hex').toUpperCase();
    response.setHeader('server', 'AmazonS3');
    response.setHeader('date', parts.gate.clock().toUTCString());
    response.setHeader('x-amz-request-id', requestId);
    index += 1;
    const request = tryParse(incoming);
    const meter = request instanceof S3Error ? NO_METER : parts.counter.begin(request.operation, namesOwner(request));
    try {
      const outcome =
        request instanceof S3Error
          ? send(errorAnswer(request, incoming.url ?? '', requestId))
          : await exchange({ request, incoming, meter, requestId, index }, parts);
      if (outcome.kind === 'cut') incoming.socket.destroy();
      else await sendAnswer(response, outcome.answer, { flow: outcome.flow, ...sender(incoming, meter) });
    } finally {
      meter.end();
    }
  };
}

function namesOwner(request: S3Request): boolean {
  const { owner, sourceOwner } = ownersExpected(request);
  return owner !== undefined && (request.operation !== 'CopyObject' || sourceOwner !== undefined);
}

const NO_METER: RequestMeter = { received: () => {}, sent: () => {}, end: () => {} };

function sender(
  { method }: IncomingMessage,
  { sent }: RequestMeter,
): { headOnly: boolean; sent: RequestMeter['sent'] } {
  return { headOnly: method === 'HEAD', sent };
}

function tryParse(incoming: IncomingMessage): S3Request | S3Error {
  try {
    return parseRequest(incoming);
  } catch (error) {
    if (error instanceof S3Error) return error;
    throw error;
  }
}

type Arrival = {
  readonly request: S3Request;
  readonly incoming: IncomingMessage;
  readonly meter: RequestMeter;
  readonly requestId: string;
  readonly index: number;
};

async function exchange(
  { request, incoming, meter, requestId, index }: Arrival,
  parts: HandlerParts,
): Promise<Outcome> {
  const { operation, bucket, query } = request;
  const key = operation === 'ListObjectsV2' ? (query.get('prefix') ?? '') : request.key;
  const source = operation === 'CopyObject' ? request.header('x-amz-copy-source') : undefined;
  const call: Call = { operation, bucket, key, index, ...(source && { from: decodeURIComponent(source) }) };
  await parts.hooks().onRequest?.(call);
  let outcome: Outcome;
  let deleted: readonly string[] | undefined;
  try {
    const body = await readBody(incoming, request, meter.received);
    const understood = withoutUnsupported(request, parts.unsupported());
    deleted = operation === 'DeleteObjects' ? deletedKeys(bodyText(body)) : undefined;
    outcome = await meetFault(
      parts.faults.meet(operation, deleted ?? [key]),
      { request: understood, body, requestId },
      parts,
    );
  } catch (error) {
    if (incoming.socket.destroyed) return CUT;
    const failure = error instanceof S3Error ? error : new S3Error('InternalError', { message: String(error) });
    outcome = send(errorAnswer(failure, incoming.url ?? '', requestId));
  }
  await parts.hooks().onAnswer?.({ ...call, ...(deleted && { deleted }) });
  return outcome;
}

type Asked = { readonly request: S3Request; readonly body: RequestBody; readonly requestId: string };

/** @throws S3Error */
async function meetFault(fault: RequestFault | undefined, asked: Asked, parts: HandlerParts): Promise<Outcome> {
  const { request, requestId } = asked;
  switch (fault?.kind) {
    case undefined:
      return send(await perform(asked, parts));
    case 'error':
      throw new S3Error(fault.code, fault.message === undefined ? {} : { message: fault.message });
    case 'redirect':
      throw redirect(request.bucket, fault.region);
    case 'cut_before_answer':
      return CUT;
    case 'drop_answer':
      await perform(asked, parts);
      return CUT;
    case 'error_in_ok':
      return send({ ...errorAnswer(new S3Error(fault.code), request.rawPath, requestId), status: 200 });
    case 'cut_in_body':
      return send(await perform(asked, parts), { cutAfterBytes: fault.afterBytes });
    case 'slow_body':
      return send(await perform(asked, parts), { bytesPerSecond: fault.bytesPerSecond });
    case 'replace':
      replaceObject(fault, request, parts);
      return send(await perform(asked, parts));
    default:
      return assertNever(fault);
  }
}

function send(answer: Answer, flow: Partial<Flow> = {}): Outcome {
  return { kind: 'send', answer, flow: { ...FREE_FLOW, ...flow } };
}

function replaceObject(fault: RequestFault & { kind: 'replace' }, request: S3Request, { gate }: HandlerParts): void {
  const { objects } = gate.store.bucket(request.bucket);
  const content = memoryContent([Buffer.from(fault.body)]);
  const time = fault.lastModified === undefined ? {} : { lastModified: fault.lastModified };
  const { headers } = objects.get(request.key) ?? {};
  objects.put(seededObject(request.key, content, { ...headers, checksums: {}, ...time, now: gate.clock() }));
}

/** @throws S3Error */
async function perform({ request, body }: Asked, { gate, faults }: HandlerParts): Promise<Answer> {
  const access = await admit(request, gate);
  const { account, region, refusal } = access;
  const exchange: Exchange = {
    request,
    body,
    store: gate.store,
    now: wholeSeconds(gate.clock()),
    account,
    region,
    isHidden: faults.hiding(),
    refusalToDelete: (key) => refusal(onObject('s3:DeleteObject', request.bucket, key)),
  };
  try {
    return await OPERATION_HANDLERS[request.operation](exchange);
  } catch (error) {
    throw await withoutHint(error, request, access);
  }
}

// Who may not list does not learn what is missing.
async function withoutHint(error: unknown, request: S3Request, { refusal }: AccessControl): Promise<unknown> {
  if (!(error instanceof S3Error) || error.code !== 'NoSuchKey') return error;
  return (await refusal(onBucket('s3:ListBucket', request))) ?? error;
}

// What went wrong with a request, told from whatever the SDK threw: an answer of S3, a lost or impossible connection,
// credentials that could not be had. Pure; errors.ts puts it into words, `patienceMs` says how long to try again.
import { assertNever, ConnectorError } from '../../protocol/errors.ts';
import { refusedCode } from '../address/hosted.ts';

export type Failure = Answer | Network | NoCredentials | Unusable | { readonly kind: 'defect' };

/** What came is no answer of S3, whatever its status says: too long, or unreadable. */
export type Unusable = { readonly kind: 'unusable'; readonly text: string };

export type Answer = {
  readonly kind: 'answer';
  readonly status: number;
  /** S3's error code; `''` where the answer has none (to a HEAD). */
  readonly code: string;
  /** S3's own sentence; `''` where there is none. */
  readonly text: string;
  /** Where S3 says the bucket lies. */
  readonly region?: string;
  /** Not S3's XML but a page for people, as proxies send them. */
  readonly html: boolean;
  readonly requestId?: string;
  readonly serverTime?: string;
};

export type Network = {
  readonly kind: 'network';
  /** refused: by hosted mode; unreachable: no connection came about; untrusted: TLS; foreign: what answered does not speak HTTP; lost: all else. */
  readonly reason: 'refused' | 'unreachable' | 'untrusted' | 'foreign' | 'lost';
  /** Node's code, or CONNECT_TIMEOUT, IDLE_TIMEOUT. */
  readonly code: string;
  readonly text: string;
};

export type NoCredentials = {
  readonly kind: 'credentials';
  readonly role?: string;
  readonly text: string;
  readonly inner: Failure;
};

/** Thrown by our credential providers, so that STS's refusal is not taken for one of S3. */
export class CredentialsFailure extends Error {
  override readonly name = 'CredentialsFailure';
  readonly role: string | undefined;

  constructor(role: string | undefined, cause: unknown) {
    super('no credentials', { cause });
    this.role = role;
  }
}

/** Thrown while an answer is read; the text goes on from "what answers at … is not S3: ". */
export class UnusableAnswer extends Error {
  override readonly name = 'UnusableAnswer';
}

/** The fields of SDK and Node errors that tell something; all may be missing. */
type Thrown = {
  readonly name?: string;
  readonly code?: unknown;
  readonly message?: string;
  readonly Code?: string;
  readonly Region?: string;
  readonly RequestId?: string;
  readonly ServerTime?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
};

const unreachableCodes =
  /^(ENOTFOUND|EAI_\w+|ECONNREFUSED|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|EADDRNOTAVAIL|CONNECT_TIMEOUT|ERR_PROXY_\w+)$/u;
const untrustedCodes =
  /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|ERR_TLS_|ERR_SSL_|EPROTO)/u;
const lostCodes =
  /^(ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|ENOTCONN|ENETDOWN|ENETRESET|ERR_SOCKET_\w+|ERR_STREAM_PREMATURE_CLOSE|IDLE_TIMEOUT)$/u;

export function describeFailure(error: unknown): Failure {
  if (error instanceof CredentialsFailure) {
    const role = error.role === undefined ? {} : { role: error.role };
    const text = firstLine(error.cause instanceof Error ? error.cause.message : String(error.cause));
    return { kind: 'credentials', ...role, text, inner: describeFailure(error.cause) };
  }
  if (error instanceof UnusableAnswer) return { kind: 'unusable', text: firstLine(error.message) };
  if (!(error instanceof Error) || error instanceof ConnectorError) return { kind: 'defect' };
  const thrown = error as Thrown;
  // First, because the SDK puts the answer's status beside the loss of its body.
  const code = networkCode(thrown);
  const reason = code === undefined ? undefined : networkReason(code);
  if (code !== undefined && reason !== undefined)
    return { kind: 'network', reason, code, text: firstLine(error.message) };
  const status = thrown.$metadata?.httpStatusCode;
  return status === undefined ? { kind: 'defect' } : describeAnswer(thrown, status);
}

function networkCode({ code, name, message = '' }: Thrown): string | undefined {
  if (code === 'ETIMEDOUT' && message.startsWith('connect ')) return 'CONNECT_TIMEOUT';
  if (typeof code === 'string') return code;
  if (name !== 'TimeoutError') return undefined;
  return message.includes('did not establish a connection') ? 'CONNECT_TIMEOUT' : 'IDLE_TIMEOUT';
}

/** undefined: a code of Node's that is not about the network. */
function networkReason(code: string): Network['reason'] | undefined {
  if (code === refusedCode) return 'refused';
  if (unreachableCodes.test(code)) return 'unreachable';
  if (untrustedCodes.test(code)) return 'untrusted';
  if (code.startsWith('HPE_')) return 'foreign';
  return lostCodes.test(code) ? 'lost' : undefined;
}

function describeAnswer(thrown: Thrown, status: number): Failure {
  const headers = thrown.$response?.headers ?? {};
  const code = word(thrown.Code ?? (isUnknown(thrown.name) ? '' : (thrown.name ?? '')));
  const region = headers['x-amz-bucket-region'] ?? thrown.Region;
  const requestId = thrown.$metadata?.requestId ?? thrown.RequestId;
  return {
    kind: 'answer',
    status,
    code,
    text: isUnknown(thrown.message) ? '' : firstLine(thrown.message ?? ''),
    html: /\bhtml\b/u.test(headers['content-type'] ?? ''),
    ...(region === undefined ? {} : { region }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(thrown.ServerTime === undefined ? {} : { serverTime: thrown.ServerTime }),
  };
}

/** What the SDK writes where an answer says nothing, as to a HEAD. */
function isUnknown(text: string | undefined): boolean {
  return text === undefined || ['Unknown', 'UnknownError', 'Error', 'NotFound', 'S3ServiceException'].includes(text);
}

/** S3's own are shorter; a stranger's may be anything. */
const maxTextLength = 1000;

/** The SDK appends hints for programmers. */
function firstLine(text: string): string {
  return text.slice(0, maxTextLength).split('\n', 1)[0] ?? '';
}

/** A code is a word. */
function word(text: string): string {
  return /^[\w.-]{1,100}$/u.test(text) ? text : '';
}

const passingCodes = new Set([
  'BadDigest', // The body was damaged on its way.
  'BandwidthLimitExceeded',
  'ConditionalRequestConflict',
  'IncompleteBody',
  'InternalError',
  'OperationAborted',
  'RequestLimitExceeded',
  'RequestTimeout',
  'ServiceUnavailable',
  'SlowDown',
  'XAmzContentChecksumMismatch',
  'XAmzContentSHA256Mismatch',
]);
const lastingCodes = new Set(['AccessDenied', 'NotImplemented', 'NoSuchKey', 'NoSuchBucket', 'InvalidObjectState']);

/** Throttling and failures of S3 that go away by themselves. An error inside a 200 counts as 503, so codes go first. */
export function isPassing({ code, status }: Answer): boolean {
  if (passingCodes.has(code) || /throttl|toomanyrequests/iu.test(code) || status === 429) return true;
  return status >= 500 && status !== 501 && status !== 505 && !lastingCodes.has(code);
}

/** Enough for a server that is just being started beside us. */
const unreachedPatienceMs = 500;
/** Enough for a hiccup on the way; a wrong port or proxy behaves in the same way for ever. */
const unansweredPatienceMs = 20_000;

/**
 * How long after its first appearance a failure is worth trying again; 0: not at all. Until the endpoint has `answered`
 * once, it may simply be the wrong one, and the user must hear that soon; afterwards an outage is waited out.
 */
export function patienceMs(failure: Failure, answered: boolean, budgetMs: number): number {
  switch (failure.kind) {
    case 'answer':
      if (!isPassing(failure)) return 0;
      return failure.html && !answered ? Math.min(budgetMs, unansweredPatienceMs) : budgetMs;
    case 'network':
      if (failure.reason === 'untrusted' || failure.reason === 'refused') return 0;
      if (answered) return budgetMs;
      return Math.min(budgetMs, failure.reason === 'lost' ? unansweredPatienceMs : unreachedPatienceMs);
    case 'credentials':
      // Once there were some: an instance's metadata service, or STS, is then in trouble and comes back.
      if (failure.inner.kind === 'defect') return answered ? budgetMs : 0;
      return patienceMs(failure.inner, answered, budgetMs);
    case 'unusable':
    case 'defect':
      return 0;
    default:
      return assertNever(failure);
  }
}

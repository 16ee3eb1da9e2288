// Classifies what the SDK threw: an answer of S3, a lost or impossible connection, missing credentials. Pure. errors.ts puts it
// into words, and `patienceMs` limits the retries.
import { assertNever, ConnectorError } from '../../protocol/errors.ts';
import { refusedCode } from '../address/hosted.ts';
import type { RequestTarget } from '../address/operation.ts';
import type { Proxy } from '../address/proxy.ts';

export type Failure = S3Answer | Network | NoCredentials | Unusable | { readonly kind: 'defect' };

/** The answer is too long or unreadable, so it is not from S3, whatever its status. */
export type Unusable = { readonly kind: 'unusable'; readonly text: string };

export type S3Answer = {
  readonly kind: 'answer';
  readonly status: number;
  /** S3's error code. `''` if the answer has none (to a HEAD). */
  readonly code: string;
  /** S3's own message. `''` if there is none. */
  readonly text: string;
  /** The region of the bucket, if S3 names it. */
  readonly region?: string | undefined;
  /** A page for people, as proxies send, instead of S3's XML. */
  readonly html: boolean;
  readonly requestId?: string | undefined;
  readonly serverTime?: string | undefined;
};

export type Network = {
  readonly kind: 'network';
  /**
   * refused: by hosted mode. unreachable: no connection. untrusted: TLS. foreign: the server does not speak HTTP. lost: all else.
   */
  readonly reason: 'refused' | 'unreachable' | 'untrusted' | 'foreign' | 'lost';
  /** Node's code, or CONNECT_TIMEOUT, IDLE_TIMEOUT. */
  readonly code: string;
  readonly text: string;
  /** The proxy that the connection led to. */
  readonly proxy?: Proxy | undefined;
};

export type NoCredentials = {
  readonly kind: 'credentials';
  readonly role?: string | undefined;
  readonly text: string;
  readonly inner: Failure;
};

/** Thrown by our credential providers, so that a refusal of STS does not look like one of S3. */
export class CredentialsFailure extends Error {
  override readonly name = 'CredentialsFailure';
  readonly role: string | undefined;

  constructor(role: string | undefined, cause: unknown) {
    super('no credentials', { cause });
    this.role = role;
  }
}

/** Thrown while an answer is read. The text follows "the server at … is not S3: ". */
export class UnusableAnswer extends Error {
  override readonly name = 'UnusableAnswer';
}

/** The useful fields of SDK and Node errors. All may be missing. */
type Thrown = {
  readonly name?: string;
  readonly code?: unknown;
  readonly message?: string;
  readonly proxy?: Proxy;
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
    const { role, cause } = error;
    const text = firstLine(cause instanceof Error ? cause.message : String(cause));
    return { kind: 'credentials', role, text, inner: describeFailure(cause) };
  }
  if (error instanceof UnusableAnswer) return { kind: 'unusable', text: firstLine(error.message) };
  if (!(error instanceof Error) || error instanceof ConnectorError) return { kind: 'defect' };
  const thrown = error as Thrown;
  // First, because an error for a lost body also has the status of the answer.
  const code = networkCode(thrown);
  const reason = code === undefined ? undefined : networkReason(code);
  if (code !== undefined && reason !== undefined) {
    return { kind: 'network', reason, code, text: firstLine(error.message), proxy: thrown.proxy };
  }
  const status = thrown.$metadata?.httpStatusCode;
  return status === undefined ? { kind: 'defect' } : describeAnswer(thrown, status);
}

function networkCode({ code, name, message = '' }: Thrown): string | undefined {
  if (code === 'ETIMEDOUT' && message.startsWith('connect ')) return 'CONNECT_TIMEOUT';
  if (typeof code === 'string') return code;
  if (name !== 'TimeoutError') return undefined;
  return message.includes('did not establish a connection') ? 'CONNECT_TIMEOUT' : 'IDLE_TIMEOUT';
}

/** Undefined for a Node code that is not about the network. */
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
  return {
    kind: 'answer',
    status,
    code,
    text: isUnknown(thrown.message) ? '' : firstLine(thrown.message ?? ''),
    html: /\bhtml\b/u.test(headers['content-type'] ?? ''),
    region: headers['x-amz-bucket-region'] ?? thrown.Region,
    requestId: thrown.$metadata?.requestId ?? thrown.RequestId,
    serverTime: thrown.ServerTime,
  };
}

/** The SDK's texts for an answer without a message, as to a HEAD. */
function isUnknown(text: string | undefined): boolean {
  return text === undefined || ['Unknown', 'UnknownError', 'Error', 'NotFound', 'S3ServiceException'].includes(text);
}

/** S3's messages are shorter; another server's may be of any length. */
const maxTextLength = 1000;

/** Removes the hints for programmers that the SDK appends. */
function firstLine(text: string): string {
  return text.slice(0, maxTextLength).split('\n', 1)[0] ?? '';
}

/** A word for it without any value of a user: S3's or Node's code, a status, or the kind of failure. */
export function failureCode(failure: Failure): string {
  switch (failure.kind) {
    case 'answer':
      return failure.code === '' ? String(failure.status) : failure.code;
    case 'network':
      return failure.code;
    case 'credentials':
      return failureCode(failure.inner);
    default:
      return failure.kind;
  }
}

/** S3's code, or the status of an answer without one. */
export function answerName({ code, status }: S3Answer): string {
  return code === '' ? `HTTP status ${status}` : code;
}

/** A code is a word. */
function word(text: string): string {
  return /^[\w.-]{1,100}$/u.test(text) ? text : '';
}

const passingCodes = new Set([
  'BadDigest', // The body was damaged in transit.
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

/** Throttling and transient failures of S3. An error inside a 200 counts as 503, so codes come first. */
export function isPassing({ code, status }: S3Answer): boolean {
  if (passingCodes.has(code) || /throttl|toomanyrequests/iu.test(code) || status === 429) return true;
  return status >= 500 && status !== 501 && status !== 505 && !lastingCodes.has(code);
}

type Endpoint = Pick<RequestTarget, 'answered' | 'endpoint'>;

/**
 * Why an endpoint never answered, if that is likely to last: `closed`: plain HTTP was sent to it and it hung up, as a port for https
 * does; `mute`: it takes connections and sends nothing.
 */
export function whySilent(
  { reason, code }: Network,
  { answered = true, endpoint }: Endpoint,
): 'closed' | 'mute' | undefined {
  if (answered || reason !== 'lost') return undefined;
  if (code === 'IDLE_TIMEOUT') return 'mute';
  const isPlain = endpoint?.startsWith('http:') === true;
  return isPlain && (code === 'ECONNRESET' || code === 'EPIPE') ? 'closed' : undefined;
}

/** Enough for a local server that is starting. */
const unreachedPatienceMs = 500;
/** Enough for a short network failure. A wrong port or proxy never recovers. */
const unansweredPatienceMs = 20_000;

/**
 * How long to retry after the first failure; 0: never. Before the endpoint has `answered` once, it may be the wrong one, so the
 * user must know soon. Afterwards, the connector waits for an outage to end.
 */
export function patienceMs(failure: Failure, endpoint: Endpoint, budgetMs: number): number {
  const { answered = true } = endpoint;
  switch (failure.kind) {
    case 'answer':
      if (!isPassing(failure)) return 0;
      return failure.html && !answered ? Math.min(budgetMs, unansweredPatienceMs) : budgetMs;
    case 'network': {
      if (failure.reason === 'untrusted' || failure.reason === 'refused') return 0;
      if (answered) return budgetMs;
      const isShort = failure.reason === 'lost' && whySilent(failure, endpoint) === undefined;
      return Math.min(budgetMs, isShort ? unansweredPatienceMs : unreachedPatienceMs);
    }
    case 'credentials':
      // There were credentials before, so the instance's metadata service or STS has an outage.
      if (failure.inner.kind === 'defect') return answered ? budgetMs : 0;
      return patienceMs(failure.inner, endpoint, budgetMs);
    case 'unusable':
    case 'defect':
      return 0;
    default:
      return assertNever(failure);
  }
}

// The text of every failed request: what failed, why, and what to change. error-table.ts has the refusals of S3, network-errors.ts
// has failed connections; this file has missing credentials, and servers that are not S3.
import { assertNever, ConnectorError, toConnectorError } from '../../protocol/errors.ts';
import type { ErrorCode } from '../../protocol/codes/error-codes.ts';
import { deniedAction, rowFor } from './error-table.ts';
import {
  answerName,
  describeFailure,
  failureCode,
  isPassing,
  type S3Answer,
  type Failure,
  type NoCredentials,
} from './failure.ts';
import { said } from './refusal.ts';
import { hostOf, judgeNetwork, judgeSilence, networkText, type Verdict } from './network-errors.ts';
import { attemptText } from '../address/operation.ts';
import type { RequestTarget } from '../address/operation.ts';

/**
 * The ConnectorError for `error`, which the SDK or Node threw during `target`. A defect of the connector becomes UNEXPECTED. The
 * SDK's error is not kept, because it contains the signed request with the session token.
 */
export function mapS3Error(error: unknown, target: RequestTarget): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const failure = describeFailure(error);
  if (failure.kind === 'defect') return toConnectorError(error);
  const { code, text } = judge(failure, target);
  const isAnswer = failure.kind === 'answer';
  const answer = isAnswer
    ? { code: failureCode(failure), deniedAction: deniedAction(failure.text)?.action }
    : undefined;
  return new ConnectorError(code, `${attemptText(target)}: ${text}.`, { details: detailsOf(failure), answer });
}

/** The failure in one sentence, for the log of a retry. */
export function failureText(failure: Failure, target: RequestTarget): string {
  switch (failure.kind) {
    case 'answer':
      return `${attemptText(target)}: S3 answered ${failureCode(failure)}.`;
    case 'network':
      return `${attemptText(target)}: ${networkText(failure.code)}.`;
    case 'credentials':
      return `${attemptText(target)}: there are no credentials at the moment.`;
    case 'unusable':
    case 'defect':
      return `${attemptText(target)}.`;
    default:
      return assertNever(failure);
  }
}

function judge(failure: Exclude<Failure, { kind: 'defect' }>, target: RequestTarget): Verdict {
  switch (failure.kind) {
    case 'answer':
      return judgeAnswer(failure, target);
    case 'network':
      return judgeSilence(failure, target) ?? judgeNetwork(failure, hostOf(target));
    case 'credentials':
      return judgeCredentials(failure);
    case 'unusable':
      return notS3(hostOf(target), `: ${failure.text}`);
    default:
      return assertNever(failure);
  }
}

function judgeAnswer(answer: S3Answer, target: RequestTarget): Verdict {
  if (isPassing(answer)) {
    const text = `S3 still answers ${answerName(answer)} after all retries. Run again later`;
    return { code: 'S3_UNAVAILABLE', text };
  }
  if (answer.status === 407) return { code: 'S3_ANSWER_INVALID', text: proxyRefused };
  if (isForeign(answer, target)) return notS3(`${hostOf(target)} (HTTP status ${answer.status})`, '');
  const row = rowFor({ answer, target });
  return { code: row.code, text: row.say({ answer, target }) };
}

/** S3 sends a code or at least a request ID with each refusal, except for a HEAD or a failed condition. */
function isForeign({ html, status, code, requestId, region }: S3Answer, { operation }: RequestTarget): boolean {
  if (html || status < 300) return true;
  const nameless = code === '' && requestId === undefined && region === undefined;
  return nameless && operation !== 'HeadObject' && status !== 412 && status !== 416;
}

const proxyRefused =
  'the proxy requires a user name and password. Write them into HTTPS_PROXY, as http://user:password@host:port';

function notS3(host: string, why: string): Verdict {
  const remedy = 'Check "endpoint", and HTTPS_PROXY and NO_PROXY in the environment';
  return { code: 'S3_ANSWER_INVALID', text: `the server at ${host} is not S3${why}. ${remedy}` };
}

type RoleCode = Extract<ErrorCode, `S3_CREDENTIALS_${string}` | 'S3_CLOCK_SKEWED' | 'S3_ROLE_REFUSED'>;

/** STS has its own error codes. Source: https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html */
const stsCodes: Readonly<Record<string, RoleCode>> = {
  ExpiredToken: 'S3_CREDENTIALS_EXPIRED',
  ExpiredTokenException: 'S3_CREDENTIALS_EXPIRED',
  IncompleteSignature: 'S3_CREDENTIALS_INVALID',
  InvalidAccessKeyId: 'S3_CREDENTIALS_INVALID',
  InvalidClientTokenId: 'S3_CREDENTIALS_INVALID',
  RequestExpired: 'S3_CLOCK_SKEWED',
  SignatureDoesNotMatch: 'S3_CREDENTIALS_INVALID',
  UnrecognizedClientException: 'S3_CREDENTIALS_INVALID',
};

function judgeCredentials({ role, text, inner }: NoCredentials): Verdict {
  const source = role === undefined ? 'the source of credentials' : 'STS';
  if (inner.kind === 'network') return judgeNetwork(inner, source);
  if (inner.kind === 'credentials') return judgeCredentials(inner);
  if (inner.kind === 'unusable') return notS3(source, `: ${inner.text}`);
  if (inner.kind === 'answer' && isPassing(inner)) {
    return { code: 'S3_UNAVAILABLE', text: `STS still answers ${inner.code} after all retries. Run again later` };
  }
  if (inner.kind === 'answer' && role !== undefined) return judgeRole(role, inner.code, inner.text);
  return {
    code: 'S3_CREDENTIALS_INVALID',
    text: `this machine has no AWS credentials${said(text)}. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile or an instance role, or choose another kind of "credentials"`,
  };
}

function judgeRole(role: string, stsCode: string, text: string): Verdict {
  const answer = `STS answered ${stsCode}${said(text)}`;
  const texts: Readonly<Record<RoleCode, string>> = {
    S3_CREDENTIALS_EXPIRED: `the credentials for assuming ${role} have expired: ${answer}. Renew them`,
    S3_CREDENTIALS_INVALID: `the credentials for assuming ${role} are wrong: ${answer}. Correct "access_key_id" and "secret_access_key"`,
    S3_CLOCK_SKEWED: `the clock of this machine is wrong: ${answer}. Synchronise it with NTP`,
    S3_ROLE_REFUSED: `these credentials may not assume the role ${role}: ${answer}. Allow sts:AssumeRole on it for these credentials, name them in its trust policy, and check "external_id"`,
  };
  const code = stsCodes[stsCode] ?? 'S3_ROLE_REFUSED';
  return { code, text: texts[code] };
}

function detailsOf(failure: Failure): string | undefined {
  if (failure.kind === 'credentials') return detailsOf(failure.inner);
  if (failure.kind === 'network') return failure.text;
  if (failure.kind !== 'answer') return undefined;
  const { status, code, requestId, text } = failure;
  const id = requestId === undefined ? '' : `, request id ${requestId}`;
  return `HTTP status ${status}, S3 error code ${code === '' ? 'none' : code}${id}. ${text}`.trim();
}

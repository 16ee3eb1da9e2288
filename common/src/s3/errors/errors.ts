// The text of every failed request: what failed, why, and what to change. error-table.ts has the refusals of S3, network-errors.ts
// has failed connections; this file has missing credentials, and servers that are not S3.
import { assertNever, ConnectorError, toConnectorError } from '../../protocol/errors.ts';
import type { ErrorCode } from '../../protocol/codes/error-codes.ts';
import type { ServerAnswer } from '../../protocol/errors.ts';
import { deniedAction, rowFor } from './error-table.ts';
import { describeFailure, isPassing } from './failure.ts';
import type { S3Answer, Failure, NoCredentials, Unusable } from './failure.ts';
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
  const details = detailsOf(failure);
  return new ConnectorError(code, `${attemptText(target)}: ${text}.`, {
    ...(details === undefined ? {} : { details }),
    ...(failure.kind === 'answer' ? { answer: answerOf(failure) } : {}),
  });
}

function answerOf({ code, status, text }: S3Answer): ServerAnswer {
  const denied = deniedAction(text);
  return {
    code: code === '' ? String(status) : code,
    ...(denied === undefined ? {} : { deniedAction: denied.action }),
  };
}

/** The failure in one sentence, for the log of a retry. */
export function failureText(failure: Failure, target: RequestTarget): string {
  switch (failure.kind) {
    case 'answer':
      return `${attemptText(target)}: S3 answered ${failure.code === '' ? failure.status : failure.code}.`;
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
      return judgeUnusable(failure, hostOf(target));
    default:
      return assertNever(failure);
  }
}

function judgeAnswer(answer: S3Answer, target: RequestTarget): Verdict {
  if (isPassing(answer)) {
    const name = answer.code === '' ? `HTTP status ${answer.status}` : answer.code;
    return { code: 'S3_UNAVAILABLE', text: `S3 still answers ${name} after all retries. Run again later` };
  }
  if (isForeign(answer, target)) return judgeForeign(answer.status, hostOf(target));
  const row = rowFor({ answer, target });
  return { code: row.code, text: row.say({ answer, target }) };
}

/** S3 sends a code or at least a request ID with each refusal, except for a HEAD or a failed condition. */
function isForeign({ html, status, code, requestId, region }: S3Answer, { operation }: RequestTarget): boolean {
  if (html || status === 407 || status < 300) return true;
  const nameless = code === '' && requestId === undefined && region === undefined;
  return nameless && operation !== 'HeadObject' && status !== 412 && status !== 416;
}

function judgeForeign(status: number, host: string): Verdict {
  const text =
    status === 407
      ? 'the proxy requires a user name and password. Write them into HTTPS_PROXY, as http://user:password@host:port'
      : `the server at ${host} (HTTP status ${status}) is not S3. Check "endpoint", and HTTPS_PROXY and NO_PROXY in the environment`;
  return { code: 'S3_ANSWER_INVALID', text };
}

function judgeUnusable({ text }: Unusable, host: string): Verdict {
  const remedy = 'Check "endpoint", and HTTPS_PROXY and NO_PROXY in the environment';
  return { code: 'S3_ANSWER_INVALID', text: `the server at ${host} is not S3: ${text}. ${remedy}` };
}

/** STS has its own error codes. Source: https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html */
const stsCodes: Readonly<Record<string, ErrorCode>> = {
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
  if (inner.kind === 'network') return judgeNetwork(inner, role === undefined ? 'the source of credentials' : 'STS');
  if (inner.kind === 'credentials') return judgeCredentials(inner);
  if (inner.kind === 'unusable') return judgeUnusable(inner, role === undefined ? 'the source of credentials' : 'STS');
  if (inner.kind === 'answer' && isPassing(inner)) {
    return { code: 'S3_UNAVAILABLE', text: `STS still answers ${inner.code} after all retries. Run again later` };
  }
  if (inner.kind === 'answer' && role !== undefined) return judgeRole(role, inner.code, inner.text);
  const hint =
    'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile or an instance role, or choose another kind of "credentials"';
  return {
    code: 'S3_CREDENTIALS_INVALID',
    text: `this machine has no AWS credentials (“${unended(text)}”). ${hint}`,
  };
}

function judgeRole(role: string, stsCode: string, text: string): Verdict {
  const code = stsCodes[stsCode] ?? 'S3_ROLE_REFUSED';
  const said = `STS answered ${stsCode} (“${unended(text)}”)`;
  switch (code) {
    case 'S3_CREDENTIALS_EXPIRED':
      return { code, text: `the credentials for assuming ${role} have expired: ${said}. Renew them` };
    case 'S3_CREDENTIALS_INVALID':
      return {
        code,
        text: `the credentials for assuming ${role} are wrong: ${said}. Correct "access_key_id" and "secret_access_key"`,
      };
    case 'S3_CLOCK_SKEWED':
      return { code, text: `the clock of this machine is wrong: ${said}. Synchronise it with NTP` };
    default:
      return {
        code,
        text: `these credentials may not assume the role ${role}: ${said}. Allow sts:AssumeRole on it for these credentials, name them in its trust policy, and check "external_id"`,
      };
  }
}

function unended(text: string): string {
  return text.replace(/\.$/u, '');
}

function detailsOf(failure: Failure): string | undefined {
  switch (failure.kind) {
    case 'answer': {
      const id = failure.requestId === undefined ? '' : `, request id ${failure.requestId}`;
      return `HTTP status ${failure.status}, S3 error code ${failure.code === '' ? 'none' : failure.code}${id}. ${failure.text}`.trim();
    }
    case 'network':
      return failure.text;
    case 'credentials':
      return detailsOf(failure.inner);
    case 'unusable':
    case 'defect':
      return undefined;
    default:
      return assertNever(failure);
  }
}

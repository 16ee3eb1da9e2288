// Evaluates a request against one policy: allowed, denied, or open if it depends on unknown values. Pure. A bucket's policy and
// the requester's own policy can each allow or deny, so each is evaluated by itself.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
import type { Principal } from '../needs/arn.ts';
import { holds, variablesOf, type Keys, type KeyValue } from './conditions.ts';
import type { PolicySelection, Statement } from './document.ts';
import type { IamRequest } from '../needs/needs.ts';
import { all, any, matches, negate, type Known } from './patterns.ts';

/** `principal` is optional for an identity policy. */
type Asker = { readonly principal?: Principal | undefined; readonly region: string };

export type PolicyVerdict = {
  readonly result: 'allowed' | 'denied' | 'open';
  /** The statement that decides. Absent if no statement allows the request. For `open`, the first unknown statement. */
  readonly by?: Statement;
};

export function simulate(statements: readonly Statement[], request: IamRequest, asker: Asker): PolicyVerdict {
  const keys = keysOf(request, asker);
  const judged = statements.map((by) => ({ by, applies: applies(by, request, asker, keys) }));
  const find = (effect: string, answer: Known) =>
    judged.find(({ by, applies }) => by.effect === effect && applies === answer);
  const denied = find('Deny', true);
  if (denied !== undefined) return { result: 'denied', by: denied.by };
  const allowed = find('Allow', true);
  const open = find('Deny', 'unknown') ?? (allowed === undefined ? find('Allow', 'unknown') : undefined);
  if (open !== undefined) return { result: 'open', by: open.by };
  return allowed === undefined ? { result: 'denied' } : { result: 'allowed', by: allowed.by };
}

export function applies(statement: Statement, request: IamRequest, asker: Asker, keys = keysOf(request, asker)): Known {
  const { actions, resources, principals, conditions } = statement;
  return all([
    principals === undefined || namesPrincipal(principals, asker.principal),
    selects(actions, (pattern) => matches(pattern, request.action, { ignoreCase: true })),
    selects(resources, (pattern) => matches(pattern, request.resource, { variables: variablesOf([pattern], keys) })),
    holds(conditions, keys),
  ]);
}

function selects({ not, values }: PolicySelection, match: (pattern: string) => Known): Known {
  const isOne = any(values.map(match));
  return not ? negate(isOne) : isOne;
}

/** Whether the statement names the action, on any resource. */
export function namesAction({ actions }: Statement, action: string): boolean {
  return actions.values.some((value) => matches(value, action, { ignoreCase: true }) === true) !== actions.not;
}

/** Whether the element matches the principal. NotPrincipal that names it has special rules and stays open. */
function namesPrincipal({ not, values }: PolicySelection, principal: Principal | undefined): Known {
  if (principal === undefined) return 'unknown';
  const isNamed = values.some((value) => value === '*' || isSame(value, principal));
  if (!not) return isNamed;
  return isNamed ? 'unknown' : true;
}

/** A principal matches its own ARN and its account. A session also matches its role. */
export function isSame(value: string, { arn, account, kind }: Principal): boolean {
  if (value === arn || value === account) return true;
  if (new RegExp(`^arn:[\\w-]+:iam::${account}:root$`, 'u').test(value)) return true;
  return kind === 'session' && isRoleOf(value, arn);
}

function isRoleOf(value: string, session: string): boolean {
  const [, account, role] = /:(\d{12}):assumed-role\/([^/]+)\//u.exec(session) ?? [];
  const [, path = ''] = new RegExp(`^arn:[\\w-]+:iam::${account}:role(/.+)$`, 'u').exec(value) ?? [];
  return account !== undefined && path.endsWith(`/${role}`); // A role's name may contain "+" and ".".
}

/** Headers that a connector never sends. */
const neverSent = /^s3:(x-amz-(grant-|website|storage-class|server-side-encryption-customer|object-)|object-lock)/u;
/** Headers that a request has if they are in its context. */
const sentIfSaid = /^s3:(prefix|x-amz-acl|x-amz-server-side-encryption(-aws-kms-key-id)?)$/u;

function keysOf({ context, action }: IamRequest, { principal, region }: Asker): Keys {
  const lower = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]));
  return (name): KeyValue => {
    const value = lower.get(name) ?? generalKey(name, principal, region);
    if (value !== undefined) return { value };
    // An S3 key of other actions is always absent.
    if (sentIfSaid.test(name) || neverSent.test(name)) return 'absent';
    if (name.startsWith('s3:') && action.startsWith('kms:')) return 'absent';
    if (name.startsWith('kms:') && action.startsWith('s3:')) return 'absent';
    return 'unknown';
  };
}

function generalKey(name: string, principal: Principal | undefined, region: string): string | undefined {
  switch (name) {
    case 'aws:securetransport':
      return 'true';
    case 'aws:requestedregion':
      return region;
    case 'aws:principalaccount':
      return principal?.account;
    case 'aws:principalarn':
      return principal?.kind === 'session' ? undefined : principal?.arn;
    case 'aws:username':
      return principal?.kind === 'user' ? principal.arn.split('/').at(-1) : undefined;
    default:
      return undefined;
  }
}

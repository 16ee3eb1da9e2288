// `policy validate --fix` corrects a policy. It keeps the statements for others, removes statements with errors, excludes the
// principal from Deny statements that block it, and adds the least statements for the connector.
import { isObject, type JsonObject, type JsonValue } from '../../protocol/messages.ts';
import type { Access } from '../needs/access.ts';
import type { Principal } from '../needs/arn.ts';
import { nameOf, type Statement } from '../judge/document.ts';
import { FINDING_CODES } from './finding.ts';
import { needsOf } from '../needs/needs.ts';
import { bucketPolicy, iamPolicy } from '../policy/policy.ts';
import { isSame } from '../judge/simulate.ts';
import { consequences, type Validation } from './validate.ts';

type Fixed = {
  readonly policy: { readonly Version: string; readonly Statement: readonly object[] };
  /** Changed or removed statements, for the user to check before using the policy. */
  readonly notes: readonly string[];
};

/** @param principal is not needed for an IAM policy. */
export function fixPolicy(validation: Validation, access: Access, principal: Principal | undefined): Fixed {
  const notes: string[] = [];
  const kept = validation.statements.flatMap((statement) => {
    const result = keep(statement, validation, principal);
    if (result.note !== undefined) notes.push(`${nameOf(statement)} ${result.note}`);
    return result.json === undefined ? [] : [result.json];
  });
  const needs = needsOf(access);
  const least =
    validation.kind === 'bucket' && principal !== undefined ? bucketPolicy(needs, principal) : iamPolicy(needs);
  const taken = new Set(kept.flatMap(({ Sid }) => (typeof Sid === 'string' ? [Sid] : [])));
  const added = least.Statement.map((statement) => ({ ...statement, Sid: freshSid(statement.Sid, taken) }));
  return { policy: { Version: '2012-10-17', Statement: [...kept, ...added] }, notes };
}

function freshSid(sid: string, taken: ReadonlySet<string>): string {
  return taken.has(sid) ? freshSid(`${sid}2`, taken) : sid;
}

type Kept = { readonly json?: JsonObject & { readonly Sid?: JsonValue }; readonly note?: string };

function keep(statement: Statement, validation: Validation, principal: Principal | undefined): Kept {
  const { json, effect } = statement;
  const faults = validation.findings.filter(
    ({ code, statement: number }) =>
      number === statement.number && FINDING_CODES[code] === 'error' && !consequences.has(code),
  );
  const isInTheWay = faults.some(({ code }) => code === 'DENIED_EXPLICITLY');
  const others = faults.filter(({ code }) => code !== 'DENIED_EXPLICITLY');
  if (others.length > 0)
    return { note: `is removed because it has errors (${others.map(({ code }) => code).join(', ')})` };
  if (isInTheWay) {
    if (principal === undefined || validation.kind === 'iam')
      return { note: 'is removed because it denies a needed action' };
    return { json: sparing(json, principal), note: `no longer denies ${principal.arn}` };
  }
  // The least statements replace it.
  if (effect === 'Allow' && isOnlyFor(statement, validation, principal)) return {};
  return { json };
}

function isOnlyFor(statement: Statement, { kind, judged }: Validation, principal: Principal | undefined): boolean {
  const isUsed = judged.some(({ verdict }) => verdict.by === statement);
  if (kind === 'iam') return isUsed;
  const named = statement.principals?.values ?? [];
  return isUsed && principal !== undefined && named.every((value) => isSame(value, principal));
}

/** The same statement, for everybody except the principal. */
function sparing(json: JsonObject, { arn, account, kind }: Principal): JsonObject {
  const [operator, key, value] =
    kind === 'account'
      ? ['StringNotEquals', 'aws:PrincipalAccount', account]
      : ['ArnNotLike', 'aws:PrincipalArn', kind === 'session' ? roleArns(arn) : arn];
  const condition = isObject(json['Condition']) ? json['Condition'] : {};
  const keys = isObject(condition[operator]) ? condition[operator] : {};
  const before = keys[key];
  const values = before === undefined ? [value] : [...(Array.isArray(before) ? (before as string[]) : [before]), value];
  return { ...json, Condition: { ...condition, [operator]: { ...keys, [key]: values } } };
}

/** The possible roles of the session, whose ARN has no path. */
function roleArns(session: string): string {
  const [, partition = 'aws', account = '', role = ''] =
    /^arn:([^:]+):sts::(\d+):assumed-role\/([^/]+)/u.exec(session) ?? [];
  return `arn:${partition}:iam::${account}:role/*${role}`;
}

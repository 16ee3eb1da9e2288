// `policy validate --fix` corrects a policy. It keeps the statements for others, removes statements with errors, excludes the
// principal from Deny statements that block it, and adds the least statements for the connector. A statement that allows more than
// these stays, because others may need it.
import { isObject, type JsonObject, type JsonValue } from '../../protocol/messages.ts';
import type { Access } from '../needs/access.ts';
import type { Principal } from '../needs/arn.ts';
import { nameOf, type PolicySelection, type Statement } from '../judge/document.ts';
import { FINDING_CODES } from './finding.ts';
import { needsOf, type Need } from '../needs/needs.ts';
import { bucketPolicy, iamPolicy } from '../policy/policy.ts';
import { applies, isSame } from '../judge/simulate.ts';
import { consequences, type Validation } from './validate.ts';

type Fixed = {
  readonly policy: { readonly Version: string; readonly Statement: readonly object[] };
  /** Changed or removed statements, for the user to check before using the policy. */
  readonly notes: readonly string[];
};

/** @param principal is not needed for an IAM policy. */
export function fixPolicy(validation: Validation, access: Access, principal: Principal | undefined): Fixed {
  const notes: string[] = [];
  const needs = needsOf(access);
  const task = { validation, principal, needs, region: access.region };
  const kept = validation.statements.flatMap((statement) => {
    const result = keep(statement, task);
    if (result.note !== undefined) notes.push(`${nameOf(statement)} ${result.note}`);
    return result.json === undefined ? [] : [result.json];
  });
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

type Task = {
  readonly validation: Validation;
  readonly principal: Principal | undefined;
  readonly needs: readonly Need[];
  readonly region: string;
};

function keep(statement: Statement, task: Task): Kept {
  const { validation, principal } = task;
  const { json, effect } = statement;
  const faults = validation.findings.filter(
    ({ code, statement: number }) =>
      number === statement.number &&
      FINDING_CODES[code] === 'error' &&
      code !== 'DENIED_EXPLICITLY' &&
      !consequences.has(code),
  );
  if (faults.length > 0)
    return { note: `is removed because it has errors (${faults.map(({ code }) => code).join(', ')})` };
  if (effect === 'Deny' && blocks(statement, task)) {
    if (principal === undefined || validation.kind === 'iam')
      return { note: 'is removed because it denies a needed action. Add a narrower Deny for what it must still deny' };
    return { json: sparing(json, principal), note: `no longer denies ${principal.arn}` };
  }
  // The least statements replace it.
  if (effect === 'Allow' && isOnlyFor(statement, task)) return {};
  return { json };
}

/** Findings name only the first statement that denies a request. */
function blocks(statement: Statement, { principal, needs, region }: Task): boolean {
  const asker = { ...(principal === undefined ? {} : { principal }), region };
  return needs.some(
    ({ when, requests }) =>
      when !== 'advice' && requests.some((request) => applies(statement, request, asker) === true),
  );
}

function isWithin({ not, values }: PolicySelection, needed: readonly string[]): boolean {
  return !not && values.every((value) => needed.includes(value));
}

function isOnlyFor(statement: Statement, { validation: { kind, judged }, principal, needs }: Task): boolean {
  const { actions, resources, principals } = statement;
  const isUsed = judged.some(({ verdict }) => verdict.by === statement);
  const isLeast =
    isWithin(
      actions,
      needs.map(({ action }) => action),
    ) &&
    isWithin(
      resources,
      needs.map(({ resource }) => resource),
    );
  if (!isUsed || !isLeast) return false;
  if (kind === 'iam') return true;
  return principal !== undefined && (principals?.values ?? []).every((value) => isSame(value, principal));
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

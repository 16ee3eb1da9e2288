// Rules on needs that the policy does not allow. The finding is about the statement that comes nearest to allowing the need.
import type { Statement } from '../judge/document.ts';
import type { PolicyFinding, FindingCode } from './finding.ts';
import { findIn, type Judged, type Judging } from './policy-text.ts';
import { applies, isSame, namesAction, simulate } from '../judge/simulate.ts';

export function* needFindings(judging: Judging): Generator<PolicyFinding> {
  for (const judged of judging.judged) {
    if (judged.verdict.result === 'open') yield* openFinding(judging, judged);
    else if (judged.verdict.result === 'denied') yield* deniedFinding(judging, judged);
  }
  yield* accountFindings(judging);
}

function* openFinding(judging: Judging, { need, verdict }: Judged): Generator<PolicyFinding> {
  const statement = verdict.by;
  if (statement === undefined) return;
  const keys = [...new Set(statement.conditions.map(({ key }) => key))].join(', ') || 'variables or principals';
  const text = `whether it applies to ${need.action} depends on ${keys}, which are not known here: check them yourself`;
  yield findIn(judging, statement)('NOT_JUDGED', [], text);
}

function* deniedFinding(judging: Judging, { need, verdict }: Judged): Generator<PolicyFinding> {
  const { action, resource } = need;
  if (verdict.by !== undefined) {
    const keys = verdict.by.conditions.map(({ key }) => key).join(', ');
    const why = keys === '' ? '' : `, because its condition on ${keys} matches`;
    const remedy = denialRemedy(keys);
    const text = `denies ${action} on ${resource}${why}; a Deny overrides every Allow: ${remedy}`;
    yield findIn(judging, verdict.by)('DENIED_EXPLICITLY', [], text);
    return;
  }
  const naming = judging.statements.filter(
    (statement) => statement.effect === 'Allow' && namesAction(statement, action),
  );
  const place = judging.json.placeOf(['Statement']);
  if (naming.length === 0) {
    if (action === 's3:PutObjectAcl') {
      const text = `${action} is not allowed on ${resource}: a write with an ACL needs it and s3:PutObject, as in AWS's own example of a policy with this condition (https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html)`;
      yield { code: 'PUT_OBJECT_ACL_MISSING', place, text };
    } else yield { code: 'ACTION_MISSING', place, text: `no statement allows ${action}: allow it on ${resource}` };
    return;
  }
  yield* nearMiss(judging, need, naming);
}

function denialRemedy(keys: string): string {
  if (keys.includes('server-side-encryption')) return 'set "encryption" in the configuration';
  if (/securetransport/iu.test(keys)) return 'write https in "endpoint"';
  return 'exclude this principal from the statement';
}

/** Finds why the first statement that names the action does not allow it. */
function* nearMiss(judging: Judging, need: Judged['need'], naming: readonly Statement[]): Generator<PolicyFinding> {
  const { access, principal } = judging;
  const asker = { region: access.region, principal };
  const asked = need.requests.find((request) => simulate(judging.statements, request, asker).result === 'denied');
  if (asked === undefined) return;
  const misses = naming.map((statement) => {
    const without = (part: object): boolean => applies({ ...statement, ...part }, asked, asker) !== false;
    const anyone = { principals: { not: false, values: ['*'] } };
    const anywhere = { resources: { not: false, values: ['*'] } };
    if (without(anyone)) return { statement, code: 'PRINCIPAL_OTHER' as const };
    if (without({ conditions: [] })) return { statement, code: 'CONDITION_FAILS' as const };
    if (without(anywhere)) return { statement, code: 'PREFIX_OTHER' as const };
    return { statement, code: undefined };
  });
  const nearest = misses.find(({ code }) => code !== undefined) ?? misses[0];
  if (nearest?.code === undefined) return;
  yield findIn(judging, nearest.statement)(nearest.code, [], missText(nearest.code, need, judging));
}

function missText(code: FindingCode, { action, resource }: Judged['need'], { principal }: Judging): string {
  switch (code) {
    case 'PRINCIPAL_OTHER':
      return `allows ${action} for other principals, not for ${principal?.arn ?? 'this principal'}: add it to "Principal"`;
    case 'CONDITION_FAILS':
      return `its condition does not match ${action} on ${resource}: remove or correct it`;
    default:
      return `does not cover all of ${resource}, where ${action} is needed: add that resource`;
  }
}

/** For a principal that is an account, the account's own policies decide. */
function* accountFindings(judging: Judging): Generator<PolicyFinding> {
  const { principal, judged } = judging;
  if (principal === undefined || principal.kind === 'account') return;
  const told = new Set<Statement>();
  for (const { verdict } of judged) {
    const statement = verdict.by;
    if (verdict.result !== 'allowed' || statement === undefined || told.has(statement)) continue;
    told.add(statement);
    const named = (statement.principals?.values ?? []).filter((value) => value === '*' || isSame(value, principal));
    const account = { ...principal, kind: 'account' as const, arn: `arn:aws:iam::${principal.account}:root` };
    if (
      named.length === 0 ||
      !named.every((value) => value !== '*' && value !== principal.arn && isSame(value, account))
    )
      continue;
    const text = `names the account, so it applies only if the IAM policies of ${principal.arn} allow the same: check them`;
    yield findIn(judging, statement)('ACCOUNT_NAMED', [], text);
  }
}

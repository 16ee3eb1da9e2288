// Rules on conditions: their form, and the two important keys. Only writes send s3:x-amz-acl, and only listings send s3:prefix.
// In a statement with other actions, a condition on them denies those, because the key is absent.
import { nearestName } from '../../protocol/text/nearest-name.ts';
import { isObject, type JsonValue } from '../../protocol/messages.ts';
import { isOperator, judge } from '../judge/conditions.ts';
import { type Condition, type Statement } from '../judge/document.ts';
import type { PolicyFinding } from './finding.ts';
import { matches } from '../judge/patterns.ts';
import { namesAction } from '../judge/simulate.ts';
import { findIn, type Find, type Judging } from './policy-text.ts';

type Rule = {
  readonly judging: Judging;
  readonly statement: Statement;
  readonly condition: Condition;
  readonly find: Find;
};

const operatorNames = [
  'StringEquals',
  'StringNotEquals',
  'StringEqualsIgnoreCase',
  'StringNotEqualsIgnoreCase',
  'StringLike',
  'StringNotLike',
  'ArnEquals',
  'ArnLike',
  'ArnNotEquals',
  'ArnNotLike',
  'Bool',
  'Null',
  'IpAddress',
  'NotIpAddress',
  'NumericEquals',
  'DateLessThan',
  'DateGreaterThan',
];

export function* conditionFindings(judging: Judging): Generator<PolicyFinding> {
  for (const statement of judging.statements) {
    const find = findIn(judging, statement, ['Condition']);
    yield* formFindings(statement.json['Condition'], find);
    if (statement.effect !== 'Allow') continue;
    for (const condition of statement.conditions) {
      if (!isOperator(condition.operator)) continue;
      const name = condition.key.toLowerCase();
      if (name.endsWith('x-amz-acl')) yield* aclFindings({ judging, statement, condition, find });
      if (name === 's3:prefix') yield* prefixFindings({ judging, statement, condition, find });
    }
    yield* missingAcl(judging, statement);
  }
}

function* formFindings(value: JsonValue | undefined, find: Find): Generator<PolicyFinding> {
  if (value === undefined) return;
  const form = 'write "Condition": {"<operator>": {"<key>": "<value>"}}';
  if (!isObject(value)) {
    yield find('CONDITION_FORM', [], `a condition must be an object: ${form}`);
    return;
  }
  for (const [operator, keys] of Object.entries(value)) {
    if (!isOperator(operator)) {
      const nearest = nearestName(operator, operatorNames);
      const isKey = /^\w+:/u.test(operator) && !/^for/iu.test(operator);
      const remedy = isKey ? `: ${form}` : nearest === undefined ? '' : `: write "${nearest}"`;
      yield find('CONDITION_OPERATOR', [operator], `"${operator}" is not an operator${remedy}`);
    } else if (!isObject(keys))
      yield find('CONDITION_FORM', [operator], `"${operator}" must be an object of keys: ${form}`);
  }
}

/** The needed actions that the statement names. */
function neededIn({ judged }: Judging, statement: Statement): readonly string[] {
  return judged.map(({ need }) => need.action).filter((action) => namesAction(statement, action));
}

const isWrite = (action: string): boolean => action.startsWith('s3:PutObject');

function* aclFindings({ judging, statement, condition, find }: Rule): Generator<PolicyFinding> {
  const { operator, key, values } = condition;
  const path = [operator, key];
  const sent = judging.access.headers?.acl;
  const others = neededIn(judging, statement).filter((action) => !isWrite(action));
  const right = `"StringEquals": {"s3:x-amz-acl": "${sent ?? 'bucket-owner-full-control'}"}`;
  if (key.toLowerCase() !== 's3:x-amz-acl') {
    yield find('ACL_CONDITION_KEY', path, `"${key}" is not a condition key: write ${right}`);
    return;
  }
  if (others.length > 0) {
    const text = `only writes send s3:x-amz-acl, so this condition denies ${others.join(', ')}: move those to a statement without it`;
    yield find('ACL_CONDITION_MISPLACED', path, text);
  }
  if (!neededIn(judging, statement).some(isWrite)) return;
  const isPositive = /^String(Equals|Like|EqualsIgnoreCase)(IfExists)?$/iu.test(operator);
  if (!isPositive)
    yield find('ACL_CONDITION_OPERATOR', path, `"${operator}" does not match the ACL of the connector: write ${right}`);
  else if (sent === undefined) {
    if (!/ifexists$/iu.test(operator)) {
      yield find(
        'ACL_NOT_SENT',
        path,
        'the configuration sends no ACL: set "acl" to "bucket-owner-full-control", or remove the condition',
      );
    }
  } else if (!values.some((value) => matches(value, sent) === true)) {
    yield find(
      'ACL_CONDITION_VALUE',
      path,
      `"${values.join(', ')}" is not the ACL that the connector sends: write ${right}`,
    );
  }
}

function* prefixFindings({ judging, statement, condition, find }: Rule): Generator<PolicyFinding> {
  const { operator, key, values } = condition;
  const path = [operator, key];
  const needed = neededIn(judging, statement);
  const others = needed.filter((action) => action !== 's3:ListBucket');
  if (others.length > 0) {
    const text = `only s3:ListBucket sends s3:prefix, so this condition denies ${others.join(', ')}: move those to a statement without it`;
    yield find('PREFIX_CONDITION_MISPLACED', path, text);
  }
  const listing = judging.judged.find(({ need }) => need.action === 's3:ListBucket');
  if (listing?.verdict.result !== 'denied' || !needed.includes('s3:ListBucket')) return;
  const wanted = listing.need.prefixes === undefined ? undefined : JSON.stringify(listing.need.prefixes);
  const remedy =
    wanted === undefined
      ? 'remove it, because the connector lists the entire bucket'
      : `write "StringLike": {"s3:prefix": ${wanted}}`;
  const isExact = /^StringEquals/iu.test(operator);
  const fails = listing.need.requests.some(({ context }) => {
    return judge(condition, () => ({ value: context['s3:prefix'] ?? '' })) === false;
  });
  if (isExact && values.some((value) => value.includes('*'))) {
    yield find('PREFIX_CONDITION_OPERATOR', path, `"${operator}" treats "*" as a plain character: ${remedy}`);
  } else if (fails) {
    yield find(
      'PREFIX_CONDITION_VALUE',
      path,
      `"${values.join(', ')}" does not cover every prefix that the connector lists: ${remedy}`,
    );
  }
}

/** Without the condition, writes without the ACL pass too. The bucket owner then does not own objects of other accounts. */
function* missingAcl(judging: Judging, statement: Statement): Generator<PolicyFinding> {
  const { access, judged } = judging;
  const sent = access.headers?.acl;
  const isAllowing = judged.some(({ need, verdict }) => need.action === 's3:PutObject' && verdict.by === statement);
  if (sent === undefined || !isAllowing || judging.kind === 'iam') return;
  if (statement.conditions.some(({ key }) => key.toLowerCase() === 's3:x-amz-acl')) return;
  const text = `writes without the ACL are allowed too: move s3:PutObject and s3:PutObjectAcl into a statement with "StringEquals": {"s3:x-amz-acl": "${sent}"}`;
  yield findIn(judging, statement)('ACL_CONDITION_MISSING', [], text);
}

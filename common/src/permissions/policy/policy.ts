// Makes policies that allow exactly the needs of a connector: the bucket's policy, an IAM policy, a statement for a KMS key.
//
// Only writes send the key s3:x-amz-acl, so a condition on it denies every read in its statement. Writes therefore have their
// own statement, with both actions that a write with an ACL needs.
import type { BucketPlace } from '../needs/access.ts';
import type { Principal } from '../needs/arn.ts';
import { accountKey, type Guards } from '../needs/guards.ts';
import type { Need } from '../needs/needs.ts';

export type PolicyStatement = {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Principal?: { readonly AWS: string };
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Guards;
};

type PolicyDocument = { readonly Version: '2012-10-17'; readonly Statement: readonly PolicyStatement[] };

/** The policy of the bucket for one principal. `full` is the broad form that Permutive publishes. */
export function bucketPolicy(
  needs: readonly Need[],
  { arn }: Principal,
  form: 'least' | 'full' = 'least',
): PolicyDocument {
  // A bucket's policy needs no condition on the bucket's own account.
  const granted = s3Statements(needs.map(withoutAccount), form);
  const Statement = granted.map(({ Sid, Effect, ...rest }) => ({ Sid, Effect, Principal: { AWS: arn }, ...rest }));
  return { Version: '2012-10-17', Statement };
}

function withoutAccount(need: Need): Need {
  const { StringEquals: { [accountKey]: _account, ...others } = {}, ...guards } = need.guards;
  return { ...need, guards: Object.keys(others).length === 0 ? guards : { ...guards, StringEquals: others } };
}

/** The policy for a user or role. In the bucket's own account it needs no bucket policy. It includes the KMS key. */
export function iamPolicy(needs: readonly Need[], form: 'least' | 'full' = 'least'): PolicyDocument {
  const key = keyStatement(needs);
  return { Version: '2012-10-17', Statement: [...s3Statements(needs, form), ...(key === undefined ? [] : [key])] };
}

/** The statement for the key's policy, where "*" is the key itself. Undefined if the config names no key. */
export function keyPolicyStatement(needs: readonly Need[], { arn }: Principal): PolicyStatement | undefined {
  const statement = keyStatement(needs);
  if (statement === undefined) return undefined;
  const { Sid, Effect, Action } = statement;
  const guards = needs.find(({ action }) => action.startsWith('kms:'))?.guards ?? {};
  return { Sid, Effect, Principal: { AWS: arn }, Action, Resource: ['*'], ...conditionOf([guards]) };
}

type TrustPolicy = {
  readonly Version: '2012-10-17';
  readonly Statement: readonly (Omit<PolicyStatement, 'Resource'> & { readonly Principal: object })[];
};

/**
 * The policy that allows the principal to assume the connector's role. The external ID protects a platform that assumes roles of
 * many customers: no customer can make it assume another one's role.
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html
 */
export function trustPolicy(
  { externalId }: Pick<NonNullable<BucketPlace['role']>, 'externalId'>,
  { arn }: Principal,
): TrustPolicy {
  const condition = externalId === undefined ? {} : { StringEquals: { 'sts:ExternalId': externalId } };
  const Action = ['sts:AssumeRole'];
  const statement = {
    Sid: 'Assume',
    Effect: 'Allow',
    Principal: { AWS: arn },
    Action,
    ...conditionOf([condition]),
  } as const;
  return { Version: '2012-10-17', Statement: [statement] };
}

function keyStatement(needs: readonly Need[]): PolicyStatement | undefined {
  const ofKey = needs.filter(({ action }) => action.startsWith('kms:'));
  const [first] = ofKey;
  if (first === undefined) return undefined;
  const { keyAlias, guards } = first;
  // One of the key's aliases must be the named one.
  const alias = keyAlias === undefined ? {} : { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': keyAlias } };
  return {
    Sid: 'UseKey',
    Effect: 'Allow',
    Action: ofKey.map(({ action }) => action),
    Resource: [first.resource],
    ...conditionOf([guards, alias]),
  };
}

function s3Statements(needs: readonly Need[], form: 'least' | 'full'): readonly PolicyStatement[] {
  const wanted = needs.filter(({ action, when }) => action.startsWith('s3:') && when !== 'advice');
  return form === 'full' ? fullStatements(wanted) : leastStatements(wanted);
}

function leastStatements(wanted: readonly Need[]): readonly PolicyStatement[] {
  const lists = wanted.filter(({ action }) => action === 's3:ListBucket');
  const writes = wanted.filter(({ action }) => isWrite(action));
  const tags = wanted.filter(({ action }) => action === taggingAction);
  const others = wanted.filter((need) => ![...lists, ...writes, ...tags].includes(need));
  return [
    ...statement('List', lists, prefixCondition(lists)),
    ...statement(others.some(({ action }) => action !== 's3:GetObject') ? 'ReadAndDelete' : 'Read', others),
    ...statement('Write', writes, aclCondition(writes)),
    ...statement('Tag', tags),
  ];
}

/** The entire bucket, with every action of a kind. */
function fullStatements(wanted: readonly Need[]): readonly PolicyStatement[] {
  const [bucket = ''] = wanted[0]?.resource.split('/') ?? [];
  const writes = wanted.filter(({ action }) => isWrite(action));
  const deletes = wanted.some(({ action }) => action === 's3:DeleteObject');
  const condition = conditionOf([wanted[0]?.guards ?? {}]);
  const whole: PolicyStatement = {
    Sid: deletes ? 'ReadAndDelete' : 'Read',
    Effect: 'Allow',
    Action: ['s3:List*', 's3:Get*', ...(deletes ? ['s3:Delete*'] : [])],
    Resource: [bucket, `${bucket}/*`],
    ...condition,
  };
  if (writes.length === 0) return [whole];
  const write: PolicyStatement = { Sid: 'Write', Effect: 'Allow', Action: ['s3:Put*'], Resource: [`${bucket}/*`] };
  const [tag] = statement(
    'Tag',
    wanted.filter(({ action }) => action === taggingAction),
  );
  const allowed = [whole, { ...write, ...conditionOf([writes[0]?.guards ?? {}, aclCondition(writes)]) }];
  return tag === undefined ? allowed : [...allowed, { ...tag, Resource: write.Resource }];
}

/** Its requests have no s3:x-amz-acl, so a condition on that key would deny them. */
const taggingAction = 's3:PutObjectTagging';

function isWrite(action: string): boolean {
  return action.startsWith('s3:Put') && action !== taggingAction;
}

function statement(Sid: string, needs: readonly Need[], condition: Guards = {}): readonly PolicyStatement[] {
  const [first] = needs;
  if (first === undefined) return [];
  const Action = unique(needs.map(({ action }) => action));
  const Resource = unique(needs.map(({ resource }) => resource));
  return [{ Sid, Effect: 'Allow', Action, Resource, ...conditionOf([first.guards, condition]) }];
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}

/** No condition if one of the listings is of the entire bucket. */
function prefixCondition(lists: readonly Need[]): Guards {
  const prefixes = unique(lists.flatMap((need) => need.prefixes ?? []));
  if (lists.some((need) => need.prefixes === undefined)) return {};
  return { StringLike: { 's3:prefix': prefixes } };
}

function aclCondition(writes: readonly Need[]): Guards {
  const acl = writes.find((need) => need.acl !== undefined)?.acl;
  return acl === undefined ? {} : { StringEquals: { 's3:x-amz-acl': acl } };
}

/** Merges conditions, with the keys of an operator together. Empty without conditions. */
function conditionOf(parts: readonly Guards[]): { readonly Condition?: Guards } {
  const joined: Record<string, Guards[string]> = {};
  for (const [operator, keys] of parts.flatMap((part) => Object.entries(part))) {
    joined[operator] = { ...joined[operator], ...keys };
  }
  return Object.keys(joined).length === 0 ? {} : { Condition: joined };
}

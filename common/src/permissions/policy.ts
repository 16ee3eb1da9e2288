// From needs to policies that allow them and nothing else: the bucket's policy, an IAM policy, a statement for a KMS key.
//
// The key s3:x-amz-acl exists on writes alone: a condition on it would deny every read in its statement. So writes stand in
// a statement of their own, with both actions that a write with an ACL needs.
import type { Principal } from './arn.ts';
import type { Need } from './needs.ts';

type Condition = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

export type PolicyStatement = {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Principal?: { readonly AWS: string };
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Condition;
};

export type PolicyDocument = { readonly Version: '2012-10-17'; readonly Statement: readonly PolicyStatement[] };

/** The policy of the bucket for one principal. `full`: the broad form that is published. */
export function bucketPolicy(
  needs: readonly Need[],
  { arn }: Principal,
  form: 'least' | 'full' = 'least',
): PolicyDocument {
  const granted = s3Statements(needs, form);
  const Statement = granted.map(({ Sid, Effect, ...rest }) => ({ Sid, Effect, Principal: { AWS: arn }, ...rest }));
  return { Version: '2012-10-17', Statement };
}

/** For a user or role: in the bucket's own account it does without the bucket's policy. Holds the use of the KMS key too. */
export function iamPolicy(needs: readonly Need[], form: 'least' | 'full' = 'least'): PolicyDocument {
  const key = keyStatement(needs);
  return { Version: '2012-10-17', Statement: [...s3Statements(needs, form), ...(key === undefined ? [] : [key])] };
}

/** To be added to the key's policy, where "*" is the key itself. undefined: the connector names no key. */
export function keyPolicyStatement(needs: readonly Need[], { arn }: Principal): PolicyStatement | undefined {
  const statement = keyStatement(needs);
  if (statement === undefined) return undefined;
  const { Sid, Effect, Action } = statement;
  return { Sid, Effect, Principal: { AWS: arn }, Action, Resource: ['*'] };
}

function keyStatement(needs: readonly Need[]): PolicyStatement | undefined {
  const ofKey = needs.filter(({ action }) => action.startsWith('kms:'));
  const [first] = ofKey;
  if (first === undefined) return undefined;
  const { keyAlias } = first;
  return {
    Sid: 'UseKey',
    Effect: 'Allow',
    Action: ofKey.map(({ action }) => action),
    Resource: [first.resource],
    // Of a key's aliases one must be the one named.
    ...(keyAlias === undefined
      ? {}
      : { Condition: { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': keyAlias } } }),
  };
}

function s3Statements(needs: readonly Need[], form: 'least' | 'full'): readonly PolicyStatement[] {
  const wanted = needs.filter(({ action, when }) => action.startsWith('s3:') && when !== 'advice');
  return form === 'full' ? fullStatements(wanted) : leastStatements(wanted);
}

function leastStatements(wanted: readonly Need[]): readonly PolicyStatement[] {
  const lists = wanted.filter(({ action }) => action === 's3:ListBucket');
  const writes = wanted.filter(({ action }) => isWrite(action));
  const others = wanted.filter((need) => !lists.includes(need) && !writes.includes(need));
  return [
    ...statement('List', lists, prefixCondition(lists)),
    ...statement(others.some(({ action }) => action !== 's3:GetObject') ? 'ReadAndDelete' : 'Read', others),
    ...statement('Write', writes, aclCondition(writes)),
  ];
}

/** The whole bucket, with every action of a kind. */
function fullStatements(wanted: readonly Need[]): readonly PolicyStatement[] {
  const bucket = wanted.find(({ action }) => action === 's3:ListBucket')?.resource ?? '';
  const writes = wanted.filter(({ action }) => isWrite(action));
  const reading = ['s3:List*', 's3:Get*', ...(writes.length > 0 ? ['s3:Delete*'] : [])];
  const whole: PolicyStatement = { Sid: 'Read', Effect: 'Allow', Action: reading, Resource: [bucket, `${bucket}/*`] };
  if (writes.length === 0) return [whole];
  const write: PolicyStatement = { Sid: 'Write', Effect: 'Allow', Action: ['s3:Put*'], Resource: [`${bucket}/*`] };
  return [
    { ...whole, Sid: 'ReadAndDelete' },
    { ...write, ...aclCondition(writes) },
  ];
}

function isWrite(action: string): boolean {
  return action.startsWith('s3:Put');
}

function statement(
  Sid: string,
  needs: readonly Need[],
  condition: { readonly Condition?: Condition } = {},
): readonly PolicyStatement[] {
  if (needs.length === 0) return [];
  const Action = unique(needs.map(({ action }) => action));
  return [{ Sid, Effect: 'Allow', Action, Resource: unique(needs.map(({ resource }) => resource)), ...condition }];
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}

/** None as soon as one of the listings is of the whole bucket. */
function prefixCondition(lists: readonly Need[]): { readonly Condition?: Condition } {
  const prefixes = unique(lists.flatMap((need) => need.prefixes ?? []));
  if (lists.some((need) => need.prefixes === undefined)) return {};
  return { Condition: { StringLike: { 's3:prefix': prefixes } } };
}

function aclCondition(writes: readonly Need[]): { readonly Condition?: Condition } {
  const acl = writes.find((need) => need.acl !== undefined)?.acl;
  return acl === undefined ? {} : { Condition: { StringEquals: { 's3:x-amz-acl': acl } } };
}

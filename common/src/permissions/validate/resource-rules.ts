// Rules on actions and resources: mistyped ones, and pairs that do not match.
import { nearestName } from '../../protocol/text/nearest-name.ts';
import type { Statement } from '../judge/document.ts';
import { namesAction } from '../judge/simulate.ts';
import type { PolicyFinding } from './finding.ts';
import type { Path } from './json-text.ts';
import { matches } from '../judge/patterns.ts';
import { entriesOf, findIn, type Find, type Judging } from './policy-text.ts';
import { s3Actions } from './s3-actions.ts';

export function* resourceFindings(judging: Judging): Generator<PolicyFinding> {
  for (const statement of judging.statements) {
    const find = findIn(judging, statement);
    for (const { text, path } of entriesOf(statement, 'Action')) yield* actionFindings(judging, text, path, find);
    for (const { text, path } of entriesOf(statement, 'Resource')) yield* arnFindings(judging, text, path, find);
    yield* pairFindings(judging, statement, find);
  }
}

/** Names of requests that people confuse with actions. Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html */
const requestNames: Readonly<Record<string, string>> = {
  copyobject: 's3:GetObject and s3:PutObject',
  deleteobjects: 's3:DeleteObject',
  headbucket: 's3:ListBucket',
  headobject: 's3:GetObject',
  listobjects: 's3:ListBucket',
  listobjectsv2: 's3:ListBucket',
  listbuckets: 's3:ListBucket',
};

function* actionFindings({ kind }: Judging, text: string, path: Path, find: Find): Generator<PolicyFinding> {
  if (text === '*') return;
  const [service = '', name] = text.split(':');
  if (name === undefined) {
    const isAction = s3Actions.some((action) => matches(text, action, { ignoreCase: true }) === true);
    const meant = isAction ? text : (nearestName(text, s3Actions) ?? text);
    yield find('ACTION_PREFIX', path, `"${text}" lacks the service: write "s3:${meant}"`);
    return;
  }
  if (service.toLowerCase() !== 's3') {
    const text1 = `"${text}" is not an action of S3, so it cannot be in a bucket’s policy: put it into an IAM policy`;
    if (kind === 'bucket') yield find('ACTION_OTHER_SERVICE', path, text1);
    return;
  }
  if (s3Actions.some((action) => matches(name, action, { ignoreCase: true }) === true)) return;
  const nearest = nearestName(name, s3Actions);
  const meant = requestNames[name.toLowerCase()] ?? (nearest === undefined ? undefined : `s3:${nearest}`);
  yield find(
    'ACTION_UNKNOWN',
    path,
    `the action "${text}" does not exist${meant === undefined ? '' : `: write ${meant}`}`,
  );
}

function* arnFindings(judging: Judging, text: string, path: Path, find: Find): Generator<PolicyFinding> {
  const { access, partition, kind } = judging;
  const { bucket } = access;
  if (text === '*' || (kind === 'iam' && /^arn:[\w-]+:(?!s3:)\w+:/u.test(text))) return;
  const right = `arn:${partition}:s3:::${rightPath(text, bucket)}`;
  const [arn, named = '', service = '', region = '', account = '', ...rest] = text.split(':');
  if (arn !== 'arn' || service.toLowerCase() !== 's3' || text.trim() !== text) {
    yield find('ARN_FORM', path, `"${text}" is not an ARN of S3: write "${right}"`);
  } else if (rest.length === 0) {
    const colons = account === '' ? 'one colon' : 'two colons';
    yield find(
      'ARN_COLONS',
      path,
      `"${text}" has ${region === '' ? colons : 'one colon'} before the bucket, but needs three: write "${right}"`,
    );
  } else if (region !== '' || account !== '') {
    yield find('ARN_REGION', path, `the ARN of a bucket has no region and no account: write "${right}"`);
  } else if (service !== 's3') {
    yield find('ARN_FORM', path, `"${service}" must be in lower case: write "${right}"`);
  } else if (named !== partition && named !== '*') {
    yield find(
      'ARN_PARTITION',
      path,
      `buckets of ${access.region} are in the partition ${partition}: write "${right}"`,
    );
  } else yield* placeFindings(judging, { text, path, name: rest.join(':') }, find);
}

/** Bucket and path of whatever was meant for an ARN. */
function rightPath(text: string, bucket: string): string {
  const plain = text.trim().replace(/^s3:\/\//u, '');
  const [, tail = plain] = /^arn:.*:([^:]*)$/u.exec(plain) ?? [];
  const path = tail.replace(/^\/+/u, '');
  return path === '' ? bucket : path;
}

type Place = { readonly text: string; readonly path: Path; readonly name: string };

function* placeFindings(
  { access, kind, partition }: Judging,
  { text, path, name }: Place,
  find: Find,
): Generator<PolicyFinding> {
  const [first = '', ...folders] = name.split('/');
  if (matches(first, access.bucket) === false && kind === 'bucket') {
    const right = `arn:${partition}:s3:::${[access.bucket, ...folders].join('/')}`;
    yield find('BUCKET_WRONG', path, `"${text}" is not in the bucket "${access.bucket}": write "${right}"`);
  } else if (folders[0] === '' && folders.length > 1) {
    const right = `arn:${partition}:s3:::${[first, ...folders.filter((folder) => folder !== '')].join('/')}`;
    yield find('ARN_SLASH', path, `no key begins with a slash: write "${right}"`);
  }
}

/** Actions on objects need a resource below the bucket, those on the bucket the bucket itself. */
function* pairFindings(judging: Judging, statement: Statement, find: Find): Generator<PolicyFinding> {
  const { access, judged, partition } = judging;
  const { actions, resources, effect } = statement;
  if (effect !== 'Allow' || actions.not || resources.not || resources.values.includes('*')) return;
  const arn = `arn:${partition}:s3:::${access.bucket}`;
  const ours = resources.values.filter((value) => value.startsWith(arn) || value.includes('*'));
  if (ours.length === 0) return;
  const needed = judged.filter(({ need }) => namesAction(statement, need.action));
  const onBucket = needed.filter(({ need }) => need.resource === arn);
  const onObjects = needed.filter(({ need }) => need.resource.startsWith(`${arn}/`));
  const objects = ours.filter((value) => /[/*]/u.test(value.slice(arn.length)));
  const below = onObjects[0]?.need;
  if (below !== undefined && !objects.some((value) => value.endsWith('*'))) {
    const text = `${below.action} applies to objects: add "${below.resource}", with "/*" at the end`;
    if (isDenied(onObjects)) yield find('OBJECT_RESOURCE_MISSING', ['Resource'], text);
  }
  const bucketAction = onBucket[0]?.need.action;
  if (bucketAction !== undefined && isDenied(onBucket) && !ours.some((value) => matches(value, arn) !== false)) {
    yield find(
      'BUCKET_RESOURCE_MISSING',
      ['Resource'],
      `${bucketAction} applies to the bucket: add "${arn}", without "/*"`,
    );
  }
}

function isDenied(judged: Judging['judged']): boolean {
  return judged.some(({ verdict }) => verdict.result === 'denied');
}

// Rules on the form of a policy: its elements, their names, and its principals.
import { isObject, type JsonObject } from '../../protocol/messages.ts';
import { nearestName } from '../../protocol/text/nearest-name.ts';
import { parsePrincipal } from '../needs/arn.ts';
import type { Statement } from '../judge/document.ts';
import type { PolicyFinding } from './finding.ts';
import { entriesOf, findIn, type Find, type Judging } from './policy-text.ts';

const policyElements = ['Version', 'Id', 'Statement'];
const statementElements = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
];
const versions = ['2012-10-17', '2008-10-17'];

export function* formFindings(judging: Judging): Generator<PolicyFinding> {
  const { json, statements } = judging;
  const { value } = json;
  const about: Find = (code, path, text) => ({ code, place: json.placeOf(path), text });
  for (const { key, place } of json.twice) {
    yield {
      code: 'KEY_TWICE',
      place,
      text: `"${key}" appears twice in the same object, and only the last one counts: merge the two`,
    };
  }
  if (!isObject(value)) {
    yield about('POLICY_FORM', [], 'a policy must be an object: {"Version": "2012-10-17", "Statement": [ … ]}');
    return;
  }
  yield* unknownElements(value, policyElements, (key, text) => about('ELEMENT_UNKNOWN', [key], text));
  yield* versionFindings(value, about);
  if (value['Statement'] === undefined || statements.length === 0) {
    yield about('STATEMENT_MISSING', ['Statement'], 'the policy has no statement, so it allows nothing: add one');
  }
  const sids = new Set<string>();
  for (const statement of statements) {
    yield* statementFindings(judging, statement);
    if (statement.sid === undefined) continue;
    if (sids.has(statement.sid)) {
      const text = 'another statement has the same Sid: give each its own';
      yield findIn(judging, statement)('SID_TWICE', ['Sid'], text);
    }
    sids.add(statement.sid);
  }
}

function* versionFindings(
  { Version: version }: { readonly Version?: unknown } & JsonObject,
  about: Find,
): Generator<PolicyFinding> {
  if (version === undefined) {
    yield about('VERSION_MISSING', [], '"Version" is missing, so the rules of 2008 apply: add "Version": "2012-10-17"');
  } else if (typeof version !== 'string' || !versions.includes(version)) {
    yield about(
      'VERSION_WRONG',
      ['Version'],
      '"Version" is the version of the policy language, not your own date: write "2012-10-17"',
    );
  }
}

function* unknownElements(
  json: JsonObject,
  known: readonly string[],
  find: (key: string, text: string) => PolicyFinding,
): Generator<PolicyFinding> {
  for (const key of Object.keys(json)) {
    if (known.includes(key)) continue;
    const nearest = nearestName(key, known);
    yield find(
      key,
      `"${key}" is not an element of a policy${nearest === undefined ? ': remove it' : `: write "${nearest}"`}`,
    );
  }
}

function* statementFindings(judging: Judging, statement: Statement): Generator<PolicyFinding> {
  const { json, effect } = statement;
  const find = findIn(judging, statement);
  yield* unknownElements(json, statementElements, (key, text) => find('ELEMENT_UNKNOWN', [key], text));
  if (effect !== 'Allow' && effect !== 'Deny') {
    yield find('EFFECT_WRONG', ['Effect'], '"Effect" must be "Allow" or "Deny", with a capital letter');
  }
  for (const name of ['Action', 'Resource']) {
    const isThere = json[name] !== undefined || json[`Not${name}`] !== undefined;
    if (!isThere) yield find('ELEMENT_MISSING', [], `"${name}" is missing: add it`);
    else if ([...entriesOf(statement, name)].length === 0)
      yield find('ELEMENT_MISSING', [name], `"${name}" is empty: fill it in`);
  }
  yield* principalFindings(judging, statement, find);
}

const narrowing = /^(aws:(principal|source(vpc|account|arn|owner|ip)|userid)|s3:(dataaccesspoint|resourceaccount))/u;

function* principalFindings(
  { kind, partition }: Judging,
  { json, principals, effect, conditions }: Statement,
  find: Find,
): Generator<PolicyFinding> {
  const name = json['NotPrincipal'] === undefined ? 'Principal' : 'NotPrincipal';
  const value = json[name];
  if (kind === 'iam') {
    const text =
      'an IAM policy applies to the user or role it is attached to: remove "Principal", or use the policy as the bucket’s policy';
    if (value !== undefined) yield find('PRINCIPAL_FORBIDDEN', [name], text);
    return;
  }
  if (value === undefined) {
    yield find(
      'PRINCIPAL_MISSING',
      [],
      'the bucket’s policy must name a principal: write "Principal": {"AWS": "<ARN>"}',
    );
    return;
  }
  if (typeof value === 'string' && value !== '*') {
    yield find('PRINCIPAL_FORM', [name], `write "${name}": {"AWS": "${value}"}`);
    return;
  }
  for (const text of principals?.values ?? []) {
    const problem = text === '*' ? undefined : parsePrincipal(text, partition);
    if (typeof problem === 'string') yield find('PRINCIPAL_FORM', [name, 'AWS'], problem);
  }
  const isOpen = principals?.not !== true && principals?.values.includes('*') === true;
  if (effect === 'Allow' && isOpen && !conditions.some(({ key }) => narrowing.test(key.toLowerCase()))) {
    yield find('PUBLIC_ACCESS', [name], 'this allows everyone: name the user, role or account instead of "*"');
  }
}

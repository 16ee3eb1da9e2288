// The input of the rules: a policy's text, the place of each part, and the principal.
import { isObject, type JsonValue } from '../../protocol/messages.ts';
import { partitionOf } from '../../s3/address/address.ts';
import type { Access } from '../needs/access.ts';
import type { AwsPartition, Principal } from '../needs/arn.ts';
import { nameOf, statementsOf, type Statement } from '../judge/document.ts';
import type { PolicyFinding, FindingCode } from './finding.ts';
import type { JsonText, Path } from './json-text.ts';
import { needsOf, type Need } from '../needs/needs.ts';
import { simulate, type PolicyVerdict } from '../judge/simulate.ts';

export type PolicyKind = 'bucket' | 'iam';

/** `principal` is absent for an identity policy, or if the policy does not identify one. */
type Question = {
  readonly access: Access;
  readonly kind: PolicyKind;
  readonly principal?: Principal | undefined;
};

/** The verdict of a need is its worst: a denied request comes before an open one, and that before an allowed one. */
export type Judged = { readonly need: Need; readonly verdict: PolicyVerdict };

export type Judging = Question & {
  readonly json: JsonText;
  readonly statements: readonly Statement[];
  readonly partition: AwsPartition;
  readonly judged: readonly Judged[];
};

export function judging(json: JsonText, question: Question): Judging {
  const { access, kind, principal } = question;
  const statements = statementsOf(json.value);
  const asker = { region: access.region, principal };
  const judged = needsOf(access)
    .filter(({ action, when }) => when !== 'advice' && (kind === 'iam' || action.startsWith('s3:')))
    .map((need): Judged => {
      const verdicts = need.requests.map((request) => simulate(statements, request, asker));
      const worst = (['denied', 'open', 'allowed'] as const).flatMap((result) =>
        verdicts.filter((verdict) => verdict.result === result),
      );
      return { need, verdict: worst[0] ?? { result: 'denied' } };
    });
  return { ...question, json, statements, partition: partitionOf(access.region), judged };
}

export type Find = (code: FindingCode, path: Path, text: string) => PolicyFinding;

/** Makes findings about parts of a statement. `path`: below `base`. */
export function findIn({ json }: Pick<Judging, 'json'>, statement: Statement, base: Path = []): Find {
  const start = [...pathOf(json.value, statement), ...base];
  return (code, path, text) => {
    const place = json.placeOf([...start, ...path]);
    return { code, place, statement: statement.number, text: `${nameOf(statement)}: ${text}` };
  };
}

/** A single statement may have no brackets. */
function pathOf(value: JsonValue, { number }: Statement): Path {
  return isObject(value) && Array.isArray(value['Statement']) ? ['Statement', number - 1] : ['Statement'];
}

/** Each text of an element, with its path. `Resource` may be one text or a list. */
export function* entriesOf(
  statement: Statement,
  name: string,
): Generator<{ readonly text: string; readonly path: Path }> {
  for (const element of [name, `Not${name}`]) {
    const value = statement.json[element];
    if (typeof value === 'string') yield { text: value, path: [element] };
    if (!Array.isArray(value)) continue;
    for (const [index, item] of (value as readonly JsonValue[]).entries()) {
      if (typeof item === 'string') yield { text: item, path: [element, index] };
    }
  }
}

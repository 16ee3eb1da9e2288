// A policy as IAM reads it, where one text and a list of texts are equal. Parts of a wrong form are ignored here; the rules of
// validate.ts report them.
import { isObject, type JsonObject, type JsonValue } from '../../protocol/messages.ts';

export type Condition = { readonly operator: string; readonly key: string; readonly values: readonly string[] };

/** `Action` and `NotAction`, `Resource` and `NotResource`, `Principal` and `NotPrincipal`. */
export type PolicySelection = { readonly not: boolean; readonly values: readonly string[] };

export type Statement = {
  /** From 1. */
  readonly number: number;
  readonly sid?: string;
  readonly effect: string;
  /** `AWS` principals, and `*`. Absent in an identity policy, which applies to the user or role it is attached to. */
  readonly principals?: PolicySelection;
  readonly actions: PolicySelection;
  readonly resources: PolicySelection;
  readonly conditions: readonly Condition[];
  readonly json: JsonObject;
};

/** The statements of a policy. A single one may have no brackets. */
export function statementsOf(policy: JsonValue): readonly Statement[] {
  if (!isObject(policy)) return [];
  return list(policy['Statement']).flatMap((json, index) => (isObject(json) ? [statementOf(json, index + 1)] : []));
}

function statementOf(json: JsonObject, number: number): Statement {
  const { Sid, Effect } = json as { readonly Sid?: JsonValue; readonly Effect?: JsonValue };
  const principals = selection(json, 'Principal', principalsIn);
  return {
    number,
    ...(typeof Sid === 'string' ? { sid: Sid } : {}),
    effect: typeof Effect === 'string' ? Effect : '',
    ...(principals === undefined ? {} : { principals }),
    actions: selection(json, 'Action', texts) ?? { not: false, values: [] },
    resources: selection(json, 'Resource', texts) ?? { not: false, values: [] },
    conditions: conditionsIn(json['Condition']),
    json,
  };
}

function selection(
  json: JsonObject,
  name: string,
  read: (value: JsonValue) => readonly string[],
): PolicySelection | undefined {
  const plain = json[name];
  if (plain !== undefined) return { not: false, values: read(plain) };
  const negated = json[`Not${name}`];
  return negated === undefined ? undefined : { not: true, values: read(negated) };
}

function principalsIn(value: JsonValue): readonly string[] {
  return isObject(value) ? texts(value['AWS']) : texts(value).filter((text) => text === '*');
}

function conditionsIn(value: JsonValue | undefined): readonly Condition[] {
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([operator, keys]) =>
    isObject(keys) ? Object.entries(keys).map(([key, wanted]) => ({ operator, key, values: texts(wanted) })) : [],
  );
}

function list(value: JsonValue | undefined): readonly JsonValue[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [value];
}

/** Conditions may contain numbers and booleans, which equal their texts. */
function texts(value: JsonValue | undefined): readonly string[] {
  return list(value).flatMap((item) => (item === null || typeof item === 'object' ? [] : [String(item)]));
}

/** `statement 2 ("Write")` */
export function nameOf({ number, sid }: Pick<Statement, 'number' | 'sid'>): string {
  return sid === undefined ? `statement ${number}` : `statement ${number} ("${sid}")`;
}

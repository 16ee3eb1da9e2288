// Evaluates a statement's condition for a request: the operators on texts, ARNs, booleans and presence, with IfExists,
// ForAnyValue and ForAllValues. Times, addresses and keys that only S3 knows have the result "unknown".
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
import type { Condition } from './document.ts';
import { all, any, matches, negate, type Known } from './patterns.ts';

/** The value of a key, or that it is absent or unknown. Names are in lower case. */
export type KeyValue = { readonly value: string } | 'absent' | 'unknown';
export type Keys = (name: string) => KeyValue;

type Compare = (value: string, wanted: string, variables: ReadonlyMap<string, string>) => Known;

const equals: Compare = (value, wanted, variables) => {
  // Only variables are replaced: a wildcard is a plain character.
  return matches(
    wanted.replaceAll(/(?<!\$\{)[*?](?!\})/gu, (char) => `\${${char}}`),
    value,
    { variables },
  );
};
const like: Compare = (value, wanted, variables) => matches(wanted, value, { variables });
const sameText: Compare = (value, wanted) => value.toLowerCase() === wanted.toLowerCase();

/** Each operator's comparison, and whether it is negated. */
const operators: ReadonlyMap<string, { readonly compare: Compare; readonly negated: boolean }> = new Map([
  ['stringequals', { compare: equals, negated: false }],
  ['stringnotequals', { compare: equals, negated: true }],
  ['stringequalsignorecase', { compare: sameText, negated: false }],
  ['stringnotequalsignorecase', { compare: sameText, negated: true }],
  ['stringlike', { compare: like, negated: false }],
  ['stringnotlike', { compare: like, negated: true }],
  ['arnequals', { compare: like, negated: false }],
  ['arnnotequals', { compare: like, negated: true }],
  ['arnlike', { compare: like, negated: false }],
  ['arnnotlike', { compare: like, negated: true }],
  ['bool', { compare: sameText, negated: false }],
]);

/** Operators that exist, but whose result is always unknown. */
const unjudged = /^(numeric|date)(not)?(equals|lessthan|greaterthan)(equals)?$|^(not)?ipaddress$|^binaryequals$/u;

export function isOperator(name: string): boolean {
  const { base } = parts(name);
  return base === 'null' || operators.has(base) || unjudged.test(base);
}

function parts(name: string): { readonly base: string; readonly set: string | undefined; readonly ifExists: boolean } {
  const [, set, base = '', ifExists] =
    /^(?:(forallvalues|foranyvalue):)?(.*?)(ifexists)?$/u.exec(name.toLowerCase()) ?? [];
  return { base, set, ifExists: ifExists !== undefined };
}

/** Whether all conditions of a statement are true. */
export function holds(conditions: readonly Condition[], keys: Keys): Known {
  return all(conditions.map((condition) => judge(condition, keys)));
}

export function judge({ operator, key, values }: Condition, keys: Keys): Known {
  const { base, set, ifExists } = parts(operator);
  const found = keys(key.toLowerCase());
  if (base === 'null') {
    if (found === 'unknown') return 'unknown';
    return values.some((value) => value.toLowerCase() === String(found === 'absent'));
  }
  const known = operators.get(base);
  if (found === 'unknown') return 'unknown';
  if (found === 'absent') return ifExists || set === 'forallvalues' || (set === undefined && known?.negated === true);
  if (known === undefined) return 'unknown';
  const variables = variablesOf(values, keys);
  const isOne = any(values.map((wanted) => known.compare(found.value, wanted, variables)));
  return known.negated ? negate(isOne) : isOne;
}

/** The known values of the variables in patterns. */
export function variablesOf(values: readonly string[], keys: Keys): ReadonlyMap<string, string> {
  const names = values.flatMap((value) => Array.from(value.matchAll(/\$\{([^},]+)\}/gu), ([, name = '']) => name));
  return new Map(
    names.flatMap((name) => {
      const found = keys(name.toLowerCase());
      return typeof found === 'object' ? [[name.toLowerCase(), found.value] as const] : [];
    }),
  );
}

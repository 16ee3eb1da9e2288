// The patterns of policies: `*` and `?`, and variables as `${*}` and `${aws:username}`. Pure.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html

/** What is true, or cannot be told from what is known. */
export type Known = boolean | 'unknown';

export const literals: readonly string[] = ['*', '?', '$'];

/** Does `text` match? `variables` gives a variable's value; one that it does not know leaves the answer open. */
export function matches(
  pattern: string,
  text: string,
  { variables = new Map(), ignoreCase = false }: MatchOptions = {},
): Known {
  let isOpen = false;
  const source = pattern.replaceAll(
    /\$\{([^}]*)\}|([*?])|([^])/gu,
    (_part, name?: string, wild?: string, char = '') => {
      if (wild !== undefined) return wild === '*' ? '.*' : '.';
      if (name === undefined) return escapeText(char as string);
      const value = literals.includes(name) ? name : variables.get(name.toLowerCase());
      if (value === undefined) isOpen = true;
      return value === undefined ? '.*' : escapeText(value);
    },
  );
  const isMatch = new RegExp(`^${source}$`, ignoreCase ? 'isu' : 'su').test(text);
  return isOpen && isMatch ? 'unknown' : isMatch;
}

type MatchOptions = { readonly variables?: ReadonlyMap<string, string>; readonly ignoreCase?: boolean };

function escapeText(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/gu, String.raw`\$&`);
}

/** True if one is, else open if one is, else false. */
export function any(answers: Iterable<Known>): Known {
  let result: Known = false;
  for (const answer of answers) {
    if (answer === true) return true;
    if (answer === 'unknown') result = 'unknown';
  }
  return result;
}

export function all(answers: Iterable<Known>): Known {
  return negate(any(Iterator.from(answers).map(negate)));
}

export function negate(answer: Known): Known {
  return answer === 'unknown' ? answer : !answer;
}

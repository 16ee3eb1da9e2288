// The patterns of policies: `*` and `?`, and variables as `${*}` and `${aws:username}`. Pure.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html

/** What is true, or cannot be told from what is known. */
export type Known = boolean | 'unknown';

export const literals: readonly string[] = ['*', '?', '$'];

/** Of a pattern: any characters, any one, or this one. */
type Part = { readonly wild: '*' | '?' } | { readonly character: string };

/** Does `text` match? `variables` gives a variable's value; one that it does not know leaves the answer open. */
export function matches(
  pattern: string,
  text: string,
  { variables = new Map(), ignoreCase = false }: MatchOptions = {},
): Known {
  const written = (some: string): string => (ignoreCase ? some.toLowerCase() : some);
  let isOpen = false;
  const parts = Array.from(pattern.matchAll(/\$\{([^}]*)\}|([*?])|[^]/gu)).flatMap(
    ([char, name, wild]): readonly Part[] => {
      if (wild === '*' || wild === '?') return [{ wild }];
      const value = name === undefined ? char : literals.includes(name) ? name : variables.get(name.toLowerCase());
      if (value === undefined) isOpen = true;
      return value === undefined ? [{ wild: '*' }] : Array.from(written(value), (character) => ({ character }));
    },
  );
  const isMatch = fits(parts, Array.from(written(text)));
  return isOpen && isMatch ? 'unknown' : isMatch;
}

/**
 * Only the last `*` ever takes more: what comes before it fits already, and the earliest fit leaves the most to the rest. So it
 * takes at most as many steps as parts times characters, which a regular expression does not promise.
 */
function fits(parts: readonly Part[], text: readonly string[]): boolean {
  let [part, at] = [0, 0];
  let star: { readonly part: number; at: number } | undefined;
  while (at < text.length) {
    const next = parts[part];
    if (next !== undefined && 'wild' in next && next.wild === '*') star = { part: ++part, at };
    else if (next !== undefined && ('wild' in next || next.character === text[at])) [part, at] = [part + 1, at + 1];
    else if (star !== undefined) [part, at] = [star.part, ++star.at];
    else return false;
  }
  return parts.slice(part).every((left) => 'wild' in left && left.wild === '*');
}

type MatchOptions = { readonly variables?: ReadonlyMap<string, string>; readonly ignoreCase?: boolean };

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

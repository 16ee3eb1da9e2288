// The patterns of policies: `*`, `?`, and variables such as `${*}` and `${aws:username}`. Pure.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html

/** A truth value, or that it is not known. */
export type Known = boolean | 'unknown';

const literals: readonly string[] = ['*', '?', '$'];

/** A part of a pattern: any characters, any one character, or this character. */
type Part = { readonly wild: '*' | '?' } | { readonly character: string };

/** Whether `text` matches. `variables` returns a variable's value; with an unknown one the answer is unknown. */
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
 * Only the last `*` ever extends: the parts before it match already, and the earliest match leaves the most text. The number of
 * steps is at most parts times characters, which a regular expression does not guarantee.
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

/** True if one answer is true, otherwise unknown if one is unknown, otherwise false. */
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

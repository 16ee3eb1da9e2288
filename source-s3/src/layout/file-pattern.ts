// `file_pattern`: a glob on the path below a table. S3 keys are not file names: case always counts, and a backslash only ever
// escapes, so the platform's own glob is unsuitable. So is a regular expression: it tries every way to divide a path among the
// stars of a pattern, which takes minutes for one path and eight stars. This automaton follows all ways at the same time; its
// states are places in the pattern (Thompson, https://swtch.com/~rsc/regexp/regexp1.html).

/** The text with which every matching path begins, as far as the pattern spells it. */
export function headOf(glob: string): string {
  return glob.includes('/') ? (/^\/?([^*?[{\\]*)/u.exec(glob)?.[1] ?? '') : '';
}

type Takes = (character: string) => boolean;
/** A place takes one character that passes its test, or none. Then all of `next` follow. */
type Place = { readonly takes: Takes | undefined; readonly next: number[] };

/** The possible places after some characters: those that take the next character, or the end. */
type State = {
  readonly takers: readonly Place[];
  readonly isEnd: boolean;
  /** The next state after each ASCII character, once it was needed, and after any other character. */
  readonly afterAscii: (State | undefined)[];
  readonly after: Map<string, State>;
};

/** The bound of all remembered states. Paths of one table are similar, so few states and characters occur. */
const mostPlaces = 200_000;
const asciiCodes = 128;

/**
 * `*` and `?` stay inside a folder, `**` crosses folders, `[a-z]`, `[!a]` and `{csv,tsv}` are as in a shell, `\` escapes. A pattern
 * without a slash is for the file's name, in any folder. Bound: the memory of 200,000 places for remembered states.
 */
export class FilePattern {
  readonly #places: readonly Place[];
  readonly #states = new Map<string, State>();
  #start: State;
  #known = 0;
  /** How often a place was inspected, in all tests together. */
  looks = 0;

  /** @throws SyntaxError for a reversed range, such as `[z-a]`. */
  constructor(glob: string) {
    this.#places = new Automaton(glob.includes('/') ? glob.replace(/^\//u, '') : `**/${glob}`).places;
    this.#start = this.#reach([0]);
  }

  /** The number of places: at most two for each character of the pattern, and ten. */
  get size(): number {
    return this.#places.length;
  }

  /** Inspects each place at most twice for each character of the path: when it takes the character and when it is reached. */
  test(path: string): boolean {
    let state = this.#start;
    for (let at = 0; at < path.length; at++) {
      if (state.takers.length === 0) return false;
      const code = path.charCodeAt(at);
      if (code < asciiCodes) {
        state = state.afterAscii[code] ?? this.#step(state, path.charAt(at));
      } else {
        const character = String.fromCodePoint(path.codePointAt(at) ?? code);
        at += character.length - 1;
        state = state.after.get(character) ?? this.#step(state, character);
      }
    }
    return state.isEnd;
  }

  #step(state: State, character: string): State {
    const ways: number[] = [];
    for (const { takes, next } of state.takers) if (takes?.(character) === true) ways.push(...next);
    this.looks += state.takers.length;
    this.#known += 1 + state.takers.length;
    if (this.#known > mostPlaces) {
      this.#known = 0;
      this.#states.clear();
      this.#start = this.#reach([0]);
    }
    const following = this.#reach(ways);
    const code = character.charCodeAt(0);
    if (code < asciiCodes) state.afterAscii[code] = following;
    else state.after.set(character, following);
    return following;
  }

  /** The places among `ways`, and those that they reach without a character. */
  #reach(ways: number[]): State {
    const reached = new Set<number>();
    for (let at = ways.pop(); at !== undefined; at = ways.pop()) {
      if (reached.has(at)) continue;
      reached.add(at);
      this.looks += 1;
      const place = this.#places[at];
      if (place?.takes === undefined) ways.push(...(place?.next ?? []));
    }
    const key = [...reached].join();
    const known = this.#states.get(key);
    if (known !== undefined) return known;
    const places = Array.from(reached, (at) => this.#places[at]).filter((place) => place !== undefined);
    const takers = places.filter(({ takes }) => takes !== undefined);
    const isEnd = reached.has(this.#places.length - 1);
    const afterAscii = Array.from<State | undefined>({ length: asciiCodes });
    const state: State = { takers, isEnd, afterAscii, after: new Map() };
    this.#known += asciiCodes; // They take as much memory as this many places.
    this.#states.set(key, state);
    return state;
  }
}

const token =
  /(?<folders>(?<=^|\/)\*\*\/)|(?<rest>(?<=^|\/)\*\*$)|(?<star>\*+)|\\(?<escaped>.)|\[(?<not>[!^]?)(?<set>\][^\]/]*|[^\]/]+)\]|(?<other>.)/gsu;

const inFolder: Takes = (character) => character !== '/';
const any: Takes = () => true;

/** The places of a pattern: the first is its beginning, the last its end. */
class Automaton {
  readonly places: Place[] = [];
  /** Where the next part of the pattern begins. */
  #end = this.#place();
  readonly #choices: { readonly before: number; readonly after: number }[] = [];

  constructor(glob: string) {
    const braces = matchingBraces(glob);
    for (const { groups = {}, index } of glob.matchAll(token)) {
      const { folders, rest, star, escaped, not, set, other = '' } = groups;
      if (folders !== undefined) this.#folders();
      else if (rest !== undefined) this.#many(any);
      else if (star !== undefined) this.#many(inFolder);
      else if (escaped !== undefined) this.#one(is(escaped));
      else if (set !== undefined) this.#one(isOf(set, not !== ''));
      else if (other === '?') this.#one(inFolder);
      else if (braces.has(index)) this.#brace(other);
      else if (other === ',' && this.#choices.length > 0) this.#nextChoice();
      else this.#one(is(other));
    }
    const end = this.#place(); // After all others.
    this.#lead(this.#end, end);
  }

  #place(takes?: Takes, ...next: number[]): number {
    return this.places.push({ takes, next }) - 1;
  }

  #lead(from: number, to: number): void {
    this.places[from]?.next.push(to);
  }

  #one(takes: Takes): void {
    const after = this.#place();
    this.#lead(this.#end, this.#place(takes, after));
    this.#end = after;
  }

  #many(takes: Takes): void {
    this.#lead(this.#end, this.#place(takes, this.#end));
    const after = this.#place();
    this.#lead(this.#end, after);
    this.#end = after;
  }

  /** Any folders, or none. */
  #folders(): void {
    this.#brace('{');
    this.#many(any);
    this.#one(is('/'));
    this.#nextChoice();
    this.#brace('}');
  }

  #brace(which: string): void {
    if (which === '{') {
      this.#choices.push({ before: this.#end, after: this.#place() });
      this.#choice();
      return;
    }
    const { after } = this.#choices.pop() ?? { after: this.#end };
    this.#lead(this.#end, after);
    this.#end = after;
  }

  #nextChoice(): void {
    const { after } = this.#choices.at(-1) ?? { after: this.#end };
    this.#lead(this.#end, after);
    this.#choice();
  }

  #choice(): void {
    const begin = this.#place();
    this.#lead(this.#choices.at(-1)?.before ?? this.#end, begin);
    this.#end = begin;
  }
}

function is(wanted: string): Takes {
  return (character) => character === wanted;
}

/** A set in brackets. The regular expression matches one character, so it has no alternatives to try. */
function isOf(set: string, isNot: boolean): Takes {
  const pattern = new RegExp(`^[${isNot ? '^/' : ''}${set.replace(/[\\[\]^&]/gu, String.raw`\$&`)}]$`, 'su');
  return (character) => pattern.test(character);
}

/** Places of braces that have a counterpart. Any other brace represents itself. */
function matchingBraces(glob: string): ReadonlySet<number> {
  const matching = new Set<number>();
  const open: number[] = [];
  for (const { groups = {}, index } of glob.matchAll(token)) {
    if (groups['other'] === '{') open.push(index);
    const start = groups['other'] === '}' ? open.pop() : undefined;
    if (start !== undefined) matching.add(start).add(index);
  }
  return matching;
}

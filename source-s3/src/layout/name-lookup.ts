// The column names of a file or catalog, for lookups of partition columns. There can be tens of thousands of names.
import { foldName } from './layout.ts';

/** Bound: the names, and an entry for each in two maps, which are made when first needed. */
export class NameLookup {
  readonly names: readonly string[];
  #places: Map<string, number> | undefined;
  #folded: Map<string, string> | undefined;

  constructor(names: readonly string[]) {
    this.names = names;
  }

  has(name: string): boolean {
    return this.placeOf(name) !== undefined;
  }

  /** The first place of the name in this spelling. */
  placeOf(name: string): number | undefined {
    this.#places ??= firstOf(this.names.map((own, place) => [own, place] as const));
    return this.#places.get(name);
  }

  /** The name in its spelling here: exact, or else ignoring case, because Hive's names ignore case. */
  find(name: string): string | undefined {
    if (this.has(name)) return name;
    this.#folded ??= firstOf(this.names.map((own) => [foldName(own), own] as const));
    return this.#folded.get(foldName(name));
  }
}

function firstOf<Value>(entries: readonly (readonly [string, Value])[]): Map<string, Value> {
  const first = new Map<string, Value>();
  for (const [key, value] of entries) if (!first.has(key)) first.set(key, value);
  return first;
}

// Which of the wanted columns the records of a JSON file have. It inspects only lines whose members differ from those of the
// previous line, and none once all columns were seen.
import type { JsonMembers } from './members/json-members.ts';

export class SeenColumns {
  readonly #members: JsonMembers;
  readonly #wanted: readonly string[];
  readonly #unseen: Set<number>;
  #shape = -1;
  #found: string[] = [];

  /** `wanted`: the names of the first members. */
  constructor(wanted: readonly string[], members: JsonMembers) {
    this.#members = members;
    this.#wanted = wanted;
    this.#unseen = new Set(wanted.keys());
  }

  /** The scanned line may have a column that was not seen. */
  get isDue(): boolean {
    return this.#unseen.size > 0 && this.#members.shape !== this.#shape;
  }

  look(): void {
    const { found, count, shape } = this.#members;
    this.#shape = shape;
    for (let place = 0; place < count; place++) {
      const name = found[place] ?? -1;
      if (this.#unseen.delete(name)) this.#found.push(this.#wanted[name] ?? '');
    }
  }

  /** Columns that were seen since the last call. */
  take(): readonly string[] {
    const found = this.#found;
    if (found.length > 0) this.#found = [];
    return found;
  }
}

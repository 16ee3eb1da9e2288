// Finds the fields of a published stream's records that are in none of its tables, so that nothing is dropped silently.
import { LETTER_N, QUOTE } from '@s3-connectors/common/json/ascii.ts';
import {
  skipColon,
  skipSpace,
  skipString,
  skipToNextMember,
  skipValue,
} from '@s3-connectors/common/json/json-bytes.ts';
import type { Envelope } from '@s3-connectors/common/records/envelope.ts';
import { parseJson } from '@s3-connectors/common/json/parse-json.ts';

const maxNames = 100;
/** Longer names are counted by their beginning. */
const maxNameLength = 100;

/** Bound: 100 names, in addition to those of the schema. */
export class DroppedFields {
  readonly #names: readonly string[];
  /** Numbers of the schema's fields among those that the scanner finds. `#isKept` and `#counts` have the same order. */
  readonly #slots: readonly number[];
  readonly #isKept: readonly boolean[];
  readonly #counts: number[];
  readonly #others = new Map<string, number>();

  /** `fields`: those that the scanner finds; `known`: those of the record's schema; `kept`: those that a table has. */
  constructor(fields: readonly string[], known: readonly string[], kept: ReadonlySet<string>) {
    this.#names = known;
    this.#slots = known.map((name) => fields.indexOf(name));
    this.#isKept = known.map((name) => kept.has(name));
    this.#counts = known.map(() => 0);
  }

  /** Hot path: a record with only fields of the schema costs a few comparisons. */
  see(bytes: Buffer, { dataStart, members, fieldStarts }: Envelope): void {
    let known = 0;
    for (let index = 0; index < this.#slots.length; index += 1) {
      const start = fieldStarts[this.#slots[index] as number] as number;
      if (start < 0) continue;
      known += 1;
      if (this.#isKept[index] !== true && bytes[start] !== LETTER_N)
        this.#counts[index] = (this.#counts[index] as number) + 1;
    }
    if (members > known) this.#note(bytes, dataStart);
  }

  /** The number of values that were not null, by the name of their field. */
  get counts(): Readonly<Record<string, number>> {
    const known = this.#names.map((name, index) => [name, this.#counts[index] as number] as const);
    return Object.fromEntries([...known.filter(([, count]) => count > 0), ...this.#others]);
  }

  #note(bytes: Buffer, dataStart: number): void {
    let at = skipSpace(bytes, dataStart + 1);
    while (bytes[at] === QUOTE) {
      const keyEnd = skipString(bytes, at);
      const value = skipColon(bytes, keyEnd);
      const name = String(parseJson(bytes.toString('utf8', at, keyEnd))).slice(0, maxNameLength);
      const count = this.#others.get(name);
      const fits = count !== undefined || this.#others.size < maxNames;
      if (fits && !this.#names.includes(name) && bytes[value] !== LETTER_N) this.#others.set(name, (count ?? 0) + 1);
      at = skipToNextMember(bytes, skipValue(bytes, value));
    }
  }
}

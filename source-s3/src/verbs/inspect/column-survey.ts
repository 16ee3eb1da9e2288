// The values of one partition column of a table: their number, their range, and what is odd about them. Pure.
import type { DeclaredType } from '../../layout/declared-column.ts';
import type { Partition } from '../../layout/layout.ts';
import { comparePartitions, sortKey } from '../../layout/partition-order.ts';

const maxValues = 10_000;

type ValueTwins = { readonly one: string; readonly other: string };

/** Bound: `maxValues` values. Beyond them only the range is updated. */
export class ColumnSurvey {
  readonly name: string;
  readonly type: DeclaredType;
  /** Files whose folders define the column. */
  files = 0;
  /** Files among them whose value is null. */
  nullFiles = 0;
  least: Partition | undefined;
  greatest: Partition | undefined;
  /** The first value that does not fit the declared type. */
  misfit: { readonly value: string; readonly key: string } | undefined;
  /** The first values that differ only in leading zeros. */
  twins: ValueTwins | undefined;
  readonly spellings: Set<string>;
  readonly #values = new Set<string>();
  readonly #plain = new Map<string, string>();
  #isNull = false;

  constructor(name: string, type: DeclaredType) {
    this.name = name;
    this.type = type;
    this.spellings = new Set([name]);
  }

  /** Distinct values seen, at most `maxValues`. */
  get values(): number {
    return this.#values.size;
  }

  /** There may be more values than were counted. */
  get isCut(): boolean {
    return this.#values.size >= maxValues;
  }

  /** A folder, whose files are counted by `countFile`. */
  see(partition: Partition, key: string): void {
    const { column, value } = partition;
    this.spellings.add(column);
    this.#isNull = value === null;
    if (value === null || this.#values.has(value)) return;
    if (sortKey(value, this.type) === undefined) {
      this.misfit ??= { value, key };
      return;
    }
    if (this.least === undefined || comparePartitions(partition, this.least, this.type, key) < 0)
      this.least = partition;
    if (this.greatest === undefined || comparePartitions(partition, this.greatest, this.type, key) > 0) {
      this.greatest = partition;
    }
    if (this.isCut) return;
    this.#values.add(value);
    const plain = value.replace(/(?<!\d)0+(?=\d)/gu, '');
    const twin = this.#plain.get(plain);
    if (twin === undefined) this.#plain.set(plain, value);
    else this.twins ??= { one: twin, other: value };
  }

  countFile(): void {
    this.files++;
    if (this.#isNull) this.nullFiles++;
  }
}

// Fields that a record of a published stream repeats. The last value counts. The row gets the earlier ones as earlier members, so that
// they become values of its `__json`, as in all other rows.
import { COMMA } from '@s3-connectors/common/json/ascii.ts';
import { skipColon, skipString, skipValue } from '@s3-connectors/common/json/json-bytes.ts';
import type { Envelope } from '@s3-connectors/common/records/envelope.ts';
import { RowBuffer } from '@s3-connectors/common/records/row-buffer.ts';

import { earlierTwins, keyText } from '../columns/fit/row-members.ts';
import { restName } from '../columns/types/field-type.ts';
import type { BatchTable } from '../tables/table.ts';
import { columnNames, keptFields } from './published-rows.ts';

export type PublishedConversion = keyof typeof keptFields;

/** As `RowBuffer` has a row. */
type MadeRow = { readonly memory: Buffer; readonly length: number };

const noMembers = Buffer.alloc(0);

export class EarlierMembers {
  /** The last walked record repeats a field. */
  #isRepeated = false;
  /** Of the current record, each with a comma after it. */
  #members: Buffer = noMembers;

  /** Call it after each walk. */
  walked({ isDoubtful }: Envelope): void {
    this.#isRepeated = isDoubtful;
  }

  /** The last walked record becomes rows of that table. @returns whether it has earlier members. */
  begin(
    conversion: PublishedConversion | undefined,
    table: BatchTable,
    bytes: Buffer,
    { dataStart }: Envelope,
  ): boolean {
    const isRepeated = this.#isRepeated && conversion !== undefined;
    this.#members = isRepeated ? earlierMembers(bytes, dataStart, conversion, table) : noMembers;
    return this.#members.length > 0;
  }

  /** The made row, which is not empty, after these members. */
  before(row: MadeRow): MadeRow {
    if (this.#members.length === 0) return row;
    const { memory, length } = row;
    const joined = Buffer.concat([memory.subarray(0, 1), this.#members, memory.subarray(1, length), lineEnd]);
    return { memory: joined, length: joined.length - lineEnd.length };
  }
}

const lineEnd = Buffer.from('\n');

/**
 * The members under the names of their columns. A field without a column gets a name that cannot become one. Fields that no table has
 * are skipped. The object at `start` is valid JSON.
 */
function earlierMembers(
  bytes: Uint8Array,
  start: number,
  conversion: PublishedConversion,
  { shape }: BatchTable,
): Buffer {
  const kept: readonly string[] = keptFields[conversion];
  const out = new RowBuffer();
  for (const key of earlierTwins(bytes, start)) {
    const keyEnd = skipString(bytes, key);
    const field = keyText(bytes, key, keyEnd);
    if (!kept.includes(field)) continue;
    const column = columnNames[conversion][field] ?? field;
    const isColumn = shape?.children.some(({ name, isNamed }) => isNamed && name === column) === true;
    const value = skipColon(bytes, keyEnd);
    out.text(`${JSON.stringify(isColumn ? column : field + restName)}:`);
    out.copy(bytes, value, skipValue(bytes, value));
    out.byte(COMMA);
  }
  return out.bytes;
}

// Makes the row of a record whose stream has partitions or Airbyte's columns, on bytes. Members that become folders are
// omitted. A value that a folder cannot express is stored as JSON text in `<field>__value`.
import { CLOSE_OBJECT, COMMA, OPEN_OBJECT, QUOTE } from '../../json/ascii.ts';
import { skipColon, skipSpace, skipString, skipToNextMember, skipValue } from '../../json/json-bytes.ts';
import { createNameIndex, indexOfName, type NameIndex } from '../../json/name-index.ts';
import type { Envelope } from '../../records/envelope.ts';
import { RowBuffer } from '../../records/row-buffer.ts';
import type { Rejection } from '../input/rejections.ts';
import { AirbyteColumns } from './airbyte-columns.ts';
import { PartitionValues } from './partition-values.ts';
import { besideName, replacedMembers, type PartitionField, type RowPlan } from './row-plan.ts';

type Part = PartitionField & {
  readonly values: PartitionValues;
  /** The number among the fields that the scanner finds. */
  readonly slot: number;
  /** `"country__value":`. */
  readonly sibling: Buffer;
  /** The number of the sibling's name in the index. */
  readonly siblingName: number;
};

/** Bound: the current row, and a few thousand values of each field. */
export class RowMaker {
  /** The last row that was made. */
  readonly out = new RowBuffer();
  /** The folders of the last row, with a slash at the end; "" for a stream without folders. */
  partition = '';
  readonly #parts: readonly Part[];
  readonly #columns: AirbyteColumns | undefined;
  readonly #names: NameIndex;
  /** Names in the index before this number are omitted from rows; the others are siblings. */
  readonly #replaced: number;
  /** Of the names that become folders, which come first: the number among the fields that the scanner finds. */
  readonly #folderSlots: readonly number[];
  readonly #folders: string[] = [];

  /** `fields`: those that the scanner finds. */
  constructor(plan: RowPlan, fields: readonly string[]) {
    const replaced = replacedMembers(plan);
    const siblings = plan.partitions.map(({ field }) => besideName(field));
    this.#replaced = replaced.length;
    this.#names = createNameIndex([...replaced, ...siblings]);
    this.#folderSlots = plan.partitions.filter(({ isDay }) => !isDay).map(({ field }) => fields.indexOf(field));
    this.#parts = plan.partitions.map((part, index) => ({
      ...part,
      values: new PartitionValues(part),
      slot: fields.indexOf(part.field),
      sibling: Buffer.from(`${JSON.stringify(siblings[index])}:`),
      siblingName: replaced.length + index,
    }));
    this.#columns = plan.metadata && new AirbyteColumns(plan.metadata);
  }

  /** Makes the row of a scanned record. @returns why it cannot. */
  make(bytes: Buffer, found: Envelope, nowMs: number): Rejection | undefined {
    const { out } = this;
    out.clear();
    out.byte(OPEN_OBJECT);
    this.#columns?.write(bytes, found, nowMs, out);
    const seen = this.#copyMembers(bytes, found);
    for (let index = 0; index < this.#parts.length; index += 1) {
      const { values, slot, sibling, siblingName, field } = this.#parts[index] as Part;
      const [start, end] = [found.fieldStarts[slot] as number, found.fieldEnds[slot] as number];
      const { folder, isLost } = values.of(bytes, start, end);
      if (this.#folders[index] !== folder) {
        this.#folders[index] = folder;
        this.partition = this.#folders.join('');
      }
      if (!isLost) continue;
      if ((seen & (1 << siblingName)) !== 0) return { reason: 'wrong_type', field };
      if (out.length > 1) out.byte(COMMA);
      out.copy(sibling, 0, sibling.length);
      out.quoted(bytes, start, end);
    }
    out.byte(CLOSE_OBJECT);
    return undefined;
  }

  /** A STATE reports the source's position. */
  passed(position: Uint8Array): void {
    this.#columns?.passed(position);
  }

  /** Whether the record has the partition field again after this value, and the later value is the folder. */
  #isRepeated(name: number, value: number, fieldStarts: Int32Array): boolean {
    const slot = this.#folderSlots[name];
    return slot !== undefined && fieldStarts[slot] !== value;
  }

  /** @returns a bit for each name of the index that the record has; there are at most ten. */
  #copyMembers(bytes: Buffer, { dataStart, fieldStarts }: Envelope): number {
    const { out } = this;
    let seen = 0;
    let at = skipSpace(bytes, dataStart + 1);
    while (bytes[at] === QUOTE) {
      const keyEnd = skipString(bytes, at);
      const value = skipColon(bytes, keyEnd);
      const end = skipValue(bytes, value);
      const name = indexOfName(this.#names, bytes, at + 1, keyEnd - 1);
      if (name >= 0) seen |= 1 << name;
      if (name < 0 || name >= this.#replaced || this.#isRepeated(name, value, fieldStarts)) {
        if (out.length > 1) out.byte(COMMA);
        out.copy(bytes, at, end);
      }
      at = skipToNextMember(bytes, end);
    }
    return seen;
  }
}

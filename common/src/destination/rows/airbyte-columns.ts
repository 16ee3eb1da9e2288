// The columns that Airbyte's own destinations add to each row. Source:
// https://docs.airbyte.com/understanding-airbyte/airbyte-metadata-fields
// Airbyte's `_airbyte_raw_id` is random. This one is made from the record and its place in the input, so that a replay repeats
// the row.
import { createHash } from 'node:crypto';

import { CLOSE_OBJECT, OPEN_ARRAY, OPEN_OBJECT, QUOTE } from '../../json/ascii.ts';
import { findMember, skipColon, skipString, skipToNextMember, skipValue, spells } from '../../json/json-bytes.ts';
import type { Envelope } from '../../records/envelope.ts';
import { emittedTime } from '../../records/record-times.ts';
import type { RowBuffer } from '../../records/row-buffer.ts';
import type { RowPlan } from './row-plan.ts';

const meta = Buffer.from('meta');
const uuidBytes = 16;

export class AirbyteColumns {
  readonly #plan: NonNullable<RowPlan['metadata']>;
  #position = beginPosition(Buffer.alloc(0));
  /** Records since the last position. */
  #count = 0;

  constructor(plan: NonNullable<RowPlan['metadata']>) {
    this.#plan = plan;
  }

  /** A STATE reports the source's position. */
  passed(position: Uint8Array): void {
    this.#position = beginPosition(position);
    this.#count = 0;
  }

  /** The first members of a row, without a comma after them. */
  write(bytes: Buffer, found: Envelope, nowMs: number, out: RowBuffer): void {
    const { extractedAt, generationId, syncId } = this.#plan;
    const emitted = emittedTime(bytes, found, nowMs);
    const time = extractedAt === 'ms' ? String(emitted) : `"${new Date(emitted).toISOString()}"`;
    out.text(`"_airbyte_raw_id":"${this.#rawId(bytes, found)}","_airbyte_extracted_at":${time}`);
    out.text(`,"_airbyte_generation_id":${generationId},"_airbyte_meta":{"sync_id":${syncId},"changes":`);
    const start = changesStart(bytes, found);
    if (start < 0) out.text('[]');
    else out.copy(bytes, start, skipValue(bytes, start));
    out.byte(CLOSE_OBJECT);
  }

  /** A UUID of version 8 (RFC 9562), made by this connector. */
  #rawId(bytes: Buffer, { dataStart, dataEnd }: Envelope): string {
    this.#count += 1;
    const content = this.#position.copy().update(`/${this.#count}/`).update(bytes.subarray(dataStart, dataEnd));
    const id = content.digest().subarray(0, uuidBytes);
    id[6] = ((id[6] as number) & 0x0f) | 0x80;
    id[8] = ((id[8] as number) & 0x3f) | 0x80;
    return id.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/u, '$1-$2-$3-$4-$5');
  }
}

function beginPosition(position: Uint8Array) {
  return createHash('sha256').update(position);
}

/**
 * The start of the record's list `meta.changes`, or -1. All writers that send it have it after the names or the data. A `meta`
 * that is the record's first member is ignored.
 */
function changesStart(bytes: Buffer, found: Envelope): number {
  const { dataStart, dataEnd, streamStart, streamEnd } = found;
  const after = streamStart >= 0 && streamStart < dataStart ? streamEnd : dataEnd;
  let at = skipToNextMember(bytes, after);
  while (bytes[at] === QUOTE) {
    const keyEnd = skipString(bytes, at);
    const value = skipColon(bytes, keyEnd);
    if (spells(bytes, at + 1, keyEnd - 1, meta) && bytes[value] === OPEN_OBJECT) {
      const changes = findMember(bytes, value, 'changes');
      return changes !== undefined && bytes[changes.valueStart] === OPEN_ARRAY ? changes.valueStart : -1;
    }
    at = skipToNextMember(bytes, value === dataStart ? dataEnd : skipValue(bytes, value));
  }
  return -1;
}

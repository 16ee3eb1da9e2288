// Avro blocks as RECORD lines.
import type { Log } from '@s3-connectors/common/protocol/log.ts';

import { unitBytes, type Place, type PlacedLines } from '../contract/format.ts';
import { InvalidRecords } from '../contract/invalid-records.ts';
import { LineBuilder } from '../../records/line-builder.ts';
import { AvroBytes, AvroDamage } from './avro-bytes.ts';
import type { AvroBlock } from './avro-blocks.ts';
import { inflateBlock, type Codec } from './avro-codec.ts';
import type { AvroRowWriter } from './avro-rows.ts';

export type AvroReading = {
  readonly key: string;
  readonly codec: Codec;
  readonly writer: AvroRowWriter;
  /** The blocks from `place` on. */
  readonly blocks: AsyncIterable<AvroBlock>;
  readonly place: Place;
  readonly invalidRecords: 'fail' | 'skip';
  readonly log: Log;
};

/** Rows of nothing but nulls take no bytes; more of them than this in a block are not believed. */
const maxEmptyRows = 1_000_000;

/**
 * A place's unit is the offset of a block, its rows are those of that block and of others behind it.
 * @throws AvroDamage with the reason; FILE_UNREADABLE naming a row that is no text, after the lines before it.
 */
export async function* avroLines(reading: AvroReading, signal: AbortSignal): AsyncGenerator<PlacedLines> {
  const { key, blocks, place, writer, invalidRecords, log } = reading;
  const out = new LineBuilder();
  const invalid = new InvalidRecords(key, invalidRecords, log);
  let { unit } = place;
  let done = 0;
  const take = (): PlacedLines => ({ ...out.take(), place: { unit, rows: done }, findings: writer.findings() });
  for await (const { start, rows, data } of blocks) {
    signal.throwIfAborted();
    if (start - unit >= unitBytes) {
      unit = start;
      done = 0;
    }
    const doneBefore = unit === place.unit ? Math.max(0, place.rows - done) : 0;
    if (rows <= doneBefore) {
      done += rows;
      continue;
    }
    const from = new AvroBytes(inflateBlock(data, reading.codec));
    if (rows > Math.max(from.bytes.length, maxEmptyRows)) throw new AvroDamage('a block has more rows than bytes');
    for (let row = 0; row < rows; row++) {
      writer.write(from, out);
      if (row < doneBefore) out.dropLine();
      else if (!out.endLine()) {
        if (invalidRecords === 'fail' && out.rows > 0) yield take();
        invalid.add(`row ${row + 1} of the block at byte ${start} holds text that is not UTF-8`);
      }
      done++;
      if (out.isReady) yield take();
    }
    if (!from.isAtEnd) throw new AvroDamage('a block holds more than its rows');
    if (out.rows > 0) yield take();
  }
  invalid.report();
}

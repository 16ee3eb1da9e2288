// Avro as a format: a file is read as a stream of blocks. A run can continue from any row of any block.
import type { ListedObject } from '@s3-connectors/common/s3/list.ts';

import type { Format, PlacedLines, Reading, SourceFile } from '../contract/format.ts';
import { openBytes, type ObjectBytes } from '../contract/object-bytes.ts';
import { placedLines, streamedUnit } from '../contract/placed-lines.ts';
import { unreadable } from '../contract/unreadable.ts';
import { namingOf } from '../../layout/file-name.ts';
import { AvroBlockRows } from './avro-block-rows.ts';
import { avroBlocks, readAvroHeader, type AvroBlock, type AvroHeader } from './avro-blocks.ts';
import { AvroDamage } from './avro-bytes.ts';
import { avroColumns } from './avro-columns.ts';
import { avroRowWriter } from './avro-rows.ts';

type OpenAvro = { readonly object: ListedObject; readonly header: AvroHeader; readonly from: ObjectBytes['from'] };

export function avroFormat({ invalidRecords }: { readonly invalidRecords: 'fail' | 'skip' }): Format {
  return {
    naming: namingOf('avro'),
    async open(reading, object, signal) {
      return sourceFile(reading, await open(reading, object, signal), invalidRecords);
    },
    async describe(reading, object, signal) {
      const { header } = await open(reading, object, signal);
      return { rows: undefined, compression: [header.codec], columns: avroColumns(header.schema) };
    },
  };
}

async function open({ s3 }: Reading, object: ListedObject, signal: AbortSignal): Promise<OpenAvro> {
  const { from } = await openBytes(s3, object, signal);
  try {
    return { object, header: await readAvroHeader(from(0, signal)), from };
  } catch (error) {
    throw asUnreadable(object, error);
  }
}

function sourceFile(
  { log, s3 }: Reading,
  { object, header, from }: OpenAvro,
  invalidRecords: 'fail' | 'skip',
): SourceFile {
  const { key } = object;
  const { schema, codec, marker } = header;
  return {
    object,
    columns: schema.fields.map(({ name }) => name),
    types: avroColumns(schema),
    rows: undefined,
    compression: [codec],
    *units(stopped) {
      const place = stopped ?? { unit: header.end, rows: 0 };
      yield streamedUnit((asked, signal) => {
        const rows = new AvroBlockRows(codec, avroRowWriter({ asked, schema, emittedAt: s3.clock.wall() }));
        const pieces = (start: number): AsyncIterable<AvroBlock> => avroBlocks(from(start, signal), { marker, start });
        const reading = { key, pieces, place, cutter: rows, writer: rows, invalidRecords, log };
        return described(object, placedLines({ ...reading, arePiecesWhole: true }, signal));
      });
    },
  };
}

/** Damage is reported for the object. */
async function* described(object: ListedObject, lines: AsyncGenerator<PlacedLines>): AsyncGenerator<PlacedLines> {
  try {
    yield* lines;
  } catch (error) {
    throw asUnreadable(object, error);
  }
}

function asUnreadable(object: ListedObject, error: unknown): unknown {
  return error instanceof AvroDamage ? unreadable(object, error.message, error) : error;
}

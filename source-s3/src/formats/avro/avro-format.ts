// Avro as a format: a file is read as a stream of blocks; a run goes on from any row of any block.
import type { ListedObject } from '@s3-connectors/common/s3/list.ts';
import { readRange, streamRange } from '@s3-connectors/common/s3/read.ts';

import type { Format, PlacedLines, Reading, SourceFile } from '../contract/format.ts';
import { unreadable } from '../contract/unreadable.ts';
import { avroBlocks, readAvroHeader, type AvroHeader } from './avro-blocks.ts';
import { AvroDamage } from './avro-bytes.ts';
import { avroColumns } from './avro-columns.ts';
import { avroLines, type AvroReading } from './avro-lines.ts';
import { avroRowWriter } from './avro-rows.ts';

const headBytes = 256 * 1024; // Small objects whole, with one request.

type OpenAvro = {
  readonly object: ListedObject;
  readonly header: AvroHeader;
  /** The object's bytes from an offset on. */
  readonly from: (offset: number, signal: AbortSignal) => AsyncGenerator<Uint8Array>;
};

export function avroFormat({ invalidRecords }: { readonly invalidRecords: 'fail' | 'skip' }): Format {
  return {
    naming: { extensions: ['avro'], compressible: false },
    async open(reading, object, signal) {
      return sourceFile(reading, await open(reading, object, signal), invalidRecords);
    },
    async describe(reading, object, signal) {
      const { header } = await open(reading, object, signal);
      return avroColumns(header.schema);
    },
  };
}

async function open({ s3 }: Reading, object: ListedObject, signal: AbortSignal): Promise<OpenAvro> {
  const { key, etag, size } = object;
  const head = await readRange(s3, { key, etag, start: 0, end: Math.min(size, headBytes) }, signal);
  const from: OpenAvro['from'] = async function* (start, stop) {
    if (start < head.length) yield head.subarray(start);
    yield* streamRange(s3, { key, etag, start: Math.max(start, head.length), end: size }, stop);
  };
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
    rows: undefined,
    compression: [codec],
    *units(stopped) {
      const place = stopped ?? { unit: header.end, rows: 0 };
      yield {
        fetch(asked) {
          const writer = avroRowWriter({ asked, schema, emittedAt: s3.clock.wall() });
          const lines = (signal: AbortSignal): AsyncGenerator<PlacedLines> => {
            const blocks = avroBlocks(from(place.unit, signal), { marker, start: place.unit });
            return described(object, { key, codec, writer, blocks, place, invalidRecords, log }, signal);
          };
          return Promise.resolve({ lines, [Symbol.asyncDispose]: () => Promise.resolve() });
        },
      };
    },
  };
}

/** What is damaged is said of the object. */
async function* described(
  object: ListedObject,
  reading: AvroReading,
  signal: AbortSignal,
): AsyncGenerator<PlacedLines> {
  try {
    yield* avroLines(reading, signal);
  } catch (error) {
    throw asUnreadable(object, error);
  }
}

function asUnreadable(object: ListedObject, error: unknown): unknown {
  return error instanceof AvroDamage ? unreadable(object, error.message, error) : error;
}

// JSON lines as a format: a file is one unit as far as fetching goes, read as a stream; a run goes on from any line of it.
import type { Column } from '@s3-connectors/common/columns/column-type.ts';
import { skipSpace } from '@s3-connectors/common/json/json-bytes.ts';
import type { ListedObject } from '@s3-connectors/common/s3/list.ts';

import type { Format, Reading, SourceFile } from '../contract/format.ts';
import { unreadable } from '../contract/unreadable.ts';
import { namingOf } from '../../layout/file-name.ts';
import { markBytes } from '../text/encoding.ts';
import { openText, type ObjectText } from '../text/object-text.ts';
import { placedLines, streamedUnit } from '../contract/placed-lines.ts';
import { JsonLines } from './json-lines.ts';
import { JsonMembers } from './json-members.ts';
import { JsonShape, TooManyNames } from './json-shape.ts';
import { jsonlWriter } from './jsonl-records.ts';

const sampleBytes = 8 * 1024 * 1024;

type Jsonl = { readonly invalidRecords: 'fail' | 'skip' };
type Sample = {
  /** Offset in the text behind the byte order mark. */
  readonly dataStart: number;
  readonly columns: readonly Column[];
  /** Bytes and lines that were looked at. */
  readonly bytes: number;
  readonly lines: number;
  /** Offset of the first line when none is a JSON object. */
  readonly noneSince: number | undefined;
};

export function jsonlFormat({ invalidRecords }: Jsonl): Format {
  return {
    naming: namingOf('jsonl'),
    async open(reading, object, signal) {
      const text = await openText(reading, { object, encoding: 'utf-8' }, signal);
      const sample = await look(text, { key: object.key, maxBytes: 1 }, signal);
      return sourceFile({ reading, object, text, sample, invalidRecords });
    },
    async describe(reading, object, signal) {
      const text = await openText(reading, { object, encoding: 'utf-8' }, signal);
      const sample = await look(text, { key: object.key, maxBytes: sampleBytes }, signal);
      const { columns, noneSince } = sample;
      if (noneSince !== undefined && invalidRecords === 'fail') {
        throw unreadable(object, `none of its first lines, from byte ${noneSince} on, is a JSON object`);
      }
      return { ...factsOf(object, text, sample), columns };
    },
  };
}

type OpenJsonl = {
  readonly reading: Reading;
  readonly object: ListedObject;
  readonly text: ObjectText;
  readonly sample: Sample;
  readonly invalidRecords: 'fail' | 'skip';
};

function factsOf({ size }: ListedObject, { compression }: ObjectText, { lines, bytes }: Sample) {
  const rows = compression === 'none' ? Math.ceil((size * lines) / Math.max(1, bytes)) : undefined;
  return { rows, compression: [compression] };
}

function sourceFile({ reading, object, text, sample, invalidRecords }: OpenJsonl): SourceFile {
  const { key } = object;
  return {
    object,
    columns: sample.columns.map(({ name }) => name),
    isSampled: true,
    ...factsOf(object, text, sample),
    *units(stopped) {
      const place = stopped ?? { unit: sample.dataStart, rows: 0 };
      yield streamedUnit((asked, signal) => {
        const cutter = new JsonLines({ key, origin: place.unit });
        const writer = jsonlWriter({ asked, emittedAt: reading.s3.clock.wall() }, cutter);
        const { log } = reading;
        return placedLines({ key, pieces: text.from, place, cutter, writer, invalidRecords, log }, signal);
      });
    },
  };
}

function addLine(shape: JsonShape, { bytes, from }: JsonLines, key: string): void {
  try {
    shape.add(bytes, skipSpace(bytes, from));
  } catch (error) {
    if (!(error instanceof TooManyNames)) throw error;
    throw unreadable({ key }, 'its lines have more than 20000 names, more than a table may have columns', error);
  }
}

/** The lines of the first pieces of text, until `maxBytes` are reached and there was a line. */
async function look(
  text: ObjectText,
  { key, maxBytes }: { readonly key: string; readonly maxBytes: number },
  signal: AbortSignal,
): Promise<Sample> {
  const shape = new JsonShape();
  const members = new JsonMembers([]);
  let cutter: JsonLines | undefined;
  let [dataStart, bytes, lines, objects] = [0, 0, 0, 0];
  let firstLine: number | undefined;
  const take = (cut: JsonLines): void => {
    while (cut.next()) {
      lines++;
      firstLine ??= cut.start;
      if (!members.scan(cut.bytes, cut.from, cut.to)) continue;
      addLine(shape, cut, key);
      objects++;
    }
  };
  for await (const piece of text.from(0, signal)) {
    if (cutter === undefined) {
      dataStart = markBytes(piece);
      cutter = new JsonLines({ key, origin: dataStart });
    }
    cutter.push(bytes === 0 ? piece.subarray(dataStart) : piece);
    bytes += piece.length;
    take(cutter);
    if (bytes >= maxBytes && lines > 0) break;
  }
  if (bytes < maxBytes || lines === 0) cutter?.finish();
  if (cutter !== undefined) take(cutter);
  return { dataStart, columns: shape.columns, bytes, lines, noneSince: objects === 0 ? firstLine : undefined };
}

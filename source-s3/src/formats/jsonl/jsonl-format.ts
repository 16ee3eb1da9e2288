// JSON as a format: lines, an array, or objects one after the other. A file is one unit as far as fetching goes, read as a
// stream; a run goes on from any record of it.
import type { ListedObject } from '@s3-connectors/common/s3/list.ts';

import type { Format, Reading, SourceFile } from '../contract/format.ts';
import { unreadable } from '../contract/unreadable.ts';
import { namingOf } from '../../layout/file-name.ts';
import { openText, type ObjectText } from '../text/object-text.ts';
import { placedLines, streamedUnit } from '../contract/placed-lines.ts';
import { cutterOf, sampleJson, type JsonSample } from './json-sample.ts';
import { jsonlWriter } from './jsonl-records.ts';

const sampleBytes = 8 * 1024 * 1024;

type Jsonl = { readonly invalidRecords: 'fail' | 'skip' };
export function jsonlFormat({ invalidRecords }: Jsonl): Format {
  return {
    naming: namingOf('jsonl'),
    async open(reading, object, signal) {
      const text = await openText(reading, { object, encoding: 'utf-8' }, signal);
      const sample = await sampleJson(text, { key: object.key, maxBytes: 1 }, signal);
      return sourceFile({ reading, object, text, sample, invalidRecords });
    },
    async describe(reading, object, signal) {
      const text = await openText(reading, { object, encoding: 'utf-8' }, signal);
      const sample = await sampleJson(text, { key: object.key, maxBytes: sampleBytes }, signal);
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
  readonly sample: JsonSample;
  readonly invalidRecords: 'fail' | 'skip';
};

function factsOf({ size }: ListedObject, { compression }: ObjectText, { records, bytes }: JsonSample) {
  const rows = compression === 'none' ? Math.ceil((size * records) / Math.max(1, bytes)) : undefined;
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
        const cutter = cutterOf(sample.form, { key, origin: place.unit, isInside: place.unit > sample.dataStart });
        const writer = jsonlWriter({ asked, emittedAt: reading.s3.clock.wall() }, cutter);
        const { log } = reading;
        return placedLines({ key, pieces: text.from, place, cutter, writer, invalidRecords, log }, signal);
      });
    },
  };
}

// JSON as a format: lines, an array, or objects one after another. A file is one unit for fetching, and is read as a stream. A run
// can continue from any record.
import type { ListedObject } from '@s3-connectors/common/s3/list.ts';

import type { Format, Reading, SourceFile } from '../contract/format.ts';
import { unreadable } from '../contract/unreadable.ts';
import { namingOf } from '../../layout/file-name.ts';
import { openText } from '../text/object-text.ts';
import { describeTexts, textBehind, textUnits } from '../text/text-units.ts';
import type { ObjectText } from '../text/readable-text.ts';
import { placedLines } from '../contract/placed-lines.ts';
import { cutterOf, sampleJson, type JsonSample } from './json-sample.ts';
import { jsonlWriter } from './jsonl-records.ts';

const sampleBytes = 8 * 1024 * 1024;

const naming = namingOf('jsonl');

type Jsonl = { readonly invalidRecords: 'fail' | 'skip' };
export function jsonlFormat({ invalidRecords }: Jsonl): Format {
  return {
    naming,
    async open(reading, object, signal) {
      const text = await openText(reading, { object, encoding: 'utf-8', naming }, signal);
      return sourceFile({ reading, object, text, invalidRecords }, signal);
    },
    async describe(reading, object, signal) {
      const text = await openText(reading, { object, encoding: 'utf-8', naming }, signal);
      return describeTexts(text, async (one) => {
        const sample = await sampleJson(one, { key: one.key, maxBytes: sampleBytes }, signal);
        const { columns, noneSince } = sample;
        if (noneSince !== undefined && invalidRecords === 'fail') {
          throw unreadable(one, `none of its first lines, from byte ${noneSince} on, is a JSON object`);
        }
        return { ...factsOf(object, one, sample), columns };
      });
    },
  };
}

type OpenJsonl = {
  readonly reading: Reading;
  readonly object: ListedObject;
  readonly text: ObjectText;
  readonly invalidRecords: 'fail' | 'skip';
};

function factsOf({ size }: ListedObject, { compression }: ObjectText, { records, bytes }: JsonSample) {
  const rows = compression === 'none' ? Math.ceil((size * records) / Math.max(1, bytes)) : undefined;
  return { rows, compression: [compression] };
}

async function sourceFile(opened: OpenJsonl, signal: AbortSignal): Promise<SourceFile> {
  const { reading, object, text, invalidRecords } = opened;
  const { key } = text;
  const sample = await sampleJson(text, { key, maxBytes: 1 }, signal);
  return {
    object,
    columns: sample.columns.map(({ name }) => name),
    isSampled: true,
    ...factsOf(object, text, sample),
    units(stopped) {
      return textUnits(text, { dataStart: sample.dataStart, stopped }, (place, asked, stop) => {
        const cutter = cutterOf(sample.form, { key, origin: place.unit, isInside: place.unit > sample.dataStart });
        const writer = jsonlWriter({ asked, emittedAt: reading.s3.clock.wall() }, cutter);
        const { log } = reading;
        return placedLines({ key, pieces: text.from, place, cutter, writer, invalidRecords, log }, stop);
      });
    },
    async next(stopped, stop) {
      const following = textBehind(text, stopped);
      return following && (await sourceFile({ ...opened, text: following }, stop));
    },
  };
}

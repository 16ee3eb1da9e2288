// CSV as a format: a file is one unit as far as fetching goes, read as a stream; a run goes on from any record of it.
import type { ColumnType } from '@s3-connectors/common/columns/column-type.ts';
import type { Log } from '@s3-connectors/common/protocol/log.ts';
import type { ListedObject } from '@s3-connectors/common/s3/list.ts';

import type { DeclaredType } from '../../layout/declared-column.ts';
import { namingOf } from '../../layout/file-name.ts';
import type { Description, Format, Reading, SourceFile } from '../contract/format.ts';
import { declaredColumnType } from '../../layout/partition-value.ts';
import { openText, type ObjectText } from '../text/object-text.ts';
import { placedLines, streamedUnit } from '../contract/placed-lines.ts';
import type { CsvOptions, Dialect } from '../../config/csv-config.ts';
import { readHead, type CsvHead } from './csv-head.ts';
import { nullTest, type NullTest } from './csv-field.ts';
import { csvWriter } from './csv-lines.ts';
import { CsvRecords } from './csv-records.ts';
import { delimiterByName, likelyDelimiter } from './delimiter.ts';
import { TypeGuess } from './csv-value.ts';

const sampleBytes = 1024 * 1024;

type Csv = { readonly options: CsvOptions; readonly invalidRecords: 'fail' | 'skip'; readonly table: string };
type OpenCsv = {
  readonly object: ListedObject;
  readonly text: ObjectText;
  readonly head: CsvHead;
  readonly dialect: Dialect;
};

export function csvFormat(csv: Csv): Format {
  let hasWarned = false;
  const open = async (reading: Reading, object: ListedObject, signal: AbortSignal): Promise<OpenCsv> => {
    const { options } = csv;
    const say: Log = (level, message) => {
      if (!hasWarned) reading.log(level, message); // Of many files with the same header the first is named.
      hasWarned = true;
    };
    const text = await openText(reading, { object, encoding: options.encoding }, signal);
    const { key } = object;
    const { dialect } = options;
    const head = await readHead(text.from(0, signal), { options, key, say });
    const likely = options.header ? likelyDelimiter(head.names) : undefined;
    const delimiter = delimiterByName(key, likely, dialect.delimiter);
    if (delimiter !== undefined) {
      const tabbed = { ...options, dialect: { ...dialect, delimiter } };
      const tabbedHead = await readHead(text.from(0, signal), { options: tabbed, key, say });
      return { object, text, head: tabbedHead, dialect: tabbed.dialect };
    }
    if (likely !== undefined) say('WARN', oneColumn(key, likely));
    return { object, text, head, dialect };
  };
  return {
    naming: namingOf('csv'),
    open: async (reading, object, signal) => sourceFile(csv, reading, await open(reading, object, signal)),
    describe: async (reading, object, signal) => describe(csv, await open(reading, object, signal), signal),
  };
}

function sourceFile(
  { options, invalidRecords, table }: Csv,
  { log, s3 }: Reading,
  { object, text, head, dialect }: OpenCsv,
): SourceFile {
  const { key } = object;
  return {
    object,
    columns: head.names,
    ...factsOf({ object, text, head }),
    *units(stopped) {
      const place = stopped ?? { unit: head.dataStart, rows: 0 };
      yield streamedUnit((asked, signal) => {
        const declared = (column: string): DeclaredType | undefined => options.typeOf(table, column);
        const cutter = new CsvRecords(dialect, { key, origin: place.unit, columns: head.names.length });
        const query = {
          asked,
          names: head.names,
          nullValues: options.nullValues,
          quotedNulls: options.quotedNulls,
          dialect,
          declared,
          emittedAt: s3.clock.wall(),
        };
        const writer = csvWriter(query, cutter);
        return placedLines({ key, pieces: text.from, place, cutter, writer, invalidRecords, log }, signal);
      });
    },
  };
}

/** Declared types, and those that the first MiB of text allows if they are to be inferred; all else is text. */
async function describe(
  { options, table }: Csv,
  { object, text, head, dialect }: OpenCsv,
  signal: AbortSignal,
): Promise<Description> {
  const guesses = head.names.map(() => new TypeGuess());
  if (options.inferTypes) {
    const place = { key: object.key, origin: head.dataStart, columns: head.names.length };
    const records = new CsvRecords(dialect, place);
    const isNull = nullTest({ ...options, dialect });
    let bytes = 0;
    for await (const piece of text.from(head.dataStart, signal)) {
      records.push(piece);
      look(records, guesses, isNull);
      bytes += piece.length;
      if (bytes >= sampleBytes) break;
    }
    if (bytes < sampleBytes) records.finish();
    look(records, guesses, isNull);
  }
  const columns = head.names.map((name, field) => {
    const kind = options.typeOf(table, name) ?? (options.inferTypes ? guesses[field]?.kind : 'string');
    const type: ColumnType = kind === undefined ? { kind: 'unknown' } : declaredColumnType(kind); // Other files decide.
    return { name, type };
  });
  return { ...factsOf({ object, text, head }), columns };
}

function factsOf({ object, text, head }: Omit<OpenCsv, 'dialect'>): Omit<Description, 'columns'> {
  const isPlain = text.compression === 'none';
  const rows = isPlain ? Math.ceil(object.size / head.lineBytes) : undefined;
  return { rows, compression: [text.compression], header: head.header };
}

function oneColumn(key: string, likely: string): string {
  const delimiter = likely === '\t' ? '\\t' : likely;
  return `The header of "${key}" is one column. If "${delimiter}" stands between its fields, set data_format.delimiter to that.`;
}

function look(records: CsvRecords, guesses: readonly TypeGuess[], isNull: NullTest): void {
  while (records.next()) {
    if (records.problem !== undefined || records.fields.count !== guesses.length) continue;
    const { starts, ends } = records.fields;
    for (const [field, guess] of guesses.entries()) {
      if (isNull(records.text.bytes, starts[field] ?? 0, ends[field] ?? 0)) continue;
      guess.see(Buffer.from(records.unescaped(field)).toString());
    }
  }
}

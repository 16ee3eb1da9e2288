// CSV as a format: a file is one unit for fetching, and is read as a stream. A run can continue from any record.
import { COMMA } from '@s3-connectors/common/json/ascii.ts';
import type { Log } from '@s3-connectors/common/protocol/log.ts';
import type { ListedObject } from '@s3-connectors/common/s3/list.ts';

import type { DeclaredType } from '../../layout/declared-column.ts';
import { namingOf } from '../../layout/file-name.ts';
import type { Description, Format, Reading, SourceFile } from '../contract/format.ts';
import { declaredColumnType } from '../../layout/partition-value.ts';
import { openText } from '../text/object-text.ts';
import type { ObjectText } from '../text/readable-text.ts';
import { describeTexts, textBehind, textUnits } from '../text/text-units.ts';
import { placedLines } from '../contract/placed-lines.ts';
import type { CsvOptions, Dialect } from '../../config/csv-config.ts';
import { readHead, type CsvHead } from './csv-head.ts';
import { nullTest } from './csv-field.ts';
import { csvWriter } from './csv-lines.ts';
import { CsvRecords } from './csv-records.ts';
import { seeRecords, TypeGuess } from './csv-value.ts';

const sampleBytes = 1024 * 1024;
/** The most warnings about the beginnings of files. */
const mostSaid = 10;

const naming = namingOf('csv');

type Csv = { readonly options: CsvOptions; readonly invalidRecords: 'fail' | 'skip'; readonly table: string };
type CsvText = { readonly object: ListedObject; readonly text: ObjectText };
type OpenCsv = CsvText & {
  readonly head: CsvHead;
  readonly dialect: Dialect;
};

export function csvFormat(csv: Csv): Format {
  const said = new Set<string>();
  const { options } = csv;
  const open = async ({ log }: Reading, { object, text }: CsvText, signal: AbortSignal): Promise<OpenCsv> => {
    const { key } = text;
    const say: Log = (level, message) => {
      const what = message.replaceAll(key, '');
      if (said.size >= mostSaid || said.has(what)) return; // Among many files with the same header only the first is named.
      said.add(what);
      log(level, message);
    };
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
  const textOf = (reading: Reading, object: ListedObject, signal: AbortSignal): Promise<ObjectText> =>
    openText(reading, { object, encoding: options.encoding, naming }, signal);
  const fileOf = async (reading: Reading, of: CsvText, signal: AbortSignal): Promise<SourceFile> => {
    const file = sourceFile(csv, reading, await open(reading, of, signal));
    return {
      ...file,
      async next(stopped, stop) {
        const text = textBehind(of.text, stopped);
        return text && (await fileOf(reading, { ...of, text }, stop));
      },
    };
  };
  return {
    naming,
    open: async (reading, object, signal) =>
      fileOf(reading, { object, text: await textOf(reading, object, signal) }, signal),
    describe: async (reading, object, signal) =>
      describeTexts(await textOf(reading, object, signal), async (text) =>
        describe(csv, await open(reading, { object, text }, signal), signal),
      ),
  };
}

function sourceFile(
  { options, invalidRecords, table }: Csv,
  { log, s3 }: Reading,
  { object, text, head, dialect }: OpenCsv,
): SourceFile {
  const { key } = text;
  return {
    object,
    columns: head.names,
    ...factsOf({ object, text, head }),
    units(stopped) {
      return textUnits(text, { dataStart: head.dataStart, stopped }, (place, asked, signal) => {
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

/** Declared types, and inferred ones, if wanted, that the first MiB of text allows. Everything else is text. */
async function describe(
  { options, table }: Csv,
  { object, text, head, dialect }: OpenCsv,
  signal: AbortSignal,
): Promise<Description> {
  const guesses = head.names.map(() => new TypeGuess());
  if (options.inferTypes) {
    const place = { key: text.key, origin: head.dataStart, columns: head.names.length };
    const records = new CsvRecords(dialect, place);
    const isNull = nullTest({ ...options, dialect });
    let bytes = 0;
    for await (const piece of text.from(head.dataStart, signal)) {
      records.push(piece);
      seeRecords(records, guesses, isNull);
      bytes += piece.length;
      if (bytes >= sampleBytes) break;
    }
    if (bytes < sampleBytes) records.finish();
    seeRecords(records, guesses, isNull);
  }
  const columns = head.names.map((name, field) => {
    const declared = options.typeOf(table, name) ?? (options.inferTypes ? undefined : 'string');
    const type = declared === undefined ? guesses[field]?.columnType : declaredColumnType(declared);
    return { name, type: type ?? { kind: 'unknown' } };
  });
  return { ...factsOf({ object, text, head }), columns };
}

function factsOf({ object, text, head }: Omit<OpenCsv, 'dialect'>): Omit<Description, 'columns'> {
  const isPlain = text.compression === 'none';
  const rows = isPlain ? Math.ceil(object.size / head.lineBytes) : undefined;
  return { rows, compression: [text.compression], header: head.header };
}

/** A header of one column with one of these: the file probably has another delimiter than the configured one. */
const candidates = ['\t', ';', '|', ','];

/** The delimiter that would divide the only column's name. Undefined if there are several columns, or no delimiter would. */
function likelyDelimiter(names: readonly string[]): string | undefined {
  const [only = '', ...others] = names;
  return others.length > 0 ? undefined : candidates.find((delimiter) => only.includes(delimiter));
}

const byExtension = [
  ['\t', /\.(?:tsv|tab)\d*(?:\.\w+)*$/iu],
  ['|', /\.psv\d*(?:\.\w+)*$/iu],
] as const;

/** `.tsv` means tab and `.psv` a bar, if the header confirms it and the config has the default delimiter. */
function delimiterByName(key: string, likely: string | undefined, configured: number): number | undefined {
  if (configured !== COMMA) return undefined;
  return byExtension.find(([delimiter, name]) => delimiter === likely && name.test(key))?.[0].charCodeAt(0);
}

function oneColumn(key: string, likely: string): string {
  const delimiter = likely === '\t' ? '\\t' : likely;
  return `The header of "${key}" is one column. If "${delimiter}" separates its fields, set data_format.delimiter to that.`;
}

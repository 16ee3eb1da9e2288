// The beginning of a CSV file: its columns, and where its records begin.
import { countOf } from '@s3-connectors/common/program/text-layout.ts';
import { isUtf8 } from 'node:buffer';

import { NEWLINE } from '@s3-connectors/common/json/ascii.ts';
import type { Log } from '@s3-connectors/common/protocol/log.ts';

import type { TextHeader } from '../../columns/header-drift.ts';
import { unreadable } from '../contract/unreadable.ts';
import { markBytes } from '../text/encoding.ts';
import type { CsvOptions } from '../../config/csv-config.ts';
import { CsvRecords } from './csv-records.ts';
import { isLikeData } from './header-doubt.ts';

export type CsvHead = {
  /** Unique. Empty if the file has no record. */
  readonly names: readonly string[];
  /** Offset in the text after the header. */
  readonly dataStart: number;
  /** Bytes per line in the first piece. */
  readonly lineBytes: number;
  readonly header: TextHeader;
};

const counted: TextHeader = { names: 'counted', isLikeData: false };
const given: TextHeader = { names: 'given', isLikeData: false };

/** Reads no more of the text than it needs. @throws FILE_UNREADABLE if the header is not well formed. */
export async function readHead(
  text: AsyncIterable<Uint8Array>,
  { options, key, say }: { readonly options: CsvOptions; readonly key: string; readonly say: Log },
): Promise<CsvHead> {
  const records = new CsvRecords(options.dialect, {
    key,
    origin: 0,
    columns: options.header ? 0 : (options.columnNames?.length ?? Number(options.dialect.lineEnd === 'newline')),
  });
  let head: CsvHead | undefined;
  let skipped = 0;
  let linesLeft = options.skipLines;
  let lineBytes: number | undefined;
  for await (const piece of text) {
    if (head !== undefined) return piece[0] === NEWLINE ? { ...head, dataStart: head.dataStart + 1 } : head;
    let start = lineBytes === undefined ? markBytes(piece) : 0;
    lineBytes ??= averageLine(piece);
    while (linesLeft > 0 && start < piece.length) {
      const end = piece.indexOf(NEWLINE, start);
      start = end === -1 ? piece.length : end + 1;
      if (end !== -1) linesLeft--;
    }
    skipped += start;
    if (start === piece.length) continue;
    records.push(piece.subarray(start));
    if (records.next()) head = headOf(records, skipped, lineBytes, { options, key, say });
    if (head !== undefined && !(options.header && records.isCutAtReturn)) return head;
  }
  if (head !== undefined) return head;
  records.finish();
  if (records.next()) return headOf(records, skipped, lineBytes ?? 1, { options, key, say });
  if (skipped > 0 && options.skipLines > 0) {
    const lines = countOf(options.skipLines, 'line');
    say(
      'WARN',
      `"${key}" has no row after the ${lines} that data_format.skip_rows skips, so nothing of it is read. If that is wrong, lower skip_rows.`,
    );
  }
  return { names: options.columnNames ?? [], dataStart: skipped, lineBytes: lineBytes ?? 1, header: given };
}

function headOf(
  records: CsvRecords,
  skipped: number,
  lineBytes: number,
  { options, key, say }: { readonly options: CsvOptions; readonly key: string; readonly say: Log },
): CsvHead {
  const { header, columnNames } = options;
  refuseOthers(records, { key, header });
  // In a file of one column, blank lines above the first value are rows.
  const rowsStart = (columnNames?.length ?? records.fields.count) === 1 ? 0 : records.start;
  const dataStart = skipped + (header ? records.lineEnd : rowsStart);
  if (columnNames !== undefined) return { names: columnNames, dataStart, lineBytes, header: given };
  if (records.fields.count > mostColumns) {
    throw unreadable({ key }, `its header has ${records.fields.count} columns, and the limit is ${mostColumns}`);
  }
  const places = Array.from({ length: records.fields.count }, (_, field) => field);
  if (!header) return { names: places.map((field) => `column_${field + 1}`), dataStart, lineBytes, header: counted };
  if (records.problem !== undefined) throw unreadable({ key }, `its header ${records.problem}`);
  const found = places.map((field) => Buffer.from(records.unescaped(field)).toString());
  const names = uniqueNames(found);
  const renamed = places.filter((field) => found[field] !== names[field]);
  if (renamed.length > 0) {
    // By place, because the names in a file without a header are values.
    const shown = renamed.slice(0, mostTold).map((field) => String(field + 1));
    if (renamed.length > mostTold) shown.push(`and ${renamed.length - mostTold} more`);
    say(
      'WARN',
      `The header of "${key}" has repeated or empty names. These columns get a name with a number: ${shown.join(', ')}.`,
    );
  }
  return { names, dataStart, lineBytes, header: { names: 'record', isLikeData: isLikeData(found, records) } };
}

/** As many as in other formats. */
const mostColumns = 20_000;
/** The most names in a warning. */
const mostTold = 10;

/** An error page of a server, stored instead of the file. If it has one line, it would look like a header without rows. */
const markup = /^\s*<(?:!doctype|html|\?xml)\b/iu;

/** JSON, one value or several, on one line or more. No header begins like this, although a value may. */
const jsonHeader = /^\s*(?:\{\s*(?:["}]|$)|\[\s*(?:\{|$))/u;

/** The first record shows whether the file is not CSV, or is text that needs other settings. */
function refuseOthers(records: CsvRecords, { key, header }: { readonly key: string; readonly header: boolean }): void {
  const first = records.record;
  if (first.includes(0))
    throw unreadable({ key }, 'it is not text, or it is UTF-16 text, which "encoding" does not name');
  if (!isUtf8(first)) throw unreadable({ key }, 'it is not UTF-8 text; set "encoding" if it has another encoding');
  const text = Buffer.from(first).toString('latin1');
  if (markup.test(text)) throw unreadable({ key }, 'it is a page of HTML or XML');
  if (header && jsonHeader.test(text)) throw unreadable({ key }, 'it is JSON, which data_format.format "jsonl" reads');
}

/** The second column of a name gets `_2` and so on. A column without a name is called `column_` and its place. */
export function uniqueNames(found: readonly string[]): readonly string[] {
  const taken = new Set(found);
  const used = new Set<string>();
  const counts = new Map<string, number>();
  return found.map((name, place) => {
    let unique = name;
    let count = counts.get(name) ?? 2; // From where the last one of the name stopped, because thousands may have it.
    for (; unique === '' || used.has(unique) || (unique !== name && taken.has(unique)); count++) {
      unique =
        name === '' && count === 2 ? `column_${place + 1}` : `${name === '' ? `column_${place + 1}` : name}_${count}`;
    }
    if (name !== '') counts.set(name, count);
    used.add(unique);
    return unique;
  });
}

function averageLine(piece: Uint8Array): number {
  let lines = 0;
  for (let at = piece.indexOf(NEWLINE); at !== -1; at = piece.indexOf(NEWLINE, at + 1)) lines++;
  return piece.length / Math.max(1, lines);
}

// The log of Spark's streaming file sink, `<table>/_spark_metadata/`: the files that belong to complete batches. There is a file
// for each batch, `12`, and every tenth one, `19.compact`, replaces all before it. Each has a version, then a JSON object for each
// file.
// https://github.com/apache/spark/blob/v3.5.6/sql/core/src/main/scala/org/apache/spark/sql/execution/streaming/FileStreamSinkLog.scala
import { hash } from 'node:crypto';

import { parseJson } from '@s3-connectors/common/json/parse-json.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { S3 } from '@s3-connectors/common/s3/connection/client.ts';
import { archiveClasses, listPages, type ListedObject, type ListPage } from '@s3-connectors/common/s3/list.ts';
import { streamRange } from '@s3-connectors/common/s3/read.ts';
import { doubled } from '@s3-connectors/common/streams/grown-buffer.ts';
import { mapConcurrent } from '@s3-connectors/common/streams/map-concurrent.ts';

const folder = '_spark_metadata/';
const batchesAtOnce = 4;
const version = 'v1';
const mostLineLength = 64 * 1024;

/** A log that cannot be used. Its text is for people, and names the file. */
class BrokenLog extends Error {}

export type SparkLog = {
  /** For a path below the table. Without a usable log all are committed. */
  readonly isCommitted: (path: string) => boolean;
  /** Why the log is not used. */
  readonly problem?: string;
};

/** Undefined if there is no log. Bound: 16 bytes for each file of the table. */
export async function readSparkLog(s3: S3, prefix: string, signal: AbortSignal): Promise<SparkLog | undefined> {
  for (let attempt = 1; ; attempt++) {
    const files = await Array.fromAsync(listPages(s3, { prefix: prefix + folder }, signal));
    const objects = files.flatMap((page) => page.objects);
    if (objects.length === 0) return undefined;
    try {
      const committed = new Paths();
      const read = (batch: ListedObject, stop: AbortSignal) => readBatch(s3, { batch, prefix, committed }, stop);
      await Array.fromAsync(mapConcurrent(batchesOf(objects), batchesAtOnce, read, signal));
      committed.sort();
      return { isCommitted: (path) => committed.has(path) };
    } catch (error) {
      if (error instanceof BrokenLog) return { isCommitted: () => true, problem: error.message };
      // Spark replaces the batches of a compact file, and deletes them.
      const isChanged = error instanceof ConnectorError && error.code === 'S3_OBJECT_CHANGED';
      if (!isChanged || attempt > 2) throw error;
    }
  }
}

/** For a folder below the table: its log is not used. */
export function isDeeperLog(path: string): boolean {
  return path.includes(`/${folder}`);
}

/** For people. */
export function* sparkRemarks(
  log: SparkLog | undefined,
  { hasDeeperLog, isAllUncommitted }: { readonly hasDeeperLog: boolean; readonly isAllUncommitted: boolean },
): Generator<string> {
  const then = 'All data files are read, and those of a batch that failed and was tried again repeat its rows';
  if (log?.problem !== undefined) {
    yield `the log of Spark's streaming sink, "${folder}", cannot be used: ${log.problem}. ${then}`;
  } else if (log === undefined && hasDeeperLog) {
    yield `a folder below the table has a log of Spark's streaming sink, "${folder}", which is used only directly below a table. ${then}. If each such folder is a table, give the path above them as the schema prefix`;
  }
  if (isAllUncommitted) {
    yield `none of its files is in the log of Spark's streaming sink, "${folder}", so none is read. If another program wrote them, delete that folder`;
  }
}

/**
 * Passes on the pages of a table's own folder, in the order of their names. Calls `found` before the first page if there is a log,
 * or if two pages do not show it.
 */
export async function* behindLog(
  pages: AsyncIterable<ListPage>,
  prefix: string,
  found: () => Promise<void>,
): AsyncGenerator<ListPage> {
  const log = prefix + folder;
  const held: ListPage[] = [];
  let isKnown = false;
  for await (const page of pages) {
    held.push(page);
    if (!isKnown) {
      const keys = [page.objects.at(-1)?.key, page.folders.at(-1)];
      const isMet = page.folders.includes(log) || page.objects.some(({ key }) => key.startsWith(log));
      const isPast = !isMet && keys.some((key) => key !== undefined && key > log);
      if (!isMet && !isPast && held.length < 2) continue;
      if (!isPast) await found();
      isKnown = true;
    }
    yield* held.splice(0);
  }
  yield* held;
}

/** The newest compact file and the batches after it. @throws BrokenLog for a missing or archived batch. */
function batchesOf(objects: readonly ListedObject[]): readonly ListedObject[] {
  const batches = new Map<number, ListedObject>();
  let first = 0;
  let last = -1;
  for (const object of objects) {
    const { id, compact } = /\/(?<id>\d{1,15})(?<compact>\.compact)?$/u.exec(object.key)?.groups ?? {};
    if (id === undefined) continue;
    const batch = Number(id);
    last = Math.max(last, batch);
    if (compact !== undefined) first = Math.max(first, batch);
    if (compact !== undefined || !batches.has(batch)) batches.set(batch, object);
  }
  if (last < 0) throw new BrokenLog('no file in it is a batch');
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const batch = batches.get(first + index);
    if (batch === undefined) throw new BrokenLog(`the file "${first + index}" in it is missing`);
    const isArchived = archiveClasses.has(batch.storageClass ?? '') && batch.restored !== true;
    if (isArchived) throw new BrokenLog(`"${batch.key}" is in an archive storage class`);
    return batch;
  });
}

/** Takes the lines of a batch; the first line is the version. @throws BrokenLog for anything that Spark does not write. */
async function readBatch(
  s3: S3,
  { batch: { key, etag, size }, prefix, committed }: { batch: ListedObject; prefix: string; committed: Paths },
  signal: AbortSignal,
): Promise<void> {
  let isFirst = true;
  for await (const line of linesOf(streamRange(s3, { key, etag, start: 0, end: size }, signal))) {
    const isTaken = isFirst ? line === version : committed.take(line, prefix);
    if (!isTaken) throw new BrokenLog(`"${key}" is damaged, or of a version that is not known`);
    isFirst = false;
  }
  if (isFirst) throw new BrokenLog(`"${key}" is empty`);
}

/** The last line needs no end. Bound: a piece, and a line up to the longest length. */
async function* linesOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const piece of pieces) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
    if (rest.length > mostLineLength) break; // Not a line of Spark's: what is cut here is not JSON.
  }
  if (rest !== '') yield rest;
}

/** The path below the table in a line of the log. Undefined for any other line. */
export function entryOf(line: string, prefix: string): { readonly path: string; readonly action: string } | undefined {
  try {
    const { path: uri, action } = parseJson(line) as { readonly path: string; readonly action: string };
    const key = decodeURIComponent(uri.replace(/^[a-z][\w+.-]*:(?:\/\/[^/]*)?(?=\/)/iu, '')).slice(1);
    if (key.startsWith(prefix)) return { path: key.slice(prefix.length), action };
    // The table was moved. Spark writes into the table's folder itself or into partition folders.
    const [path = key] = /(?:[^/=]+=[^/]*\/)*[^/]*$/u.exec(key) ?? [];
    return { path, action };
  } catch {
    return undefined;
  }
}

/** A set of paths, each as the number of its hash. Two of ten million share one in about one of a hundred cases. */
class Paths {
  #prints = new Float64Array(1024);
  #length = 0;
  readonly #deleted = new Set<number>();

  /** False if the line is not of the log. */
  take(line: string, prefix: string): boolean {
    const entry = entryOf(line, prefix);
    if (entry === undefined) return false;
    const print = printOf(entry.path);
    if (entry.action === 'delete') this.#deleted.add(print);
    else this.#add(print);
    return true;
  }

  #add(print: number): void {
    if (this.#length === this.#prints.length) this.#prints = doubled(this.#prints);
    this.#prints[this.#length++] = print;
  }

  /** Call it once all are taken. */
  sort(): void {
    this.#prints = this.#prints.subarray(0, this.#length).sort();
  }

  has(path: string): boolean {
    const print = printOf(path);
    let [low, high] = [0, this.#length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#prints[middle] ?? 0) < print) low = middle + 1;
      else high = middle;
    }
    return this.#prints[low] === print && low < this.#length && !this.#deleted.has(print);
  }
}

const printDigits = 13;

function printOf(path: string): number {
  return Number.parseInt(hash('sha256', path, 'hex').slice(0, printDigits), 16);
}

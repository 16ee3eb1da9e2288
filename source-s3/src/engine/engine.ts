// DuckDB as the decoder of one stream's files. Each stream has its own instance, because a bad file can end an instance. It has one
// thread, so that rows come in the file's order; it loads and caches nothing from outside, and is locked in its own folder.
import { join } from 'node:path';

import { DuckDBInstance, type DuckDBConnection, type DuckDBType } from '@duckdb/node-api';

import { engineFailure } from '@s3-connectors/common/engine/engine-failure.ts';
import { closedEngine, lockSql } from '@s3-connectors/common/engine/engine-lock.ts';
import { literal } from '@s3-connectors/common/columns/sql.ts';
import type { TempFolder } from '@s3-connectors/common/local-disk/temp-folder.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

import type { LineQuery } from '../records/record-sql.ts';
import { interruptible, type Interruptible } from './interruptible.ts';
import type { Lines } from '../records/line-buffer.ts';
import { lineEndOption } from '../records/line-ends.ts';
import { openLinePipe, type LinePipe } from './line-pipe.ts';

export type Engine = AsyncDisposable & {
  /** Rows of a small result as plain objects; 64-bit numbers are bigint. If a signal is given, an abort interrupts the query. */
  rows(sql: string, signal?: AbortSignal): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Names and types of a query's columns. The query is bound and not run. */
  columns(sql: string): Promise<readonly { readonly name: string; readonly type: DuckDBType }[]>;
  /** Runs a statement to its end. An abort interrupts it. */
  run(sql: string, signal: AbortSignal): Promise<void>;
  /** Sets the memory of queries from now on, at least that of `openEngine`. Gives the system what is free of all engines' memory. */
  limitMemory(bytes: number): Promise<void>;
  /**
   * Runs a query and yields its rows as lines, in order, while it runs. If the query fails, the lines before that are complete
   * rows.
   */
  lines(query: LineQuery, signal: AbortSignal): AsyncGenerator<Lines>;
};

let opened = 0;

/** Files that the engine reads, and the pipe, are in `folder`. Bound: `memoryBytes` for the engine. */
export async function openEngine(folder: TempFolder, memoryBytes: number): Promise<Engine> {
  const number = opened++;
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '1',
    memory_limit: memoryLimit(memoryBytes),
    temp_directory: join(folder.path, `engine-${number}`), // The names of its files are the same in every engine.
    allocator_bulk_deallocation_flush_threshold: '16MiB', // Large pages go back to the system. Otherwise they add up.
    enable_external_file_cache: 'false', // Our sparse files change under the same name, and nothing is read twice anyway.
    // Files may contain wrong least and greatest values. An optimizer must not remove a guard of a conversion because of them.
    disabled_optimizers: 'statistics_propagation',
    ...closedEngine,
  });
  const metadata = await instance.connect();
  for (const sql of lockSql({ directory: folder.path, changeable: ['memory_limit'] })) await metadata.run(sql);
  const decoding = await instance.connect();
  const attempt = <T>(work: () => Promise<T>): Promise<T> => attemptIn(folder, work);
  const queries = interruptible(() => decoding.interrupt());
  const { interrupt } = queries;
  let pipe: LinePipe | undefined;
  const ask = <T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> =>
    untilAborted(queries, () => attempt(work), signal);
  return {
    rows: (sql, signal) => {
      if (signal === undefined) return attempt(async () => (await metadata.runAndReadAll(sql)).getRowObjectsJS());
      return ask(async () => (await decoding.runAndReadAll(sql)).getRowObjectsJS(), signal);
    },
    columns: (sql) => attempt(async () => columnsOf(metadata, sql)),
    run: async (sql, signal) => void (await ask(() => decoding.run(sql), signal)),
    async limitMemory(bytes) {
      await metadata.run(`SET memory_limit = '${memoryLimit(Math.max(bytes, memoryBytes))}'`);
    },
    async *lines(query, signal) {
      const copyTo = copySql(query);
      pipe ??= await folder.use(() => openLinePipe(join(folder.path, `lines-${number}.fifo`)));
      const copy = (target: string) => attempt(async () => void (await decoding.run(copyTo(target))));
      const write = (target: string): Promise<void> => queries.run(() => copy(target));
      yield* pipe.lines({ before: query.before, write, interrupt }, signal);
    },
    async [Symbol.asyncDispose]() {
      await pipe?.[Symbol.asyncDispose]();
      if (queries.isStuck) return; // Closing it would wait for the query.
      for (const connection of [metadata, decoding]) connection.closeSync();
      instance.closeSync();
    },
  };
}

async function untilAborted<T>(
  { run, interrupt }: Interruptible,
  work: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  signal.throwIfAborted();
  signal.addEventListener('abort', interrupt);
  try {
    return await run(work);
  } catch (error) {
    signal.throwIfAborted(); // An interrupted query fails too. The reason for the interruption is more useful.
    throw error;
  } finally {
    signal.removeEventListener('abort', interrupt);
  }
}

function memoryLimit(bytes: number): string {
  return `${Math.floor(bytes / 1024 / 1024)}MiB`;
}

async function columnsOf(connection: DuckDBConnection, sql: string): Promise<{ name: string; type: DuckDBType }[]> {
  const result = await connection.run(`SELECT * FROM (${sql}) LIMIT 0`);
  const types = result.columnTypes();
  return result.columnNames().flatMap((name, index) => {
    const type = types[index];
    return type === undefined ? [] : [{ name, type }];
  });
}

/**
 * Raw text: a delimiter and a quote that JSON never contains unescaped, so that the writer changes no value. FORCE_QUOTE keeps the writer
 * from looking at each byte for what needs a quote; the quote that it then writes is empty.
 */
function copySql({ sql, ...ends }: LineQuery): (target: string) => string {
  const raw =
    "FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\u0001', NULLSTR '', FORCE_QUOTE *, USE_TMP_FILE false";
  const options = `${raw}, ${lineEndOption(ends)}`;
  return (target) => `COPY (${sql}) TO ${literal(target)} (${options})`;
}

/** The engine's failures in our own words, because its texts quote rows. */
async function attemptIn<T>(folder: TempFolder, work: () => Promise<T>): Promise<T> {
  try {
    return await folder.use(work);
  } catch (error) {
    throw error instanceof ConnectorError ? error : engineError(error);
  }
}

function engineError(cause: unknown): ConnectorError {
  const { kind, reason } = engineFailure(cause);
  switch (kind) {
    case 'memory': {
      const advice = 'one of its values or pages needs more memory than there is. Raise max_memory_mb';
      return new ConnectorError('ENGINE_MEMORY_EXCEEDED', advice, { details: reason, cause });
    }
    case 'data':
      return new ConnectorError('FILE_UNREADABLE', reason, { cause });
    default:
      return new ConnectorError('ENGINE_FAILED', reason, { cause });
  }
}

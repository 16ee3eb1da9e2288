// DuckDB as the decoder of one stream's files: an instance of its own (one bad file can end a whole instance), one thread
// (rows come in the file's order), nothing loaded or cached from outside, and locked in its own folder.
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
  /** Rows of a small result as plain objects; 64-bit numbers are bigint. An abort interrupts it where a signal is given. */
  rows(sql: string, signal?: AbortSignal): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Names and types of a query's columns; the query isn't run beyond its binding. */
  columns(sql: string): Promise<readonly { readonly name: string; readonly type: DuckDBType }[]>;
  /** Runs a statement to its end. An abort interrupts it. */
  run(sql: string, signal: AbortSignal): Promise<void>;
  /** What queries may take from now on, at least what the engine was opened with. Gives the system what is free of all engines' memory. */
  limitMemory(bytes: number): Promise<void>;
  /** Runs a query and yields its rows as lines, in order, while it runs. Of a query that fails every line is a row too. */
  lines(query: LineQuery, signal: AbortSignal): AsyncGenerator<Lines>;
};

let opened = 0;

/** Files that the engine reads, and the pipe, are in `folder`. Bound: `memoryBytes` for the engine. */
export async function openEngine(folder: TempFolder, memoryBytes: number): Promise<Engine> {
  const number = opened++;
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '1',
    memory_limit: memoryLimit(memoryBytes),
    temp_directory: join(folder.path, `engine-${number}`), // Names of files in it are those of any other engine's.
    allocator_bulk_deallocation_flush_threshold: '16MiB', // Large pages go back to the system; kept, they add up.
    enable_external_file_cache: 'false', // Our sparse files change under one name; nothing is read twice anyway.
    // Files lie about their least and greatest values; what guards a conversion from others must not be left out for that.
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
      if (queries.isStuck) return; // To close it would wait for the query.
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
    signal.throwIfAborted(); // An interrupted query fails too; why it was interrupted says more.
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
 * Raw text: a delimiter and a quote that JSON never holds unescaped, so that the writer changes no value. Without FORCE_QUOTE it would
 * look at each byte of a row for what has to be quoted; the quote that it then writes is none.
 */
function copySql({ sql, ...ends }: LineQuery): (target: string) => string {
  const raw =
    "FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\u0001', NULLSTR '', FORCE_QUOTE *, USE_TMP_FILE false";
  const options = `${raw}, ${lineEndOption(ends)}`;
  return (target) => `COPY (${sql}) TO ${literal(target)} (${options})`;
}

/** The engine's failures in our words: its own texts quote rows. */
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

// DuckDB as the decoder of one stream's files: an instance of its own (one bad file can end a whole instance), one thread
// (rows come in the file's order), nothing loaded or cached from outside.
import { DuckDBInstance, type DuckDBConnection, type DuckDBType } from '@duckdb/node-api';

import { literal } from '@s3-connectors/common/columns/sql.ts';
import type { TempFolder } from '@s3-connectors/common/local-disk/temp-folder.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

import type { LineQuery } from '../record-sql.ts';
import type { Lines } from './line-buffer.ts';
import { openLinePipe, type LinePipe } from './line-pipe.ts';

export type Engine = AsyncDisposable & {
  /** Rows of a small result as plain objects; 64-bit numbers are bigint. */
  rows(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Names and types of a query's columns; the query isn't run beyond its binding. */
  columns(sql: string): Promise<readonly { readonly name: string; readonly type: DuckDBType }[]>;
  /** Runs a statement to its end. An abort interrupts it. */
  run(sql: string, signal: AbortSignal): Promise<void>;
  /** What queries may take from now on; at first what the engine was opened with. */
  limitMemory(bytes: number): Promise<void>;
  /** Runs a query that gives at least one row and yields its rows as lines, in order, while it runs. */
  lines(query: LineQuery, signal: AbortSignal): AsyncGenerator<Lines>;
};

/** Files that the engine reads, and the pipe, are in `folder`. Bound: `memoryBytes` for the engine. */
export async function openEngine(folder: TempFolder, memoryBytes: number): Promise<Engine> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '1',
    memory_limit: memoryLimit(memoryBytes),
    temp_directory: folder.path,
    allocator_bulk_deallocation_flush_threshold: '16MiB', // Large pages go back to the system; kept, they add up.
    enable_external_file_cache: 'false', // Our sparse files change under one name; nothing is read twice anyway.
    // Files lie about their least and greatest values; what guards a conversion from others must not be left out for that.
    disabled_optimizers: 'statistics_propagation',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const metadata = await instance.connect();
  const decoding = await instance.connect();
  for (const connection of [metadata, decoding]) await connection.run("SET TimeZone = 'UTC'");
  const attempt = <T>(work: () => Promise<T>): Promise<T> => attemptIn(folder, work);
  const interrupt = (): void => decoding.interrupt();
  let pipe: LinePipe | undefined;
  return {
    rows: (sql) => attempt(async () => (await metadata.runAndReadAll(sql)).getRowObjectsJS()),
    columns: (sql) => attempt(async () => columnsOf(metadata, sql)),
    async run(sql, signal) {
      signal.throwIfAborted();
      signal.addEventListener('abort', interrupt);
      try {
        await attempt(() => decoding.run(sql));
      } catch (error) {
        signal.throwIfAborted(); // An interrupted query fails too; why it was interrupted says more.
        throw error;
      } finally {
        signal.removeEventListener('abort', interrupt);
      }
    },
    limitMemory: async (bytes) => void (await metadata.run(`SET memory_limit = '${memoryLimit(bytes)}'`)),
    async *lines(query, signal) {
      pipe ??= await folder.use(() => openLinePipe(folder.path));
      yield* pipe.lines((target) => attempt(() => copyTo(decoding, query, target)), interrupt, signal);
    },
    async [Symbol.asyncDispose]() {
      await pipe?.[Symbol.asyncDispose]();
      for (const connection of [metadata, decoding]) connection.closeSync();
      instance.closeSync();
    },
  };
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
 * Raw text: a delimiter and a quote that JSON never holds unescaped, so that the writer changes nothing. What is the same at
 * the ends of all lines is the writer's line end: it copies that once, `concat` would twice (docs/adr/0006).
 */
async function copyTo(connection: DuckDBConnection, { sql, before, after }: LineQuery, target: string): Promise<void> {
  const raw = "FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\u0001', NULLSTR '', USE_TMP_FILE false";
  const ends = `PREFIX ${literal(before)}, NEW_LINE ${literal(`${after}\n${before}`)}, SUFFIX ${literal(`${after}\n`)}`;
  await connection.run(`COPY (${sql}) TO ${literal(target)} (${raw}, ${ends})`);
}

/** The engine's failures say where they came from; its texts can hold stack traces and are cut at the first line. */
async function attemptIn<T>(folder: TempFolder, work: () => Promise<T>): Promise<T> {
  try {
    return await folder.use(work);
  } catch (error) {
    if (error instanceof ConnectorError) throw error;
    const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw engineError(line.replaceAll(/\p{Cc}/gu, ' ').trimEnd(), error); // It can quote bytes of a damaged file.
  }
}

function engineError(text: string, cause: unknown): ConnectorError {
  if (/^Out of Memory/iu.test(text)) {
    const advice = 'one of its values or pages needs more memory than there is. Raise max_memory_mb';
    return new ConnectorError('ENGINE_MEMORY_EXCEEDED', advice, { details: text, cause });
  }
  return new ConnectorError(/^(INTERNAL|FATAL)/u.test(text) ? 'ENGINE_FAILED' : 'FILE_UNREADABLE', text, { cause });
}

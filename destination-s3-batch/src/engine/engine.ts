// DuckDB as the Parquet writer: it reads rows as JSON lines with given types, never inferred ones, and writes files.
import { DuckDBInstance } from '@duckdb/node-api';

import { engineFailure } from '@s3-connectors/common/engine/engine-failure.ts';
import { closedEngine, lockSql } from '@s3-connectors/common/engine/engine-lock.ts';
import type { TempFolder } from '@s3-connectors/common/local-disk/temp-folder.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

export type ConversionEngine = AsyncDisposable & {
  /** `mostThreads`: for work that needs much memory in each thread. */
  run(sql: string, mostThreads?: number): Promise<void>;
  /** The same, with the rows in the order of their files. */
  inOrder(sql: string): Promise<void>;
  /** Rows of a small result as plain objects; 64-bit numbers are bigint. */
  rows(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
};

type Options = {
  readonly memoryBytes: number;
  /** The number of threads that the next query may have. */
  readonly threads: () => number;
};

/** Bound: `memoryBytes`, and what it may write to `folder`. */
export async function openEngine(folder: TempFolder, { memoryBytes, threads }: Options): Promise<ConversionEngine> {
  let current = threads();
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(current),
    memory_limit: `${Math.floor(memoryBytes / 1024 / 1024)}MiB`,
    temp_directory: folder.path,
    preserve_insertion_order: 'false', // Halves the memory. The order of rows does not matter in a table.
    ...closedEngine,
  });
  const connection = await instance.connect();
  const changeable = ['threads', 'preserve_insertion_order'];
  for (const sql of lockSql({ directory: folder.path, changeable })) await connection.run(sql);
  const attempt = <T>(work: () => Promise<T>): Promise<T> => attemptIn(folder, work);
  const useThreads = async (wanted: number): Promise<void> => {
    if (wanted !== current) await connection.run(`SET threads = ${wanted}`);
    current = wanted;
  };
  return {
    run: (sql, mostThreads = Infinity) =>
      attempt(async () => {
        await useThreads(Math.min(mostThreads, threads()));
        await connection.run(sql);
      }),
    inOrder: (sql) =>
      attempt(async () => {
        await useThreads(1);
        await connection.run('SET preserve_insertion_order = true');
        await connection.run(sql);
        await connection.run('SET preserve_insertion_order = false');
      }),
    rows: (sql) => attempt(async () => (await connection.runAndReadAll(sql)).getRowObjectsJS()),
    [Symbol.asyncDispose]() {
      connection.closeSync();
      instance.closeSync();
      return Promise.resolve();
    },
  };
}

/** The engine's failures in our own words, because its texts quote rows. */
async function attemptIn<T>(folder: TempFolder, work: () => Promise<T>): Promise<T> {
  try {
    return await folder.use(work);
  } catch (cause) {
    if (cause instanceof ConnectorError) throw cause;
    const { kind, reason: details } = engineFailure(cause);
    if (kind === 'memory') {
      const advice = 'The rows of a file need more memory than there is. Raise max_memory_mb.';
      throw new ConnectorError('ENGINE_MEMORY_EXCEEDED', advice, { details, cause });
    }
    throw new ConnectorError(
      'ENGINE_FAILED',
      'The query engine could not write a file. Report it with the details from the log.',
      { details, cause },
    );
  }
}

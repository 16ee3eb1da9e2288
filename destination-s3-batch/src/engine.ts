// DuckDB as the writer of Parquet: it reads rows as JSON lines with types that are told, never sniffed, and writes files.
import { DuckDBInstance } from '@duckdb/node-api';

import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

export type Engine = AsyncDisposable & {
  /** `mostThreads`: for what needs much memory in each. */
  run(sql: string, mostThreads?: number): Promise<void>;
  /** The same, rows taken in the order in which they lie in files. */
  inOrder(sql: string): Promise<void>;
  /** Rows of a small result as plain objects; 64-bit numbers are bigint. */
  rows(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
};

type Options = {
  readonly memoryBytes: number;
  /** How many the next query may have. */
  readonly threads: () => number;
};

/** Bound: `memoryBytes`, and what it may write to `directory` beside. */
export async function openEngine(directory: string, { memoryBytes, threads }: Options): Promise<Engine> {
  let current = threads();
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(current),
    memory_limit: `${Math.floor(memoryBytes / 1024 / 1024)}MiB`,
    temp_directory: directory,
    preserve_insertion_order: 'false', // Halves the memory; the order of rows means nothing to a table.
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
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

/** The engine's texts can hold stack traces and values of rows: they are cut at the first line and kept for the log. */
async function attempt<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const [text = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    if (/^Out of Memory/iu.test(text)) {
      const advice = 'The rows of a file need more memory than there is. Raise max_memory_mb.';
      throw new ConnectorError('ENGINE_MEMORY_EXCEEDED', advice, { details: text, cause: error });
    }
    throw new ConnectorError('ENGINE_FAILED', 'The query engine could not write a file.', {
      details: text,
      cause: error,
    });
  }
}

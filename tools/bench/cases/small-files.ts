// Tables of very many small files: what a file costs must not grow with their number.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { literal } from '@s3-connectors/common/columns/sql.ts';

import type { Bench, BenchCase } from '../case.ts';
import { discover, sourceStep, tableFolder } from '../connectors.ts';
import { discard, run } from '../process.ts';
import { startServer } from '../s3.ts';

export const smallFileCases: readonly BenchCase[] = [1000, 100_000].map((files) => ({
  name: `source-${files}-files`,
  what: `${files.toLocaleString('en')} Parquet files of one row in one table: \`source-s3 read\`; rows/s are files/s.`,
  limit: 'The query of each file, which the engine plans again, and the request for it.',
  isLong: files > 1000,
  runsOnce: true,
  mostMegabytes: { 'source-s3': 300 },
  prepare: (bench) => prepare(bench, bench.rows ?? files),
}));

async function prepare(bench: Bench, files: number) {
  const directory = join(bench.folder, 'small-files');
  const first = await layOut(bench, tableFolder(directory, 'small'), files);
  const table = { directory, partitioned: true };
  const catalog = await discover(bench, table);
  return {
    data: `${files.toLocaleString('en')} files of one row, ${first.length} bytes each`,
    rows: files,
    bytes: files * first.length,
    run: async () => {
      await using server = await startServer(directory, bench.signal);
      const source = await sourceStep(bench, server.endpoint, { files: table, catalog });
      return await run([source, discard], { folder: bench.folder }, bench.signal);
    },
  };
}

/** A thousand files a folder. @returns the body of each. */
async function layOut({ db, signal }: Bench, folder: string, files: number): Promise<Buffer> {
  const path = (index: number): string => {
    return join(folder, `part=${Math.floor(index / 1000)}`, `${String(index).padStart(6, '0')}.parquet`);
  };
  await mkdir(dirname(path(0)), { recursive: true });
  await db.run(`COPY (SELECT 1 AS id, 'a' AS name) TO ${literal(path(0))} (FORMAT parquet)`);
  const body = await readFile(path(0));
  for (let index = 1; index < files; index++) {
    signal.throwIfAborted();
    if (index % 1000 === 0) await mkdir(dirname(path(index)));
    await writeFile(path(index), body);
  }
  return body;
}

// The files of a segment have the number of their part in their names, so a replay must cut the rows at the same places.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import type { StructType } from '../../../destination-s3-batch/src/columns/types/field-type.ts';
import { openEngine } from '../../../destination-s3-batch/src/engine/engine.ts';
import { writeParquet } from '../../../destination-s3-batch/src/files/parquet-files.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';

const rows = 300_000;
const engineBytes = 256 * 1024 * 1024;
/** No column: the engine reads large files in several threads. */
const pad = 'p'.repeat(90);
const type: StructType = {
  kind: 'struct',
  fields: ['id', 'a'].map((name) => ({ name, type: { kind: 'integer' }, misfits: false })),
  rest: false,
};

suite('Parquet files of many rows', () => {
  test('have the same rows in each part with 1 thread and with 8', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'rows.ndjson');
    const lines = Array.from({ length: rows }, (_, id) => `{"id":${id},"a":${(id * 7919) % 104_729},"p":"${pad}"}\n`);
    await writeFile(path, lines.join(''));
    const bytes = lines.reduce((sum, { length }) => sum + length, 0);
    const source = { paths: [path], rows, bytes, longestRow: 256 };
    const made: unknown[] = [];
    for (const [run, threads] of [1, 8, 8, 8].entries()) {
      await using engine = await openEngine(folder, { memoryBytes: engineBytes, threads: () => threads });
      const target = join(folder.path, String(run));
      const files = await writeParquet(engine, source, { type, target, maxFileBytes: 64 * 1024, engineBytes });
      const sums = files.map(async ({ path: file, rows: count }) => {
        const [row] = await engine.rows(`SELECT sum(id)::VARCHAR AS ids FROM read_parquet('${file}')`);
        return [count, row?.['ids']];
      });
      made.push(await Promise.all(sums));
    }
    for (const files of made) assert.deepEqual(files, made[0]);
  });
});

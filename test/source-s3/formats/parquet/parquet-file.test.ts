// What opening a Parquet object costs: requests to S3, and calls of the engine.
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { suite, test } from 'node:test';

import { silentLog } from '@s3-connectors/common/protocol/log.ts';

import { openEngine, type Engine } from '../../../../source-s3/src/engine/engine.ts';
import { KnownColumns } from '../../../../source-s3/src/formats/parquet/known-columns.ts';
import { openParquet, type ParquetFile } from '../../../../source-s3/src/formats/parquet/parquet-file.ts';
import { parquet } from '../../../support/parquet.ts';
import { connect } from '../../../support/s3-connection.ts';
import { temporaryFolder } from '../../../support/temp-folder.ts';
import { bucket, catalogJson, readHere, serverWith } from '../../support/source.ts';

/** The files opened one after another, and how often the engine was asked for their columns. */
async function opened(bodies: readonly Buffer[]): Promise<{ files: readonly ParquetFile[]; asked: number }> {
  await using folder = await temporaryFolder();
  await using server = await serverWith(
    Object.fromEntries(bodies.map((body, index) => [`lake/t/${String(index).padStart(2, '0')}`, body])),
  );
  await using connection = connect(server.endpoint, { bucket });
  await using engine = await openEngine(folder, 64 * 1024 * 1024);
  let asked = 0;
  const columns: Engine['columns'] = (sql) => {
    asked++;
    return engine.columns(sql);
  };
  const reading = { s3: connection.s3, engine: { ...engine, columns }, folder, log: silentLog };
  const known = new KnownColumns();
  const memoryBytes = 256 * 1024 * 1024;
  const files: ParquetFile[] = [];
  for (const object of server.objects(bucket)) {
    files.push(await openParquet(reading, { object, known, memoryBytes }, new AbortController().signal));
  }
  assert.equal(server.counts.of('GetObject').requests, bodies.length);
  assert.deepEqual(await readdir(folder.path), ['owner']);
  return { files, asked };
}

suite('Parquet files of one table', () => {
  test('take a request each, and a question to the engine for each schema', async () => {
    const numbers = await Promise.all([1, 2, 3].map((rows) => parquet(`SELECT i AS id FROM range(${rows}) t(i)`)));
    const text = await parquet("SELECT 'x' AS id");
    const { files, asked } = await opened([...numbers, text, ...numbers]);
    assert.equal(asked, 2);
    assert.deepEqual(
      files.map(({ groups, columns }) => [groups.rows, columns[0]?.type.kind]),
      [
        [1, 'integer'],
        [2, 'integer'],
        [3, 'integer'],
        [1, 'string'],
        [1, 'integer'],
        [2, 'integer'],
        [3, 'integer'],
      ],
    );
  });

  test('of more schemas than are kept have each its own columns', async () => {
    const bodies = await Promise.all(Array.from({ length: 12 }, (_, index) => parquet(`SELECT 1 AS c${index}`)));
    const { files, asked } = await opened([...bodies, ...bodies]);
    assert.deepEqual(
      files.map(({ columns }) => columns[0]?.name),
      [...bodies, ...bodies].map((_, index) => `c${index % 12}`),
    );
    assert.ok(asked >= 12);
  });

  test('that are small are fetched with one request each, pages and all', async () => {
    const body = await parquet('SELECT 1 AS id');
    const keys = Array.from({ length: 20 }, (_, index) => [`lake/t/${index}.parquet`, body] as const);
    await using server = await serverWith(Object.fromEntries(keys));
    const { lines, failures } = await readHere(server, { catalog: catalogJson({ t: { id: { type: 'integer' } } }) });
    assert.deepEqual(failures, []);
    assert.equal(lines.filter((line) => line.startsWith('{"type":"RECORD"')).length, 20);
    assert.equal(server.counts.of('GetObject').requests, 20);
  });
});

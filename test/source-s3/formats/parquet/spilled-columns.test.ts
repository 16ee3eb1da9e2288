// Row groups whose pages do not fit in memory together: forced by a bound in which nothing fits.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import { parquet } from '../../../support/parquet.ts';
import { bucket, readHere, serverWith, type ReadResult } from '../../support/source.ts';

const sql = `
  SELECT i AS id, 'text ' || i AS text, nullif(i % 7, 0) AS rest, i::DOUBLE / nullif(i % 3, 1) AS ratio,
    CASE WHEN i % 5 = 0 THEN 'nan'::DOUBLE ELSE i / 7 END AS odd, DATE '2026-01-15' + i::INT AS day,
    TIMESTAMPTZ '2026-01-15 14:30:00Z' + to_microseconds(i) AS time, {'a': i, 'b': ['x' || i, NULL]} AS nested,
    MAP {i: 'y'} AS pairs, encode('z' || i) AS bytes
  FROM range(9000) t(i)`;
/** Nothing fits together; each column fits alone. */
const inTurns = { pageMemoryBytes: 0 };

function records({ lines }: ReadResult): readonly string[] {
  return lines
    .filter((line) => line.startsWith('{"type":"RECORD"'))
    .map((line) => line.replace(/"emitted_at":\d+/u, ''));
}

suite('a row group whose pages do not fit in memory together', () => {
  test('gives the lines that it gives when they do', async () => {
    const body = await parquet(sql, 'COMPRESSION zstd, ROW_GROUP_SIZE 4096');
    await using server = await serverWith({ 'lake/t/part=1/a.parquet': body });
    const whole = await readHere(server);
    const turns = await readHere(server, { resolved: inTurns });
    assert.deepEqual(turns.failures, []);
    assert.equal(records(whole).length, 9000);
    assert.deepEqual(records(turns), records(whole));
    assert.ok(records(whole).some((line) => line.includes('"meta":{"changes":[{"field":"odd"')));
    const told = turns.said.filter((line) => line.includes('its 10 columns are decoded in 10 turns'));
    assert.equal(told.length, 3, turns.said.join('\n'));
    assert.ok(whole.said.every((line) => !line.includes('in 10 turns')));
  });

  test('is resumed inside', async () => {
    const body = await parquet(sql, 'COMPRESSION snappy, ROW_GROUP_SIZE 4096');
    await using server = await serverWith({ 'lake/t/a.parquet': body });
    const whole = await readHere(server);
    const [object] = server.objects(bucket);
    assert.ok(object !== undefined);
    const unfinished = { key: object.key, etag: object.etag, unit: 1, rows: 1000 };
    const stream = { stream_descriptor: { name: 't', namespace: 'lake' }, stream_state: { version: 1, unfinished } };
    const turns = await readHere(server, { resolved: inTurns, state: [{ type: 'STREAM', stream }] });
    assert.deepEqual(records(turns), records(whole).slice(4096 + 1000));
  });

  test('leaves nothing on disk', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 's3-connectors-texts-'));
    const { env } = process;
    const { TMPDIR } = env;
    t.after(async () => {
      if (TMPDIR === undefined) delete env['TMPDIR'];
      else env['TMPDIR'] = TMPDIR;
      await rm(folder, { recursive: true });
    });
    await using server = await serverWith({ 'lake/t/a.parquet': await parquet(sql) });
    env['TMPDIR'] = folder;
    const { failures } = await readHere(server, { resolved: inTurns });
    assert.deepEqual([failures, await readdir(folder)], [[], []]);
  });

  test('is refused by the name of its column when that alone does not fit', async () => {
    await using server = await serverWith({ 'lake/t/a.parquet': await parquet(sql) });
    const { failures } = await readHere(server, { resolved: { pageMemoryBytes: -128 * 1024 * 1024 } });
    assert.equal(failures[0]?.code, 'ENGINE_MEMORY_EXCEEDED');
    assert.match(
      failures[0]?.message ?? '',
      /"lake\/t\/a\.parquet" cannot be read: a page of its column "id" has 1 MB\. .* Raise max_memory_mb by 1, or have the file written with smaller pages/u,
    );
  });
});

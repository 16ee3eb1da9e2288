// Row groups that are large enough for the second engine: their rows come in order, whatever STATE a run starts from and wherever
// it stops.
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';

import type { S3TestServer } from '../../../../tools/s3-server/types.ts';
import { parquet } from '../../../support/parquet.ts';
import { runUntil } from '../../support/crashes.ts';
import { bucket, configured, discoverHere, readHere, serverWith, timeOf, type Json } from '../../support/source.ts';

const rowsPerGroup = 20_480;
const files = 3;
const rowsPerFile = 2 * rowsPerGroup;

function fileOf(index: number): Promise<Buffer> {
  const hashes = Array.from({ length: 6 }, (_, column) => `hash(i, ${column}) AS h${column}`).join(', ');
  const sql = `SELECT i AS id, ${hashes}, 'text-' || i AS text FROM range(${index * rowsPerFile}, ${(index + 1) * rowsPerFile}) t(i)`;
  return parquet(sql, `COMPRESSION uncompressed, ROW_GROUP_SIZE ${rowsPerGroup}`);
}

function ids(from: number, to: number): readonly string[] {
  return Array.from({ length: to - from }, (_, index) => String(from + index));
}

suite('large row groups', () => {
  const config = { data_partitioning: { mode: 'not_partitioned' } };
  let server: S3TestServer;
  let catalog: Json;
  before(async () => {
    server = await serverWith({});
    for (let file = 0; file < files; file += 1) {
      server.seed(bucket, `lake/t/${file}.parquet`, await fileOf(file), { lastModified: timeOf(file) });
    }
    catalog = configured((await discoverHere(server, config)).catalog);
  });
  after(() => server[Symbol.asyncDispose]());

  test('give their rows in order, and the rest of them from each STATE', async () => {
    const whole = await runUntil(server, { config, catalog });
    const all = ids(0, files * rowsPerFile);
    assert.deepEqual(whole.kept.get('t')?.rows, all);
    assert.ok(whole.states.length >= 2 * files, `${whole.states.length} states`);
    for (const { state, rowsBefore } of whole.states) {
      const rest = await runUntil(server, { config, catalog, states: [state], isEnough: () => true });
      const rows = rest.kept.get('t')?.rows ?? [];
      assert.deepEqual(rows, all.slice(rowsBefore, rowsBefore + rows.length));
      assert.ok(rows.length > 0 || rowsBefore === all.length);
    }
  });

  test('lose and repeat no row over runs that stop anywhere', async () => {
    const rows: string[] = [];
    let states: readonly unknown[] = [];
    for (const maxPieces of [1, 2, 5, 9, 14, 22, 31, Infinity]) {
      const run = await runUntil(server, { config, catalog, states, maxPieces });
      const kept = run.kept.get('t');
      rows.push(...(kept?.rows ?? []));
      states = kept === undefined ? states : [kept.state];
    }
    assert.deepEqual(rows, ids(0, files * rowsPerFile));
  });

  test('give all rows before the one that fails while it is decoded ahead', async () => {
    const damaged = await fileOf(1);
    const at = damaged.indexOf(`text-${rowsPerFile + 5}`);
    assert.ok(at > 0);
    damaged[at] = 0xff;
    await using server = await serverWith({ 'lake/t/0.parquet': await fileOf(0), 'lake/t/1.parquet': damaged });
    const { failures, messages } = await readHere(server, { config, catalog });
    assert.match(failures[0]?.message ?? '', /"lake\/t\/1\.parquet" cannot be read: a text is not valid UTF-8/u);
    const seen = messages.flatMap((message) => (message.type === 'RECORD' ? [String(message.record.data['id'])] : []));
    assert.deepEqual(seen.slice(0, rowsPerFile), ids(0, rowsPerFile));
  });
});

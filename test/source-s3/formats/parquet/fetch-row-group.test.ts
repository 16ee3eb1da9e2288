// A row group on local disk takes its bytes from the disk's budget, and returns all of them however it ends.
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { before, suite, test } from 'node:test';

import { silentLog } from '@s3-connectors/common/protocol/log.ts';
import { ByteBudget } from '../../../../source-s3/src/engine/byte-budget.ts';

import { openEngine } from '../../../../source-s3/src/engine/engine.ts';
import { fetchRowGroup } from '../../../../source-s3/src/formats/parquet/fetch-row-group.ts';
import { KnownColumns } from '../../../../source-s3/src/formats/parquet/known-columns.ts';
import { openParquet } from '../../../../source-s3/src/formats/parquet/parquet-file.ts';
import type { RowGroup } from '../../../../source-s3/src/formats/parquet/footer/row-group.ts';
import { parquet } from '../../../support/parquet.ts';
import { connect } from '../../../support/s3-connection.ts';
import { temporaryFolder } from '../../../support/temp-folder.ts';
import { bucket, serverWith } from '../../support/source.ts';

const budgetBytes = 100_000_000;
const never = new AbortController().signal;

/** Whether the complete budget is free: one held byte would prevent it. */
async function isWhole(disk: ByteBudget): Promise<boolean> {
  const stop = new AbortController();
  const taken = disk.take(budgetBytes, stop.signal).then(
    (giveBack) => (giveBack(), true),
    () => false,
  );
  setImmediate(() => stop.abort(new Error('not at once')));
  return await taken;
}

suite('a row group on local disk', () => {
  let body: Buffer;
  before(async () => {
    // Larger than the tail that comes with the footer.
    body = await parquet('SELECT i, random() AS r FROM range(100000) t(i)', 'COMPRESSION uncompressed');
  });

  async function opened() {
    await using stack = new AsyncDisposableStack();
    const server = stack.use(await serverWith({ 'lake/t/a.parquet': body }));
    const { s3 } = stack.use(connect(server.endpoint, { bucket, retryBudgetMs: 0 }));
    const folder = stack.use(await temporaryFolder());
    const engine = stack.use(await openEngine(folder, 64 * 1024 * 1024));
    const reading = { s3, engine, folder, log: silentLog };
    const [object] = server.objects(bucket);
    assert.ok(object !== undefined);
    const memoryBytes = 64 * 1024 * 1024;
    const file = await openParquet(reading, { object, known: new KnownColumns(), memoryBytes }, never);
    const group = await file.rowGroup(0, never);
    const files = async (): Promise<readonly string[]> =>
      (await readdir(folder.path)).filter((name) => name.endsWith('.parquet'));
    const disk = new ByteBudget(budgetBytes);
    const owned = stack.move();
    const fetch = (rowGroup: RowGroup = group) =>
      fetchRowGroup(reading, { file, group: rowGroup, columns: new Set([0, 1]), disk }, never);
    return { server, disk, fetch, group, files, [Symbol.asyncDispose]: () => owned.disposeAsync() };
  }

  test('holds its bytes until it is disposed of, and its file as long', async () => {
    await using it = await opened();
    const local = await it.fetch();
    assert.equal((await it.files()).length, 1);
    assert.equal(await isWhole(it.disk), false);
    await local[Symbol.asyncDispose]();
    assert.deepEqual(await it.files(), []);
    assert.equal(await isWhole(it.disk), true);
  });

  test('gives its bytes back when S3 fails, when the object was replaced, and when the footer points beyond it', async () => {
    await using it = await opened();
    it.server.inject({ kind: 'error', code: 'AccessDenied', operation: 'GetObject' });
    await assert.rejects(it.fetch(), { code: 'S3_ACCESS_DENIED' });
    assert.equal(await isWhole(it.disk), true);
    const beyond = it.group.chunks.map((chunk) => ({ ...chunk, end: chunk.end + body.length }));
    await assert.rejects(it.fetch({ ...it.group, chunks: beyond }), { code: 'FILE_UNREADABLE' });
    assert.equal(await isWhole(it.disk), true);
    it.server.seed(bucket, 'lake/t/a.parquet', 'another');
    await assert.rejects(it.fetch(), { code: 'S3_OBJECT_CHANGED' });
    assert.equal(await isWhole(it.disk), true);
    assert.deepEqual(await it.files(), []);
  });
});

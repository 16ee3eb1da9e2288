// Killed in a run that publishes several times, and run again from the last printed STATE: every row is stored once, because a
// publish ends at a STATE and the next run cuts its rows in the same places. The source begins at that STATE and does not repeat
// it, as sources do.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { before, suite, test } from 'node:test';

import { bucket, catalogJson, recordLine, stateLine } from '../../support/destination-input.ts';
import { rowNames } from '../../support/row-names.ts';
import type { S3TestServer } from '../../../tools/s3-server/types.ts';
import { configJson, runWrite } from '../support/batch.ts';
import { foldersOfFile, killedRun } from '../support/crash.ts';
import { serverWith } from '../../support/crash/scenario-server.ts';

const day = Date.UTC(2026, 0, 15);
const dayMs = 86_400_000;
/** Each row begins at another position of it, so that no two are equal. */
const padding = randomBytes(750_000).toString('base64');
const rows = 75;
const rowsAState = 7;
const newFolder = foldersOfFile();
const catalog = catalogJson('visits');
const small = { max_spool_gb: 0.05, output_format: 'json' };

function* input(next: number): Generator<string> {
  for (let row = next; row < rows; row += 1) {
    const turn = createHash('sha256').update(String(row)).digest().readUInt16BE();
    const data = { time: day + (row % 2) * dayMs, name: `visit ${row}` };
    yield recordLine('visits', { ...data, padding: padding.slice(turn) + padding.slice(0, turn) });
    if ((row + 1) % rowsAState === 0 || row === rows - 1) yield stateLine('visits', { next: row + 1 });
  }
}

/** Of the last STATE. */
function acknowledged(stdout: string): number {
  const positions = [...stdout.matchAll(/"stream_state":\{"next":(\d+)\}/gu)].map(([, next]) => Number(next));
  return positions.at(-1) ?? 0;
}

async function assertEachOnce(server: S3TestServer): Promise<void> {
  const names = await rowNames(server.objects(bucket, 'permutive/data/'));
  assert.deepEqual(names, Array.from({ length: rows }, (_, row) => `visit ${row}`).toSorted());
}

/** The calls of S3 that store files, counted from 1. */
async function storingCalls(): Promise<readonly number[]> {
  await using server = await serverWith([]);
  const calls: boolean[] = [];
  server.setHooks({
    onRequest({ operation, key }) {
      calls.push(operation === 'PutObject' && key.includes('/data/'));
    },
  });
  const { error, lines } = await runWrite(server, input(0), { config: small, catalog });
  assert.deepEqual([error, acknowledged(lines.join(''))], [undefined, rows]);
  await assertEachOnce(server);
  return calls.flatMap((isStoring, index) => (isStoring ? [index + 1] : []));
}

suite('a run that publishes several times', () => {
  test('publishes every stream whose rows end with a STATE, no rows behind one, and none whose duplicates are looked for', async () => {
    await using server = await serverWith([]);
    const rowsOf = (stream: string, count: number): string =>
      Array.from({ length: count }, (_, id) => recordLine(stream, { id, padding: padding.slice(id) })).join('');
    const deduped = { name: 'deduped', destination_sync_mode: 'append_dedup', primary_key: [['id']] };
    const seen: string[] = [];
    async function* source(): AsyncGenerator<string> {
      yield rowsOf('deduped', 1) + stateLine('deduped', {});
      yield rowsOf('closed', 12) + stateLine('closed', {}) + rowsOf('open', 1);
      yield rowsOf('last', 8) + stateLine('last', {});
      yield rowsOf('last', 1);
      for (const { key } of server.objects(bucket, 'permutive/data/')) seen.push(key.split('/')[2] ?? '');
      yield stateLine('last', {}) + stateLine('open', {});
    }
    const { error, lines } = await runWrite(server, source(), {
      config: small,
      catalog: catalogJson('closed', 'open', 'last', deduped),
    });
    assert.deepEqual([error, lines.length], [undefined, 5]);
    assert.deepEqual([...new Set(seen)], ['closed', 'last']);
  });

  let storing: readonly number[] = [];
  before(async () => (storing = await storingCalls()));

  for (const [what, part] of [
    ['when the first files are stored', 0.2],
    ['between two publishes', 0.4],
    ['within a later publish', 0.7],
    ['when the last files are stored', 0.95],
  ] as const) {
    test(`killed ${what}, and run again from its last STATE, stores each row once`, async (context) => {
      assert.ok(storing.length >= 4, `${storing.length} files`);
      const index = storing[Math.ceil(storing.length * part) - 1] ?? 0;
      await using server = await serverWith([]);
      const folder = await newFolder();
      const spool = join(folder, 'spool');
      await mkdir(spool);
      const config = configJson(server, { ...small, spool_dir: spool });
      const { stdout, wasKilled } = await killedRun(
        server,
        { moment: 'onAnswer', index },
        { config, catalog, input: input(0), folder },
      );
      assert.ok(wasKilled, `there was no call ${index}`);
      const next = acknowledged(stdout);
      context.diagnostic(`call ${index} of ${storing.join(', ')}; resumes at row ${next}`);
      const { error } = await runWrite(server, input(next), { config: small, catalog });
      assert.equal(error, undefined);
      await assertEachOnce(server);
    });
  }
});

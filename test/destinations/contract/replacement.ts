// What happens to the rows of an overwritten stream, depending on what its new rows prove.
import assert from 'node:assert/strict';
import { beforeEach, suite, test } from 'node:test';

import {
  catalogJson,
  globalStateLine,
  recordLine,
  stateLine,
  statusLine,
  type Json,
} from '../../support/destination-input.ts';
import { bucket } from '../../support/destination-input.ts';
import { emptyServer } from '../../support/empty-server.ts';
import type { S3TestServer } from '../../../tools/s3-server/types.ts';
import { idsOf, keysInStaging, overwrite, rowsWithState, type DestinationUnderTest } from './under-test.ts';

const at = Date.UTC(2026, 0, 15, 14, 30);
const legacy = catalogJson({ name: 'users', ...overwrite });
const modern = catalogJson({ name: 'users', ...overwrite, generation_id: 1, minimum_generation_id: 1, sync_id: 1 });
const done = stateLine('users', {});
const complete = statusLine('users', 'COMPLETE');

function rows(...ids: readonly number[]): string {
  return ids.map((id) => recordLine('users', { id })).join('');
}

export function registerReplacementTests(destination: DestinationUnderTest): void {
  const { name, write, folderOf, extension, rowsBelow } = destination;

  suite(`a stream that ${name} overwrites`, () => {
    const running = emptyServer();
    let server: S3TestServer;
    beforeEach(() => (server = running()));

    async function run(catalog: Json, ...input: readonly string[]) {
      const ran = await write(server, input, { catalog });
      assert.equal(ran.error, undefined);
      return { ...ran, codes: ran.failures.map(({ code }) => code) };
    }
    const ids = (stream = 'users'): readonly number[] => idsOf(destination, server, stream);

    test('has exactly the new rows each time, and a neighbour with a similar name keeps its rows', async () => {
      const neighbour = `permutive/${folderOf('users_archive')}1700000000000-0000000000000001-0${extension}`;
      server.seed(bucket, neighbour, 'x');
      for (const set of [[1, 2], [2, 3], [2, 3], [4]]) {
        const { codes, lines } = await run(legacy, rowsWithState('users', ...set));
        assert.deepEqual([ids(), codes, lines.length, keysInStaging(server)], [set, [], 1, []]);
      }
      assert.ok(server.object(bucket, neighbour));
    });

    test('takes the place of one of another namespace with a warning, the first time', async () => {
      const other = catalogJson({ name: 'users', namespace: 'n', ...overwrite });
      await run(legacy, rowsWithState('users', 1));
      const warned: number[] = [];
      for (const id of [2, 3]) {
        const { said } = await run(other, rowsWithState('users', id));
        assert.deepEqual(ids(), [id]);
        warned.push(
          said.filter(([level, text]) => level === 'WARN' && text.includes('stream "n.users" replace those of')).length,
        );
      }
      assert.deepEqual(warned, [1, 0]);
    });

    test('becomes empty when it is complete without a record', async () => {
      await run(legacy, rowsWithState('users', 1, 2));
      await run(legacy, stateLine('users', { n: 0 }));
      assert.deepEqual([ids(), server.objects(bucket, `permutive/${folderOf('users')}`).length], [[], 0]);
    });

    test('keeps its earlier rows and acknowledges nothing when a record comes after its last STATE', async () => {
      await run(legacy, rowsWithState('users', 1, 2));
      const { codes, lines, failures } = await run(legacy, rows(7), done, rows(8));
      assert.deepEqual([codes, lines, ids(), keysInStaging(server)], [['STREAM_INCOMPLETE'], [], [1, 2], []]);
      assert.deepEqual([failures[0]?.stream, failures[0]?.failureType], [{ name: 'users' }, 'transient_error']);
    });

    test('keeps its earlier rows when nothing came for it, and the log says so', async () => {
      await run(legacy, rowsWithState('users', 1, 2));
      const { codes, said } = await run(legacy);
      assert.deepEqual([codes, ids()], [[], [1, 2]]);
      assert.ok(
        said.some(([level, text]) => level === 'WARN' && text.startsWith('The input has nothing for the stream')),
      );
    });

    test('keeps its earlier rows when too many of the new ones are rejected', async () => {
      await run(legacy, rowsWithState('users', 1, 2));
      const bad = Array.from({ length: 200 }, (_, id) => recordLine('users', `"text ${id}"`)).join('');
      const { error, lines } = await write(server, [bad, done], { catalog: legacy });
      assert.match(String(error), /200 of 200 records of the stream "users" were rejected/u);
      assert.deepEqual([lines, ids()], [[], [1, 2]]);
      assert.equal(rowsBelow(server, 'permutive/_rejected/').length, 200);
    });

    test('is replaced only at its COMPLETE where the catalog has generations', async () => {
      await run(modern, rows(1), done, complete);
      const cut = await run(modern, rows(2), done);
      assert.deepEqual([cut.codes, cut.lines, ids()], [['STREAM_INCOMPLETE'], [], [1]]);
      const failed = await run(modern, rows(2), done, statusLine('users', 'INCOMPLETE'));
      assert.deepEqual([failed.codes, ids()], [['STREAM_INCOMPLETE'], [1]]);
      const early = await run(modern, complete, rows(2));
      assert.deepEqual([early.codes, ids()], [['STREAM_INCOMPLETE'], [1]]);
      await run(modern, rows(3), done, complete);
      assert.deepEqual(ids(), [3]);
      await run(modern, complete);
      assert.deepEqual(ids(), []);
    });

    test('holds back the STATEs that speak of all streams, and those of no other stream', async () => {
      const catalog = catalogJson({ name: 'users', destination_sync_mode: 'overwrite' }, 'visits');
      const visit = recordLine('visits', { time: at, id: 1 }) + stateLine('visits', { n: 1 });
      const { lines, codes } = await run(catalog, visit + rows(1) + globalStateLine({ n: 2 }) + rows(2));
      assert.deepEqual([lines.length, codes], [1, ['STREAM_INCOMPLETE']]);
      assert.match(lines.join(), /"name":"visits"/u);
      const more = recordLine('visits', { time: at + 1, id: 2 });
      const proven = await run(catalog, rows(5), more, globalStateLine({ n: 3 }));
      assert.deepEqual([proven.lines.length, proven.codes, ids()], [1, [], [5]]);
      assert.match(proven.lines.join(), /"recordCount":2\.0/u);
      assert.deepEqual(ids('visits'), [1, 2]);
    });

    test('that is cut stops neither another one nor what is appended', async () => {
      const other = { name: 'accounts', destination_sync_mode: 'overwrite' };
      const catalog = catalogJson({ name: 'users', destination_sync_mode: 'overwrite' }, other, 'visits');
      const { codes, lines } = await run(
        catalog,
        rows(1) + rowsWithState('accounts', 1) + recordLine('visits', { time: at, id: 1 }) + stateLine('visits', {}),
      );
      assert.deepEqual([codes, lines.length], [['STREAM_INCOMPLETE'], 2]);
      assert.deepEqual([ids(), ids('accounts')], [[], [1]]);
    });

    test('keeps what others put next to its files, and names it', async () => {
      const notes = `${folderOf('users')}notes.txt`;
      server.seed(bucket, `permutive/${notes}`, 'x');
      const { said } = await run(legacy, rowsWithState('users', 1));
      assert.ok(server.object(bucket, `permutive/${notes}`));
      assert.ok(said.some(([level, text]) => level === 'WARN' && text.includes(notes)));
    });
  });
}

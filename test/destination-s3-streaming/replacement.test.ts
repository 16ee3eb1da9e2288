// What becomes of a stream's earlier data: by its sync mode, its generation, and by whether its new data is complete.
import assert from 'node:assert/strict';
import { beforeEach, suite, test } from 'node:test';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { S3TestServer } from '../../tools/s3-server/types.ts';
import { emptyServer } from '../support/empty-server.ts';
import {
  bucket,
  catalogJson,
  globalStateLine,
  recordLine,
  stateLine,
  statusLine,
  type Json,
} from '../support/destination-input.ts';
import { runWrite, storedRows } from './support/streaming.ts';

const at = Date.UTC(2026, 0, 15, 14, 30);
const config = { streams: [{ stream: 'segment', kind: 'snapshot' }] };
const overwrite = catalogJson({ name: 'segment', destination_sync_mode: 'overwrite', sync_mode: 'full_refresh' });
const modern = { generation_id: 4, minimum_generation_id: 4, sync_id: 17 };
const pyAirbyte = { generation_id: 1, minimum_generation_id: 1, sync_id: 1 };
const done = stateLine('segment', {});
const complete = statusLine('segment', 'COMPLETE');

function rows(...ids: readonly number[]): string {
  return ids.map((id) => recordLine('segment', { id })).join('');
}

suite('a stream', () => {
  const running = emptyServer();
  let server: S3TestServer;
  beforeEach(() => (server = running()));

  async function run(catalog: Json, ...input: readonly string[]) {
    const result = await runWrite(server, input, { catalog, config });
    assert.equal(result.error, undefined);
    return { ...result, codes: result.failures.map(({ code }) => code) };
  }
  const ids = (): readonly number[] =>
    storedRows(server, 'permutive/type=segment/').map((row) => (JSON.parse(row) as { readonly id: number }).id);
  const leftovers = (): readonly string[] => server.objects(bucket, 'permutive/_staging/').map(({ key }) => key);

  suite('that is overwritten', () => {
    test('has exactly the new rows each time, and a neighbour of like name keeps its own', async () => {
      const neighbour = 'permutive/type=segment_archive/1700000000000-0000000000000001-0.jsonl.gz';
      server.seed(bucket, neighbour, 'x');
      for (const set of [[1, 2], [2, 3], [2, 3], [4]]) {
        const { codes, lines } = await run(overwrite, rows(...set), done);
        assert.deepEqual([ids(), codes, lines.length, leftovers()], [set, [], 1, []]);
      }
      assert.ok(server.object(bucket, neighbour));
    });

    test('takes the place of one of another namespace with a warning, the first time', async () => {
      const other = { name: 'segment', namespace: 'n', destination_sync_mode: 'overwrite', sync_mode: 'full_refresh' };
      await run(overwrite, rows(1), done);
      const warned: number[] = [];
      for (const id of [2, 3]) {
        const { said } = await run(catalogJson(other), rows(id), done);
        assert.deepEqual(ids(), [id]);
        warned.push(said.filter(([level, text]) => level === 'WARN' && text.includes('"n.segment" replace,')).length);
      }
      assert.deepEqual(warned, [1, 0]);
    });

    test('shows nothing and acknowledges nothing before the end', async () => {
      await run(overwrite, rows(1), done);
      const seen: unknown[] = [];
      async function* input(): AsyncGenerator<string> {
        yield stateLine('segment', { before: 'all records' });
        for (let id = 10; id < 13; id += 1) {
          yield rows(id) + stateLine('segment', { id });
          seen.push([ids(), printed.length]);
        }
      }
      const printed: string[] = [];
      const options = { catalog: overwrite, config: { ...config, max_file_age_seconds: 1 } };
      const { lines } = await runWrite(server, input(), options, (line) => printed.push(line));
      assert.deepEqual(seen, [
        [[1], 0],
        [[1], 0],
        [[1], 0],
      ]);
      assert.deepEqual(
        lines.map((line) => /"stream_state":(.*?)\}/u.exec(line)?.[1]),
        ['{"before":"all records"', '{"id":10', '{"id":11', '{"id":12'],
      );
      assert.deepEqual(ids(), [10, 11, 12]);
    });

    test('becomes empty when it is complete without a record', async () => {
      await run(overwrite, rows(1, 2), done);
      await run(overwrite, stateLine('segment', null as unknown as Json));
      assert.deepEqual([ids(), server.objects(bucket, 'permutive/type=segment/').length], [[], 0]);
    });

    test('keeps its earlier rows when the input was cut: no state after the last record', async () => {
      await run(overwrite, rows(1, 2), done);
      const { codes, lines, failures } = await run(overwrite, rows(7), done, rows(8));
      assert.deepEqual([codes, lines, ids(), leftovers()], [['STREAM_INCOMPLETE'], [], [1, 2], []]);
      assert.deepEqual(failures[0]?.stream, { name: 'segment' });
    });

    test('keeps its earlier rows when a line after the last state is damaged', async () => {
      const generation = catalogJson({ name: 'segment', destination_sync_mode: 'overwrite', ...pyAirbyte });
      await run(overwrite, rows(1, 2), done);
      for (const [catalog, end] of [
        [overwrite, done],
        [generation, done + complete],
      ] as const) {
        for (const damaged of ['{"type":"RECORD","record":{"stream":"segm', '{"type":\n', rows(8).replace('}}', '}')]) {
          const { error, lines } = await runWrite(server, [rows(7), end, damaged], { catalog, config });
          assert.ok(error instanceof ConnectorError && error.code !== 'UNEXPECTED', String(error));
          assert.deepEqual([lines, ids()], [[], [1, 2]], damaged);
        }
      }
    });

    test('keeps its earlier rows when the input fails or the process is stopped after the last state', async () => {
      await run(overwrite, rows(1, 2), done);
      const stop = new AbortController();
      const endings = [
        async () => Promise.reject(new Error('EIO')),
        async () => Promise.resolve(stop.abort(new Error('SIGTERM'))),
      ];
      for (const end of endings) {
        async function* input(): AsyncGenerator<string> {
          yield rows(7) + done;
          await end();
        }
        const { lines } = await runWrite(server, input(), { catalog: overwrite, config, signal: stop.signal });
        assert.deepEqual([lines, ids(), leftovers()], [[], [1, 2], []]);
      }
    });

    test('keeps its earlier rows when nothing came for it, and says so', async () => {
      await run(overwrite, rows(1, 2), done);
      const { codes, said } = await run(overwrite);
      assert.deepEqual([codes, ids()], [[], [1, 2]]);
      assert.ok(said.some(([level, text]) => level === 'WARN' && text.startsWith('Nothing came for the stream')));
    });

    test('keeps its earlier rows when too many of the new ones are rejected', async () => {
      const properties = { id: {}, code: {}, name: {}, workspace: {} };
      const catalog = catalogJson({ name: 'segment', destination_sync_mode: 'overwrite', properties });
      await run(overwrite, rows(1, 2), done);
      const bad = Array.from({ length: 200 }, (_, id) => recordLine('segment', { id })).join('');
      const { error } = await runWrite(server, [bad, done], { catalog });
      assert.match(String(error), /200 of 200 records of the stream "segment" were rejected/u);
      assert.deepEqual(ids(), [1, 2]);
      assert.equal(storedRows(server, 'permutive/_rejected/type=segment/').length, 200);
    });

    test('with a generation is replaced only at its COMPLETE', async () => {
      const catalog = catalogJson({ name: 'segment', destination_sync_mode: 'overwrite', ...pyAirbyte });
      await run(catalog, rows(1), done, complete);
      const cut = await run(catalog, rows(2), done);
      assert.deepEqual([cut.codes, cut.lines, ids()], [['STREAM_INCOMPLETE'], [], [1]]);
      const failed = await run(catalog, rows(2), done, statusLine('segment', 'INCOMPLETE'));
      assert.deepEqual([failed.codes, ids()], [['STREAM_INCOMPLETE'], [1]]);
      const early = await run(catalog, complete, rows(2));
      assert.deepEqual([early.codes, ids()], [['STREAM_INCOMPLETE'], [1]]);
      await run(catalog, rows(3), done, complete);
      assert.deepEqual(ids(), [3]);
      await run(catalog, complete);
      assert.deepEqual(ids(), []);
    });

    test('holds back the states that speak of all streams, and those of no other', async () => {
      const catalog = catalogJson({ name: 'segment', destination_sync_mode: 'overwrite' }, 'events');
      const { lines, codes } = await run(
        catalog,
        recordLine('events', { time: at }) +
          stateLine('events', { n: 1 }) +
          rows(1) +
          globalStateLine({ n: 2 }) +
          rows(2),
      );
      assert.deepEqual([lines.length, codes], [1, ['STREAM_INCOMPLETE']]);
      assert.match(lines.join(), /"name":"events"/u);
      const proven = await run(catalog, rows(5), recordLine('events', { time: at + 1 }), globalStateLine({ n: 3 }));
      assert.deepEqual([proven.lines.length, proven.codes, ids()], [1, [], [5]]);
      assert.match(proven.lines.join(), /"recordCount":2\.0/u);
      assert.equal(storedRows(server, 'permutive/type=events/').length, 2);
    });

    test('by two streams at a time: one that is cut stops neither the other nor what is appended', async () => {
      const catalog = catalogJson(
        { name: 'segment', destination_sync_mode: 'overwrite' },
        { name: 'users', destination_sync_mode: 'overwrite' },
        'events',
      );
      const { codes, lines } = await run(
        catalog,
        rows(1) + recordLine('users', { id: 1 }) + stateLine('users', {}) + recordLine('events', { time: at }),
        stateLine('events', {}),
      );
      assert.deepEqual(codes, ['STREAM_INCOMPLETE']);
      assert.deepEqual(lines.length, 2);
      assert.deepEqual([ids(), storedRows(server, 'permutive/type=users/').length], [[], 1]);
    });

    test('leaves what others put beside it, and names it', async () => {
      server.seed(bucket, 'permutive/type=segment/notes.txt', 'x');
      const { said } = await run(overwrite, rows(1), done);
      assert.ok(server.object(bucket, 'permutive/type=segment/notes.txt'));
      assert.ok(said.some(([level, text]) => level === 'WARN' && text.includes('type=segment/notes.txt')));
    });

    test('writes a manifest with rows, times, checksums and schema', async () => {
      const catalog = catalogJson({ name: 'users', destination_sync_mode: 'overwrite', properties: { time: {} } });
      const input =
        recordLine('users', { time: at + 5000 }) + recordLine('users', { time: at }) + stateLine('users', {});
      await runWrite(server, [input], { catalog });
      const body = server.object(bucket, 'permutive/_manifests/users/latest.json')?.body.toString() ?? '';
      const latest = JSON.parse(body) as Json & { readonly files: readonly Json[] };
      assert.deepEqual(
        [latest['rows'], latest['objects'], latest['min_time'], latest['max_time'], latest['stream'], latest['schema']],
        [
          2,
          1,
          '2026-01-15T14:30:00.000Z',
          '2026-01-15T14:30:05.000Z',
          { name: 'users' },
          { type: 'object', properties: { time: {} } },
        ],
      );
      const [stored] = server.objects(bucket, 'permutive/type=users/');
      assert.equal(latest.files[0]?.['key'], stored?.key);
      assert.equal(latest.files[0]?.['crc32'], stored?.headers.checksums['x-amz-checksum-crc32']);
    });
  });

  suite('that is appended', () => {
    const truncated = catalogJson({ name: 'segment', ...modern });

    test('by a generation that outlives the others loses at COMPLETE what was there before it was first seen', async () => {
      await run(catalogJson('segment'), rows(1), done);
      const cut = await run(truncated, rows(2), done);
      assert.deepEqual([ids(), cut.lines.length, cut.codes], [[1, 2], 1, []]);
      await run(truncated, rows(3), done, complete);
      assert.deepEqual(ids(), [2, 3]);
      await run(truncated, rows(4), done, complete);
      assert.deepEqual(ids(), [2, 3, 4], 'objects of the generation itself stay');
      await run(catalogJson({ name: 'segment', ...modern, generation_id: 5, minimum_generation_id: 5 }), complete);
      assert.deepEqual(ids(), []);
    });

    test('keeps rows that an earlier generation had written under the same name', async () => {
      await run(catalogJson('segment'), rows(1), done);
      await run(truncated, rows(1), done);
      await run(truncated, rows(2), done, complete);
      assert.deepEqual(ids(), [1, 2]);
    });

    test('keeps everything when it is asked to: with the ids that PyAirbyte sends, and without a minimum', async () => {
      await run(catalogJson('segment'), rows(1), done);
      await run(catalogJson({ name: 'segment', ...pyAirbyte }), rows(2), done, complete);
      await run(catalogJson({ name: 'segment', ...modern, minimum_generation_id: 0 }), rows(3), done, complete);
      await run(catalogJson({ name: 'segment', destination_sync_mode: 'append_dedup' }), rows(4), done);
      assert.deepEqual(ids(), [1, 2, 3, 4]);
    });

    test('needs no right but that to write', async () => {
      const denied = { kind: 'error', code: 'AccessDenied', times: Infinity } as const;
      for (const operation of ['ListObjectsV2', 'GetObject', 'DeleteObjects'] as const) {
        server.inject({ ...denied, operation });
      }
      const { lines } = await run(catalogJson('segment'), rows(1), done);
      assert.deepEqual([ids(), lines.length], [[1], 1]);
      const { error } = await runWrite(server, [rows(1), done], { catalog: overwrite });
      assert.match(String(error), /s3:ListBucket/u);
    });

    test('needs no proof of completeness to be acknowledged', async () => {
      const { lines, codes } = await run(catalogJson({ name: 'segment', generation_id: 2 }), rows(1), done, rows(2));
      assert.deepEqual([lines.length, codes, ids()], [1, [], [1, 2]]);
    });
  });
});

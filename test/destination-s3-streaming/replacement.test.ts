// What happens to a stream's earlier data: by its sync mode, its generation, and whether its new data is complete.
import assert from 'node:assert/strict';
import { beforeEach, suite, test } from 'node:test';
import type { S3TestServer } from '../../tools/s3-server/types.ts';
import { emptyServer } from '../support/empty-server.ts';
import { bucket, catalogJson, recordLine, stateLine, type Json } from '../support/destination-input.ts';
import { runWrite, storedRows } from './support/streaming.ts';

const at = Date.UTC(2026, 0, 15, 14, 30);
const config = { streams: [{ stream: 'segment', kind: 'snapshot' }] };
const overwrite = catalogJson({ name: 'segment', destination_sync_mode: 'overwrite', sync_mode: 'full_refresh' });
const done = stateLine('segment', {});

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

  suite('that is overwritten', () => {
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
  });
});

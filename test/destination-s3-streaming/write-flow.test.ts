import assert from 'node:assert/strict';
import { beforeEach, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { deflateRawSync } from 'node:zlib';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import { usualRatio } from '../../destination-s3-streaming/src/files/open-file.ts';
import { chunkBytes, maxChunksWaiting } from '../../destination-s3-streaming/src/files/rotation.ts';
import type { S3TestServer } from '../../tools/s3-server/types.ts';
import { emptyServer } from '../support/empty-server.ts';
import { bucket, catalogJson, recordLine, stateLine } from '../support/destination-input.ts';
import { noise, runWrite, storedFiles, storedRows } from './support/streaming.ts';

const at = Date.UTC(2026, 0, 15, 14, 30);

/** The least and the greatest estimate of the share to which a chunk of the rows is compressed. */
function ratios(rows: readonly string[], bytes: number): readonly [number, number] {
  const body = Buffer.from(rows.join('\n'));
  const found = [usualRatio];
  for (let start = 0; start + bytes <= body.length; start += bytes) {
    found.push(deflateRawSync(body.subarray(start, start + bytes), { level: 1 }).length / bytes);
  }
  return [Math.min(...found), Math.max(...found)];
}

suite('the flow of writing', () => {
  const running = emptyServer();
  let server: S3TestServer;
  beforeEach(() => (server = running()));

  test('closes a file by age while no input comes, and prints the states it held back', async () => {
    const printed: string[] = [];
    async function* input(): AsyncGenerator<string> {
      yield recordLine('events', { time: at }) + stateLine('events', { n: 1 });
      while (printed.length === 0) await sleep(10);
      yield recordLine('events', { time: at + 1 });
    }
    const { said } = await runWrite(
      server,
      input(),
      { catalog: catalogJson('events'), config: { max_file_age_seconds: 1 } },
      (line) => printed.push(line),
    );
    assert.equal(storedFiles(server).size, 2);
    assert.ok(said.some(([, message]) => message.includes('1 by age, 1 at the end')));
  });

  test('cuts a stream into files of the compressed size asked for, losing no row', async () => {
    // They compress to about `usualRatio`, so that the size of what waits for the compressor is known well.
    const cores = 4;
    const rows = Array.from({ length: 60_000 }, (_, index) =>
      JSON.stringify({ time: at, x: noise(index), y: noise(-index), z: 'z'.repeat(150) }),
    );
    const batches = Array.from({ length: 60 }, (_, index) => rows.slice(index * 1000, index * 1000 + 1000));
    const input = batches.map((batch) => batch.map((row) => recordLine('events', row)).join(''));
    await runWrite(server, input, {
      catalog: catalogJson('events'),
      config: { max_file_mb: 1, gzip_level: 1, max_cores: cores },
    });
    assert.deepEqual(storedRows(server), [...rows].sort());
    const wanted = 1024 * 1024;
    const batchBytes = Math.max(...batches.map((batch) => batch.join('\n').length + 1));
    const [least, most] = ratios(rows, chunkBytes(wanted));
    // Compressed or waiting for it, gathered by the file, and the last batch.
    const onItsWay = (maxChunksWaiting(cores) + 1) * chunkBytes(wanted) + batchBytes;
    const doubt = onItsWay * (most - least);
    const sizes = server.objects(bucket).map(({ size }) => size);
    const limits = [wanted - doubt, wanted + doubt + batchBytes * most] as const;
    const text = `files of ${sizes.join(', ')} bytes, expected from ${limits.join(' to ')}`;
    assert.ok(sizes.length > 2 && sizes.every((size) => size < limits[1]), text);
    assert.ok(sizes.filter((size) => size > limits[0]).length >= sizes.length - 1, text);
    assert.ok(limits[0] > wanted / 2 && limits[1] < 1.5 * wanted, text);
  });

  test('keeps thousands of hours open in little memory, closing the oldest early', async () => {
    const hours = 2000;
    const rows = Array.from({ length: 40_000 }, (_, index) => ({
      time: Date.UTC(2020, 0) + (index % hours) * 3_600_000,
      x: noise(index).repeat(20),
    }));
    const batches = Array.from({ length: 400 }, (_, index) =>
      rows
        .slice(index * 100, index * 100 + 100)
        .map((row) => recordLine('events', row))
        .join(''),
    );
    const { said } = await runWrite(server, batches, { catalog: catalogJson('events'), config: { max_memory_mb: 32 } });
    assert.deepEqual(storedRows(server), rows.map((row) => JSON.stringify(row)).sort());
    assert.match(said.at(-2)?.[1] ?? '', / for memory/u);
  });

  test('acknowledges what is durable, then fails, when S3 refuses a file permanently', async () => {
    server.inject({
      kind: 'error',
      code: 'AccessDenied',
      operation: 'PutObject',
      prefix: 'permutive/type=b/',
      times: Infinity,
    });
    const input = [
      recordLine('a', { time: at }) + stateLine('a', { n: 1 }),
      recordLine('b', { time: at }) + stateLine('b', { n: 1 }),
    ];
    const { lines, error } = await runWrite(server, input, { catalog: catalogJson('a', 'b') });
    assert.deepEqual(
      lines.map((line) => line.includes('"name":"a"')),
      [true],
    );
    assert.ok(error instanceof ConnectorError);
    assert.equal(error.code, 'S3_ACCESS_DENIED');
  });

  test('gets through failures that pass: every row arrives once acknowledged, none twice', async () => {
    server.inject({ kind: 'error', code: 'SlowDown', operation: 'PutObject', every: 2, times: 10 });
    server.inject({ kind: 'drop_answer', operation: 'PutObject', times: 2 });
    const rows = Array.from({ length: 24 }, (_, index) => ({ time: at + index * 3_600_000 }));
    const input = [...rows.map((row) => recordLine('events', row)), stateLine('events', { n: 24 })];
    const { lines, error } = await runWrite(server, input, { catalog: catalogJson('events') });
    assert.equal(error, undefined);
    assert.equal(lines.length, 1);
    assert.equal(storedRows(server).length, 24);
    assert.equal(server.objects(bucket).length, 24);
  });

  test('holds the input back while S3 is stuck, instead of filling the memory', async () => {
    const { promise: stuck, resolve: release } = Promise.withResolvers<void>();
    server.setHooks({ onRequest: ({ operation }) => (operation === 'PutObject' ? stuck : undefined) });
    let fed = 0;
    const chunks = 120;
    const texts = Array.from({ length: 20_000 }, (_, index) => noise(index));
    const chunk = Array.from({ length: 1000 }, (_, index) => {
      return recordLine('events', { time: at, x: texts.slice(index * 20, index * 20 + 20).join('') });
    }).join('');
    async function* input(): AsyncGenerator<string> {
      while (fed < chunks) {
        fed += 1;
        yield chunk;
      }
    }
    const running = runWrite(server, input(), {
      catalog: catalogJson('events'),
      config: { max_memory_mb: 32, max_file_mb: 1, gzip_level: 1 },
    });
    let before = -1;
    while (before !== fed) {
      before = fed;
      await sleep(400);
    }
    assert.ok(fed < chunks, 'the input was read to its end');
    release();
    const { error } = await running;
    assert.equal(error, undefined);
    assert.equal(storedRows(server).length, chunks * 1000);
  });

  test('waits in peace while files are due and S3 is stuck, and stores them all when it is not', async () => {
    const { promise: stuck, resolve: release } = Promise.withResolvers<void>();
    server.setHooks({ onRequest: ({ operation }) => (operation === 'PutObject' ? stuck : undefined) });
    const rows = Array.from({ length: 100 }, (_, hour) => ({ time: at - hour * 3_600_000 }));
    async function* input(): AsyncGenerator<string> {
      yield rows.map((row) => recordLine('events', row)).join('') + stateLine('events', { n: 100 });
      await sleep(1500); // All files are past their age by now.
      release();
    }
    const config = { max_file_age_seconds: 1 };
    const { lines, error } = await runWrite(server, input(), { catalog: catalogJson('events'), config });
    assert.equal(error, undefined);
    assert.equal(lines.length, 1);
    assert.equal(server.objects(bucket).length, 100);
  });

  test('stops reading at a signal, stores what is open and says what became durable', async () => {
    const stop = new AbortController();
    async function* input(): AsyncGenerator<string> {
      yield recordLine('events', { time: at }) + stateLine('events', { n: 1 });
      setTimeout(() => stop.abort(new Error('SIGTERM')), 50);
      await new Promise(() => undefined);
    }
    const { lines, error } = await runWrite(server, input(), { catalog: catalogJson('events'), signal: stop.signal });
    assert.equal(error, undefined);
    assert.equal(lines.length, 1);
    assert.equal(storedRows(server).length, 1);
  });

  test('stops at once when nobody reads its output any more', async () => {
    const stop = new AbortController();
    const never = new Promise<void>(() => undefined);
    server.setHooks({ onRequest: ({ operation }) => (operation === 'PutObject' ? never : undefined) });
    async function* input(): AsyncGenerator<string> {
      yield recordLine('events', { time: at }) + stateLine('events', { n: 1 });
      setTimeout(() => stop.abort(new ConnectorError('OUTPUT_CLOSED', 'gone')), 50);
    }
    const { lines, error } = await runWrite(server, input(), { catalog: catalogJson('events'), signal: stop.signal });
    assert.deepEqual(lines, []);
    assert.ok(error instanceof ConnectorError && error.code === 'OUTPUT_CLOSED');
  });
});

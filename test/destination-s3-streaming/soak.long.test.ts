// Days of one run, in simulated time: its memory does not grow with hours, files, states, or spellings of a name.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { compressorBytes } from '@s3-connectors/common/destination/files/deflate-pool.ts';
import { parseConfiguredCatalog } from '@s3-connectors/common/protocol/catalog.ts';
import { parseConfig } from '@s3-connectors/common/protocol/config.ts';
import { silentLog } from '@s3-connectors/common/protocol/log.ts';
import { configSchema, resolveConfig } from '../../destination-s3-streaming/src/config/config.ts';
import { write } from '../../destination-s3-streaming/src/run/write.ts';
import { startS3Server } from '../../tools/s3-server/server.ts';
import { simulatedClock } from '../support/simulated-clock.ts';
import { publishedStream, variant } from './support/published.ts';
import { bucket, catalogJson, globalStateLine, recordLine, stateLine } from '../support/destination-input.ts';
import { configJson } from './support/streaming.ts';

const minute = 60_000;
/** Turns of the input: three files each, closed by their age of four minutes. */
const rotations = 960;
/** Less than the name of a file. */
const keptOfFile = 100;
const cores = 4;
/** Compressors that a busier moment needs, and next to nothing of each file from the third look on. */
const mayGrow = cores * compressorBytes + (rotations / 2) * 3 * keptOfFile;
const start = Date.UTC(2026, 0, 15);
const catalog = parseConfiguredCatalog(catalogJson('pages', publishedStream('events')));

/** A row of the present, one from the past that comes in its hour for the first time, a rejected one, and states. */
function linesOf(turn: number, now: number): string {
  const name = turn % 2 === 0 ? '"pages"' : '"p\\u0061ges"';
  return [
    recordLine('pages', { time: now, turn }).replace('"pages"', name),
    recordLine('pages', { time: start - (turn + 1) * 60 * minute, turn }),
    recordLine('events', variant('events', { time: String(now), event_id: null, [`unknown${turn}`]: turn }), now),
    stateLine('pages', { [`partition${turn}`]: turn }),
    stateLine(`unknown${turn}`, {}),
    globalStateLine({ turn }),
    `{"type":"KIND${turn}"}\n`,
  ].join('');
}

/** Bytes that are still in use. */
function used(gc: () => void): number {
  gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

suite('a run of many days', () => {
  test('holds no more after thousands of files than after hundreds', async () => {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    await using server = await startS3Server();
    server.createBucket(bucket);
    const clock = simulatedClock(start);
    server.setHooks({
      onAnswer({ operation, key }) {
        if (operation === 'PutObject') server.remove(bucket, key);
      },
    });
    const stored = (): number => server.counts.of('PutObject').requests;
    const held: number[] = [];
    async function* input(): AsyncGenerator<Uint8Array> {
      for (let turn = 0; turn < rotations; turn += 1) {
        const before = stored();
        yield Buffer.from(linesOf(turn, clock.wall()));
        while (stored() < before + 3) {
          await setImmediate();
          await clock.advance(minute / 2);
        }
        if (turn % (rotations / 6) === 0) held.push(used(gc));
      }
    }
    const config = resolveConfig(parseConfig(configSchema, configJson(server, { max_cores: cores }), silentLog), {});
    const context = { log: silentLog, signal: new AbortController().signal, fail: () => undefined };
    let printed = 0;
    const running = async (): Promise<void> => {
      for await (const _ of write(config, catalog, input(), { ...context, clock })) printed += 1;
    };
    await assert.rejects(running, /records of the stream "events" were rejected/u);
    assert.equal(printed, 3 * rotations);
    assert.ok(stored() >= 3 * rotations);
    const [, , early = 0] = held;
    const last = Math.min(...held.slice(-2)); // One of them may be just before V8 frees memory.
    assert.ok(clock.elapsed() > 2 * 24 * 60 * minute);
    assert.ok(last - early < mayGrow, `${early} bytes were held early, ${last} at the end`);
  });
});

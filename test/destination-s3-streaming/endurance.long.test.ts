// The destination as a process that runs for days, in simulated time: how soon rows are visible, what the log reports meanwhile,
// and what happens while S3 is away.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { beforeEach, suite, test } from 'node:test';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { sleep as sleepBy } from '@s3-connectors/common/streams/clock.ts';
import type { S3TestServer } from '../../tools/s3-server/types.ts';
import { simulatedClock, type SimulatedClock } from '../support/simulated-clock.ts';
import { emptyServer } from '../support/empty-server.ts';
import { bucket, catalogJson, recordLine, stateLine } from '../support/destination-input.ts';
import { runWrite, storedRows } from './support/streaming.ts';

const second = 1000;
const start = Date.UTC(2026, 0, 15, 14);
const catalog = catalogJson('events');

type Progress = {
  /** Nothing will happen before time passes. */
  readonly isQuiet: () => boolean;
  /** Grows while something happens. Without it, nothing is awaited twice. */
  readonly steps: () => number;
};

/** Lets time pass while `running`, but not while something is under way: work and S3 take no time. */
async function letPass(clock: SimulatedClock, running: Promise<unknown>, { isQuiet, steps }: Progress): Promise<void> {
  let stuckAt = -1;
  const end = new AbortController();
  void running.finally(() => end.abort());
  while (!end.signal.aborted) {
    for (let turn = 0; turn < 10; turn += 1) await setImmediate();
    const before = steps();
    for (let tries = 0; tries < 2000 && !isQuiet() && stuckAt !== steps(); tries += 1) await sleep(1);
    stuckAt = isQuiet() || steps() !== before ? -1 : before;
    await clock.advance(second);
  }
}

type Feed = { readonly perSecond: number; readonly seconds: number };

/** Feeds rows at an even rate. @returns how long, in simulated time, the slowest row took to be in S3. */
async function slowestRow(server: S3TestServer, { perSecond, seconds }: Feed) {
  const clock = simulatedClock(start);
  let visible = 0;
  let slowestMs = 0;
  server.setHooks({
    onAnswer({ operation, key }) {
      if (operation !== 'PutObject') return;
      const rows = gunzipSync(server.object(bucket, key)?.body ?? '').toString();
      const [, time] = /^\{"time":(\d+)/u.exec(rows) ?? [];
      visible += rows.split('\n').length - 1;
      slowestMs = Math.max(slowestMs, clock.wall() - Number(time)); // Rows are in the order in which they came.
    },
  });
  async function* input(): AsyncGenerator<string> {
    for (let at = 0; at < seconds; at += 1) {
      const time = clock.wall();
      const lines = Array.from({ length: perSecond }, (_, n) => recordLine('events', `{"time":${time},"n":${n}}`));
      yield lines.join('');
      await sleepBy(clock, second);
    }
  }
  const running = runWrite(server, input(), { catalog, clock });
  const due = (): number => Math.max(0, Math.floor(clock.elapsed() / second) - 241) * perSecond;
  const isQuiet = (): boolean => visible >= Math.min(due(), perSecond * seconds);
  await letPass(clock, running, { isQuiet, steps: () => visible });
  const { error, said } = await running;
  assert.equal(error, undefined);
  assert.equal(visible, perSecond * seconds);
  return { slowestMs, said: said.map(([, message]) => message) };
}

suite('a destination that runs for long', () => {
  const running = emptyServer();
  let server: S3TestServer;
  beforeEach(() => (server = running()));

  for (const [perSecond, seconds] of [
    [1, 1000],
    [10_000, 260],
  ] as const) {
    test(`has each of ${perSecond} rows a second in S3 within five minutes`, async () => {
      const { slowestMs } = await slowestRow(server, { perSecond, seconds });
      assert.ok(slowestMs <= 300 * second && slowestMs >= 200 * second, `the slowest row took ${slowestMs} ms`);
    });
  }

  test('says every five minutes what it did in them and how soon rows were visible, and at the end what in all', async () => {
    const { said } = await slowestRow(server, { perSecond: 2, seconds: 1000 });
    const reports = said.filter((message) => message.startsWith('Last 5 minutes: '));
    // The simulated clock may move while the last file is stored: then there is a fourth.
    assert.ok(reports.length === 3 || reports.length === 4, `${reports.length} reports`);
    const [first = '', next = ''] = reports;
    assert.match(
      first,
      /^Last 5 minutes: 60\d records and 0 states read .*; \d files? stored \(0\.0 MB\), closed \d by age\. /u,
    );
    assert.match(next, / (?:1 file is|2 files are) open, \d+ MB in buffers, \d+ MB of memory in all\.$/u);
    const last = said.at(-2) ?? '';
    assert.match(
      last,
      /^2,000 records .* Half of the rows were visible within (\d+\.\d) s of their arrival and \d+\.\d s of their event time, 99 % within (\d+\.\d) s and/u,
    );
    for (const text of [first, next, last]) {
      const [, half, most] = /within ([\d.]+) s of their arrival.*?, 99 % within ([\d.]+) s/u.exec(text) ?? [];
      assert.ok(Number(half) > 100 && Number(half) < 180, text);
      assert.ok(Number(most) > 220 && Number(most) <= 300, text);
    }
  });

  test('gets over a minute without S3: input waits, states wait, and no row is lost or doubled', async () => {
    const clock = simulatedClock(start);
    const outage = { from: 20 * second, to: 80 * second };
    clock.after(outage.from, () => {
      server.inject({ kind: 'cut_before_answer', times: Infinity, every: 2 });
      server.inject({ kind: 'error', code: 'ServiceUnavailable', times: Infinity });
    });
    clock.after(outage.to, () => server.clearFaults());
    const stored = new Map<string, number>();
    server.setHooks({
      onAnswer: ({ key }) => {
        const body = server.object(bucket, key)?.body;
        if (body !== undefined) stored.set(key, gunzipSync(body).toString().split('\n').length - 1);
      },
    });
    const perSecond = 100;
    const seconds = 70;
    /** 10 KB that gzip compresses to 7.5 KB. */
    const rowOf = (n: number): string => {
      const x = createHash('shake256', { outputLength: 7500 }).update(String(n)).digest('base64');
      return JSON.stringify({ time: start + n, x });
    };
    let fed = 0;
    let isFed = false;
    let fedMeanwhile = 0;
    async function* input(): AsyncGenerator<string> {
      while (fed < perSecond * seconds) {
        const rows = Array.from({ length: perSecond }, (_, n) => recordLine('events', rowOf(fed + n)));
        fed += perSecond;
        if (clock.elapsed() > outage.from && clock.elapsed() < outage.to) fedMeanwhile += perSecond;
        yield rows.join('') + stateLine('events', { next: fed });
        isFed = true;
        await sleepBy(clock, second);
        isFed = false;
      }
    }
    const printedAt: number[] = [];
    const config = { max_memory_mb: 32, max_file_mb: 1, gzip_level: 1, max_file_age_seconds: 5 };
    const running = runWrite(server, input(), { catalog, clock, config }, (line) => {
      const [, next] = /"next":(\d+)/u.exec(line) ?? [];
      const rows = [...stored.values()].reduce((sum, count) => sum + count, 0);
      assert.ok(rows >= Number(next), `the state of row ${next} came when ${rows} rows were stored`);
      printedAt.push(clock.elapsed());
    });
    // While the input is held back, time passes.
    await letPass(clock, running, { isQuiet: () => isFed, steps: () => fed });
    const { error, lines } = await running;
    assert.equal(error, undefined);
    assert.equal(lines.length, seconds);
    const rows = Array.from({ length: perSecond * seconds }, (_, n) => rowOf(n));
    assert.deepEqual(storedRows(server), rows.toSorted());
    // 1 MB came each second, and a budget of 24 MB took it until it was full.
    assert.ok(
      fedMeanwhile > 5 * perSecond && fedMeanwhile < 45 * perSecond,
      `${fedMeanwhile} rows were taken meanwhile`,
    );
    assert.ok(
      printedAt.every((at) => at <= outage.from + second || at >= outage.to),
      'a state was printed meanwhile',
    );
  });

  test('ends within 20 s of a signal, though S3 does not answer, and says what is durable', async () => {
    const clock = simulatedClock(start);
    const { promise: stuck, resolve: release } = Promise.withResolvers<void>();
    server.setHooks({
      onRequest: ({ operation, key }) => (operation === 'PutObject' && key.includes('type=b/') ? stuck : undefined),
    });
    const stop = new AbortController();
    async function* input(): AsyncGenerator<string> {
      for (const name of ['a', 'b']) yield recordLine(name, { time: start }) + stateLine(name, { n: 1 });
      stop.abort(new Error('SIGTERM'));
      await new Promise(() => undefined);
    }
    const printed: string[] = [];
    const options = { catalog: catalogJson('a', 'b'), clock, signal: stop.signal };
    const running = runWrite(server, input(), options, (line) => printed.push(line));
    while (printed.length === 0) await sleep(1);
    await clock.advance(20 * second);
    await running; // Without any more time.
    release();
    assert.deepEqual(
      printed.map((line) => line.includes('"name":"a"')),
      [true],
    );
  });
});

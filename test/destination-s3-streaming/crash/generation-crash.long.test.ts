// A generation that outlives the one before it, broken at every call of S3: files are closed by age on the way, GLOBAL states cover
// both streams, and the previous data is deleted only at the end. Broken by taking S3 away from the run, as in crash.test.ts. The
// run is repeated, as a platform does, from the last printed state.
import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import { breakAt, type Moment } from '../../support/crash/break-at.ts';
import { startS3Server } from '../../../tools/s3-server/server.ts';
import type { S3TestServer, StoredObject } from '../../../tools/s3-server/types.ts';
import { simulatedClock, type SimulatedClock } from '../../support/simulated-clock.ts';
import { bucket, catalogJson, globalStateLine, recordLine, statusLine } from '../../support/destination-input.ts';
import { runWrite, storedRows } from '../support/streaming.ts';

const start = Date.UTC(2026, 0, 15);
const hour = 3_600_000;
const neighbour = 'permutive/type=users_archive/1700000000000-0000000000000001-0.jsonl.gz';

function row(hours: number, id: string): string {
  return JSON.stringify({ time: start + hours * hour, id });
}

/** What the previous generation wrote. The second hour is repeated, byte for byte. */
const old = [row(0, 'old'), row(1, 'same'), row(1, 'same again')];
/** The rows between two states. Two rows are equal, and come at different times. */
const phases = [
  { users: old.slice(1), events: [row(0, 'twin'), row(5, 'a')] },
  { users: [row(0, 'new'), row(1, 'new')], events: [row(0, 'twin'), row(0, 'b')] },
  { users: [row(2, 'new')], events: [row(0, 'c')] },
] as const;
const rowsOf = (stream: 'users' | 'events', until: number = phases.length): readonly string[] =>
  phases.slice(0, until).flatMap((phase) => phase[stream]);

function catalogOf(generation: number) {
  const ids = { generation_id: generation, minimum_generation_id: generation, sync_id: 10 + generation };
  const events = { destination_sync_mode: 'append_dedup', generation_id: 1, minimum_generation_id: 0, sync_id: 3 };
  return catalogJson({ name: 'users', ...ids }, { name: 'events', ...events });
}

type Broken = { readonly lines: readonly string[]; readonly error: unknown };

/** From phase `next` on. A phase begins when the state before it was printed, which the age of its files causes. */
async function run(server: S3TestServer, next: number, { signal, isCut = false }: RunOptions = {}): Promise<Broken> {
  const clock = clocks.get(server) ?? simulatedClock(Date.now());
  const printed: string[] = [];
  const end = new AbortController();
  async function* input(): AsyncGenerator<string> {
    if (next > 0) yield globalStateLine({ next });
    for (const [index, { users, events }] of phases.entries()) {
      if (index < next) continue;
      const [first, ...others] = [...users.map((one) => recordLine('users', one)), ...events.map(eventLine)];
      yield [first, ...others, globalStateLine({ next: index + 1 })].join('');
      if (index === phases.length - 1) break;
      while (!end.signal.aborted && acknowledged(printed) <= index) await sleep(5);
    }
    if (!isCut) yield ['users', 'events'].map((name) => statusLine(name, 'COMPLETE')).join('');
  }
  const options = { catalog: catalogOf(2), clock, ...(signal && { signal }) };
  const running = runWrite(server, input(), options, (line) => printed.push(line)).finally(() => end.abort());
  while (!end.signal.aborted) {
    await sleep(5);
    await clock.advance(20_000);
  }
  return await running;
}

/** The time of a server's objects is that of its runs. */
const clocks = new WeakMap<S3TestServer, SimulatedClock>();

async function startTimedServer(): Promise<S3TestServer> {
  const clock = simulatedClock(Date.now());
  const server = await startS3Server({ clock: () => new Date(clock.wall()) });
  clocks.set(server, clock);
  return server;
}

type RunOptions = { readonly signal?: AbortSignal; readonly isCut?: boolean };

function eventLine(data: string): string {
  return recordLine('events', data);
}

/** The phases whose rows are acknowledged. */
function acknowledged(lines: readonly string[]): number {
  return Math.max(0, ...lines.map((line) => Number(/"next":(\d+)/u.exec(line)?.[1] ?? 0)));
}

/** What the previous generation left. */
async function layOut(): Promise<readonly StoredObject[]> {
  await using server = await startS3Server();
  server.createBucket(bucket);
  server.seed(bucket, neighbour, 'x');
  const input = [...old.map((one) => recordLine('users', one)), statusLine('users', 'COMPLETE')];
  const { error } = await runWrite(server, input, { catalog: catalogOf(1) });
  assert.equal(error, undefined);
  return server.objects(bucket);
}

function below(server: S3TestServer, stream: string): readonly string[] {
  return storedRows(server, `permutive/type=${stream}/`);
}

function judgeBroken(server: S3TestServer, { lines }: Broken): void {
  const until = acknowledged(lines);
  for (const stream of ['users', 'events'] as const) {
    const stored = below(server, stream);
    const missing = rowsOf(stream, until).filter((one) => !stored.includes(one));
    assert.deepEqual(missing, [], `${stream}: acknowledged, but not stored`);
  }
  const stored = below(server, 'users');
  const isComplete = rowsOf('users').every((one) => stored.includes(one));
  assert.ok(isComplete || old.every((one) => stored.includes(one)), 'old rows went before the new ones were complete');
}

async function recover(server: S3TestServer, { lines }: Broken): Promise<void> {
  server.setHooks({});
  server.clearFaults();
  const { error } = await run(server, acknowledged(lines));
  assert.equal(error, undefined);
  judgeRecovered(server);
}

function judgeRecovered(server: S3TestServer): void {
  for (const stream of ['users', 'events'] as const) {
    assert.deepEqual(below(server, stream), rowsOf(stream).toSorted(), `${stream}: rows were lost, doubled or left`);
  }
  assert.ok(server.object(bucket, neighbour), 'the neighbour lost its file');
  const records = server.objects(bucket, 'permutive/_manifests/users/').map(({ key }) => key);
  assert.deepEqual(records, ['permutive/_manifests/users/generations/2.json']);
  assert.deepEqual(server.objects(bucket, 'permutive/_staging/'), []);
}

/** As many as the run has calls, and one more in case it has more. */
const indexes = Array.from({ length: 22 }, (_, index) => index + 1);

suite('a generation that outlives another, broken at every call of S3', { concurrency: 16 }, () => {
  let snapshot: readonly StoredObject[] = [];
  before(async () => (snapshot = await layOut()));

  async function serverAsLeft(): Promise<S3TestServer> {
    const server = await startTimedServer();
    server.createBucket(bucket);
    for (const { key, body, headers } of snapshot) server.seed(bucket, key, body, headers);
    return server;
  }

  test('has as many calls as are broken here', async () => {
    await using server = await serverAsLeft();
    server.counts.reset();
    const { lines, error } = await run(server, 0);
    assert.deepEqual([error, lines.length], [undefined, phases.length]);
    judgeRecovered(server);
    const { requests } = server.counts.total;
    assert.ok(requests > indexes.length - 5 && requests < indexes.length, `${requests} calls`);
  });

  for (const index of indexes) {
    for (const moment of ['onRequest', 'onAnswer'] satisfies Moment[]) {
      test(`dead at ${moment} of call ${index}`, async () => {
        await using server = await serverAsLeft();
        const stop = new AbortController();
        breakAt(server, moment, index, () => stop.abort(new ConnectorError('OUTPUT_CLOSED', 'dead')));
        const broken = await run(server, 0, { signal: stop.signal });
        judgeBroken(server, broken);
        await recover(server, broken);
      });
    }

    test(`told to stop at call ${index}`, async () => {
      await using server = await serverAsLeft();
      const stop = new AbortController();
      let seen = 0;
      server.setHooks({ onAnswer: () => ((seen += 1) === index ? stop.abort(new Error('SIGTERM')) : undefined) });
      const broken = await run(server, 0, { signal: stop.signal });
      judgeBroken(server, broken);
      await recover(server, broken);
    });

    test(`S3 fails at call ${index} permanently`, async () => {
      await using server = await serverAsLeft();
      server.inject({ kind: 'error', code: 'AccessDenied', skip: index - 1 });
      const broken = await run(server, 0);
      judgeBroken(server, broken);
      await recover(server, broken);
    });

    test(`the answer to call ${index} is lost`, async () => {
      await using server = await serverAsLeft();
      server.inject({ kind: 'drop_answer', skip: index - 1 });
      const { error } = await run(server, 0);
      assert.equal(error, undefined);
      judgeRecovered(server);
    });
  }

  test('the input ends before the generation is complete', async () => {
    await using server = await serverAsLeft();
    const broken = await run(server, 0, { isCut: true });
    assert.equal(acknowledged(broken.lines), phases.length);
    assert.ok(old.every((one) => below(server, 'users').includes(one)));
    await recover(server, broken);
  });
});

// The promise of the destination: everything it acknowledged is in S3, wherever it was killed, and a run that resumes at the last
// acknowledged STATE omits no row.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startS3Server } from '../../../tools/s3-server/server.ts';
import type { S3TestServer } from '../../../tools/s3-server/types.ts';
import { startDestination } from './process.ts';
import { bucket, catalogJson, recordLine, stateLine } from '../../support/destination-input.ts';
import { storedRows } from './streaming.ts';

const streams = ['a', 'b', 'c'] as const;
const rowsPerStream = 1500;
const rowsPerState = 50;
const config = { max_file_mb: 1, gzip_level: 1, max_file_age_seconds: 1 };
const catalog = catalogJson(...streams);

/** Row `index` of a stream: 1 KB that does not compress; three hours at a time, others every 500 rows. */
function rowOf(stream: string, index: number): string {
  return rows[streams.indexOf(stream as 'a') * rowsPerStream + index] ?? '';
}
const rows = streams.flatMap((stream) =>
  Array.from({ length: rowsPerStream }, (_, index) => {
    const time = Date.UTC(2026, 0, 15, 3 * Math.floor(index / 500) + (index % 3));
    const x = createHash('shake256', { outputLength: 750 }).update(`${stream}${index}`).digest('base64');
    return JSON.stringify({ time, id: `${stream}${index}`, x });
  }),
);

type Kind = 'STREAM' | 'GLOBAL';

/** A source that reads its streams in turns, each from its saved state. */
function* source(kind: Kind, from: ReadonlyMap<string, number>): Generator<string> {
  const next = new Map(streams.map((stream) => [stream, from.get(stream) ?? 0]));
  while (streams.some((stream) => (next.get(stream) ?? 0) < rowsPerStream)) {
    for (const stream of streams) {
      const start = next.get(stream) ?? 0;
      const end = Math.min(rowsPerStream, start + rowsPerState);
      for (let index = start; index < end; index += 1) yield recordLine(stream, rowOf(stream, index));
      next.set(stream, end);
      if (kind === 'STREAM') yield stateLine(stream, { next: end });
    }
    if (kind === 'GLOBAL') {
      const states = [...next].map(([name, index]) => ({ stream_descriptor: { name }, stream_state: { next: index } }));
      yield `${JSON.stringify({ type: 'STATE', state: { type: 'GLOBAL', global: { stream_states: states } } })}\n`;
    }
  }
}

type StreamState = {
  readonly stream_descriptor: { readonly name: string };
  readonly stream_state: { readonly next: number };
};
type State = { readonly stream?: StreamState; readonly global?: { readonly stream_states: readonly StreamState[] } };

/** How far each stream is acknowledged. A line that the kill cut was never received. */
function acknowledged(stdout: string): ReadonlyMap<string, number> {
  const done = new Map<string, number>();
  for (const line of stdout.split('\n').slice(0, -1)) {
    const { type, state } = JSON.parse(line) as { readonly type: string; readonly state: State };
    if (type !== 'STATE') continue;
    for (const { stream_descriptor, stream_state } of state.global?.stream_states ??
      (state.stream ? [state.stream] : [])) {
      assert.ok(stream_state.next >= (done.get(stream_descriptor.name) ?? 0), 'states came back out of order');
      done.set(stream_descriptor.name, stream_state.next);
    }
  }
  return done;
}

type Run = { readonly signal: string | null; readonly stdout: string; readonly exitCode: number | null };

/** Feeds the program until it ends. `killed` gets the function that ends it. */
async function run(server: S3TestServer, lines: Iterable<string>, killed: (kill: () => void) => void): Promise<Run> {
  await using program = await startDestination('write', server, { config, catalog });
  killed(() => program.child.kill('SIGKILL'));
  const feed = async (): Promise<void> => {
    let sent = 0;
    for (const line of lines) {
      if (program.child.stdin.destroyed) return;
      if (!program.child.stdin.write(line)) await sleep(1);
      // Pauses now and then, so that files are also closed by age.
      if ((sent += 1) % 1000 === 0) await sleep(200);
    }
    program.child.stdin.end();
  };
  const [ended] = await Promise.all([program.ended(), feed()]);
  return ended;
}

/** A number in [0, 1) that depends only on the seed. */
function random(seed: number, salt: string): number {
  return createHash('sha256').update(`${seed} ${salt}`).digest().readUInt32LE() / 2 ** 32;
}

function missing(server: S3TestServer, upTo: (stream: string) => number): readonly string[] {
  const stored = new Set(storedRows(server));
  return streams.flatMap((stream) =>
    Array.from({ length: upTo(stream) }, (_, index) => rowOf(stream, index)).filter((row) => !stored.has(row)),
  );
}

const seeds = Array.from({ length: 24 }, (_, index) => index + 1);

/** One in three is of GLOBAL states. */
function kindOf(seed: number): Kind {
  return seed % 3 === 0 ? 'GLOBAL' : 'STREAM';
}

export function registerDurability(kind: Kind): void {
  suite('killed at a random point and run again from the last acknowledged state', { concurrency: 2 }, () => {
    for (const seed of seeds.filter((seed) => kindOf(seed) === kind)) {
      const when = (['onRequest', 'onAnswer'] as const)[seed % 2] ?? 'onRequest';
      const call = 1 + Math.floor(random(seed, 'call') * 26);
      test(`${kind} states, seed ${seed}: at ${when} of S3 call ${call}, no row is lost`, async () => {
        await using server = await startS3Server();
        server.createBucket(bucket);
        const first = await run(server, source(kind, new Map()), (kill) => {
          server.setHooks({ [when]: ({ index }: { readonly index: number }) => (index === call ? kill() : undefined) });
        });
        assert.equal(first.signal, 'SIGKILL');
        const done = acknowledged(first.stdout);
        assert.deepEqual(
          missing(server, (stream) => done.get(stream) ?? 0),
          [],
          'acknowledged, but not stored',
        );
        server.setHooks({});
        const second = await run(server, source(kind, done), () => undefined);
        assert.equal(second.exitCode, 0);
        assert.deepEqual(
          missing(server, () => rowsPerStream),
          [],
        );
        const finished = acknowledged(second.stdout);
        for (const stream of streams) assert.ok([finished.get(stream), done.get(stream)].includes(rowsPerStream));
      });
    }
  });
}

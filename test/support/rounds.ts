// Counts the round trips that a verb needs in sequence. The server holds all requests until no more arrive, and then answers them
// together. A request of a later round waited for an answer of an earlier one. No time is measured.
import { setTimeout } from 'node:timers/promises';

import type { S3TestServer } from '../../tools/s3-server/types.ts';

const lookMs = 10;
/** Looks in a row that find nothing new before a round is over. */
const quietLooks = 6;
/** Of the time between two looks: with more, the process is still at work on the last answers. */
const idleShare = 0.2;

/** `rounds`: the requests of each, as `GetObject lake/t/a.csv`. */
export type InRounds<T> = { readonly result: T; readonly rounds: readonly (readonly string[])[] };

export async function inRounds<T>(server: S3TestServer, run: () => Promise<T>): Promise<InRounds<T>> {
  const rounds: string[][] = [];
  const held: { readonly request: string; readonly answer: () => void }[] = [];
  server.setHooks({
    onRequest: ({ operation, key }) =>
      new Promise((answer) => void held.push({ request: `${operation} ${key}`, answer })),
  });
  const verb = { isOver: false };
  const running = run().finally(() => (verb.isOver = true));
  running.catch(() => undefined); // Awaited below.
  while (!verb.isOver) {
    await quiet(() => held.length + Number(verb.isOver));
    const round = held.splice(0);
    if (round.length > 0) rounds.push(round.map(({ request }) => request));
    for (const { answer } of round) answer();
  }
  server.setHooks({});
  return { result: await running, rounds };
}

/** Until the process has nothing to do, and `seen` stays the same. */
async function quiet(seen: () => number): Promise<void> {
  let last = seen();
  for (let looks = 0; looks < quietLooks;) {
    const [cpu, begun] = [process.cpuUsage(), performance.now()];
    await setTimeout(lookMs);
    const { user, system } = process.cpuUsage(cpu);
    const isIdle = user + system < (performance.now() - begun) * 1000 * idleShare;
    looks = isIdle && seen() === last ? looks + 1 : 0;
    last = seen();
  }
}

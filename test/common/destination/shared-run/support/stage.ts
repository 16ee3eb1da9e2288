// Actors on one bucket whose requests are let through one by one, in an order that a test chooses. An actor can die at any request:
// before any of it is done, or after all of it except the answer.
import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate } from 'node:timers/promises';

import type { S3 } from '@s3-connectors/common/s3/connection/client.ts';

type Actor = { readonly name: string; isDead: boolean; readonly end: PromiseWithResolvers<void> };
type Waiting = { readonly actor: Actor; readonly go: () => Promise<void> };

/** Numbers from 0 (included) to 1 (not included). */
export type Random = () => number;

export type Stage = {
  /** Begins it `delay` of its own turns later. It continues only while `play` does. */
  act(name: string, delay: number, work: () => Promise<void>): void;
  /** Until all actors have finished or died. `step`: called after each request. */
  play(random: Random, deathRate: number, step: () => void): Promise<void>;
};

/** For one connection, which all actors share. */
export function openStage(s3: S3): Stage {
  const current = new AsyncLocalStorage<Actor>();
  const waiting: Waiting[] = [];
  const alive = new Set<Actor>();
  const never = new Promise<never>(() => undefined);
  const handler = s3.client.config.requestHandler;
  const handle = handler.handle.bind(handler);
  handler.handle = async (request, options) => {
    const actor = current.getStore();
    if (actor === undefined) return await handle(request, options);
    const { promise: turn, resolve: begin } = Promise.withResolvers<void>();
    const { promise: done, resolve: finish } = Promise.withResolvers<void>();
    waiting.push({
      actor,
      async go() {
        begin();
        await done;
      },
    });
    await turn;
    try {
      return await handle(request, options);
    } finally {
      finish();
      await setImmediate(); // An actor that dies now never receives the answer.
      if (actor.isDead) await never;
    }
  };

  const pass = (actor: Actor): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.push({ actor, go: async () => resolve() });
    return promise;
  };

  const leave = (actor: Actor): void => {
    alive.delete(actor);
    for (let at = waiting.length - 1; at >= 0; at -= 1) if (waiting[at]?.actor === actor) waiting.splice(at, 1);
    actor.end.resolve();
  };

  async function next(random: Random): Promise<Waiting | undefined> {
    while (waiting.length === 0 && alive.size > 0) await setImmediate();
    const [chosen] = waiting.splice(Math.floor(random() * waiting.length), 1);
    return chosen;
  }

  return {
    act(name, delay, work) {
      const actor: Actor = { name, isDead: false, end: Promise.withResolvers() };
      alive.add(actor);
      void current
        .run(actor, async () => {
          for (let left = delay; left > 0; left -= 1) await pass(actor);
          await work();
        })
        .finally(() => leave(actor));
    },
    async play(random, deathRate, step) {
      for (let turn = await next(random); turn !== undefined; turn = await next(random)) {
        const { actor, go } = turn;
        const fate = random();
        if (fate < deathRate / 2) {
          leave(actor);
          continue;
        }
        actor.isDead = fate < deathRate;
        await go();
        if (actor.isDead) leave(actor);
        step();
      }
    },
  };
}

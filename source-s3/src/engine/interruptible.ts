// Queries that can be interrupted. The engine checks for that between steps of its work. A very long step, on a hostile file, would
// keep the process from ending, so after a while the query is abandoned together with its engine.
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

export type Interruptible = {
  /** The result of `work`, or ENGINE_FAILED if it was interrupted and does not end. */
  readonly run: <T>(work: () => Promise<T>) => Promise<T>;
  /** Call it instead of the engine's own. */
  readonly interrupt: () => void;
  /** A query was abandoned. It may still run, and closing its connection would wait for it. */
  readonly isStuck: boolean;
};

/** `interrupt`: the engine's. One query at a time. */
export function interruptible(interrupt: () => void, giveUpAfterMs = 5000): Interruptible {
  let isStuck = false;
  let running: ((error: ConnectorError) => void) | undefined;
  const giveUp = (meant: typeof running): void => {
    if (meant === undefined || running !== meant) return; // It has ended, and another one may run.
    isStuck = true;
    meant(new ConnectorError('ENGINE_FAILED', 'the query engine does not stop, and is abandoned'));
  };
  return {
    async run(work) {
      const stuck = Promise.withResolvers<never>();
      running = stuck.reject;
      try {
        return await Promise.race([work(), stuck.promise]);
      } finally {
        running = undefined;
      }
    },
    interrupt() {
      interrupt();
      if (running !== undefined) setTimeout(giveUp, giveUpAfterMs, running).unref();
    },
    get isStuck() {
      return isStuck;
    },
  };
}

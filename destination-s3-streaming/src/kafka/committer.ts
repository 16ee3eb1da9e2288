// Commits what the destination has given back, one commit at a time, while the destination goes on. A commit that comes too late
// (the group has moved on) is made again for what is still owned, or has nothing left to commit: it never ends the feeder.
import type { Log } from '@s3-connectors/common/protocol/log.ts';
import type { JsonObject } from '@s3-connectors/common/protocol/messages.ts';
import { sleep, type Clock } from '@s3-connectors/common/streams/clock.ts';

import { staleness } from './failure.ts';
import type { Ownership, PartitionOffset } from './ownership.ts';

const againAfterMs = 1000;

type Options = {
  readonly ownership: Ownership;
  readonly commit: (offsets: readonly PartitionOffset[]) => Promise<void>;
  /** A failure other than lateness. @returns whether to try again. */
  readonly onFailure: (error: unknown) => boolean;
  readonly log: Log;
  readonly clock: Clock;
};

/** Bound: the newest STATE of each stream. */
export class Committer {
  readonly #options: Options;
  readonly #waiting = new Map<string, JsonObject>();
  #working: Promise<void> | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  /** All messages before these offsets are stored. A newer STATE of a stream takes the place of one that waits. */
  offer(stream: string, state: JsonObject): void {
    this.#waiting.set(stream, state);
    this.#working ??= this.#work().finally(() => (this.#working = undefined));
  }

  /** Until all is committed that can be, or for so long. */
  async drain(withinMs: number): Promise<void> {
    const over = new AbortController();
    const given = sleep(this.#options.clock, withinMs, over.signal).catch(() => undefined);
    await Promise.race([this.#working, given]);
    over.abort();
    this.#waiting.clear();
  }

  async #work(): Promise<void> {
    const { ownership, commit, clock, log } = this.#options;
    while (this.#waiting.size > 0) {
      const states = [...this.#waiting];
      const offsets = states.flatMap(([, state]) => ownership.committable(state));
      try {
        if (offsets.length > 0) await commit(offsets);
        ownership.committed(offsets);
        for (const [stream, state] of states) if (this.#waiting.get(stream) === state) this.#waiting.delete(stream);
      } catch (error) {
        const late = staleness(error);
        if (late !== undefined)
          log('INFO', `Offsets are committed again later: the group is being rearranged (${late}).`);
        else if (!this.#options.onFailure(error)) this.#waiting.clear();
        await sleep(clock, againAfterMs);
      }
    }
  }
}

// Commits what the destination has acknowledged, one commit at a time, while the destination continues. A commit that comes too
// late, because the group has changed, is repeated for partitions that are still owned, or dropped. It never ends the feeder.
import type { Log } from '@s3-connectors/common/protocol/log.ts';
import type { JsonObject } from '@s3-connectors/common/protocol/messages.ts';
import { sleep, type Clock } from '@s3-connectors/common/streams/clock.ts';

import { staleness } from './failure.ts';
import type { Ownership, PartitionOffset } from './ownership.ts';

const againAfterMs = 1000;

type Options = {
  readonly ownership: Ownership;
  readonly commit: (offsets: readonly PartitionOffset[]) => Promise<void>;
  /** Called for other failures. @returns whether to try again. */
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

  /** All messages before these offsets are stored. A newer STATE of a stream replaces one that waits. */
  offer(stream: string, state: JsonObject): void {
    this.#waiting.set(stream, state);
    this.#working ??= this.#work().finally(() => (this.#working = undefined));
  }

  /** Waits until everything possible is committed, for this time at most. */
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
          log('INFO', `The commit of offsets is repeated later, because the group is rebalancing (${late}).`);
        else if (!this.#options.onFailure(error)) this.#waiting.clear();
        await sleep(clock, againAfterMs);
      }
    }
  }
}

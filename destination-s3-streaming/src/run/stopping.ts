// A signal in the middle of a run: reading stops, open files are stored within a time, then the remaining work is cut.
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { Clock } from '@s3-connectors/common/streams/clock.ts';

/** Open files are stored within this time after a signal: many platforms kill after 20 s. */
const stopWithinMs = 16_000;

type Options = {
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Reading must stop. */
  readonly onStop: () => void;
  /** Work under way must end now. */
  readonly onCut: (reason: unknown) => void;
};

export class Stopping {
  readonly #options: Options;
  readonly #cut = new AbortController();
  #endWaiting: (() => void) | undefined;

  constructor(options: Options) {
    this.#options = options;
    const { signal } = options;
    if (signal.aborted) this.#onAbort();
    else signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Aborted when work under way must be cut. */
  get cut(): AbortSignal {
    return this.#cut.signal;
  }

  close(): void {
    this.#endWaiting?.();
    this.#options.signal.removeEventListener('abort', this.#onAbort);
  }

  readonly #onAbort = (): void => {
    const { signal, clock, onStop } = this.#options;
    const reason: unknown = signal.reason;
    onStop();
    // If the output is no longer read, nobody would see what became durable.
    if (reason instanceof ConnectorError && reason.code === 'OUTPUT_CLOSED') this.#cutAll(reason);
    else this.#endWaiting = clock.after(stopWithinMs, () => this.#cutAll(reason));
  };

  #cutAll(reason: unknown): void {
    this.#options.onCut(reason);
    this.#cut.abort(reason);
  }
}

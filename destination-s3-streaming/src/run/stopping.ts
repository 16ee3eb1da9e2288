// A signal in the middle of a run: no more is read, what is open is stored within a time, then what is under way is cut.
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { Clock } from '@s3-connectors/common/streams/clock.ts';

/** What is open when a signal comes is stored within this time: after 20 s many a platform kills. */
const stopWithinMs = 16_000;

type Options = {
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Nothing more is to be read. */
  readonly onStop: () => void;
  /** What is under way is to end now. */
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

  /** Aborted when what is under way is to be cut. */
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
    // When nobody reads our output, nobody is left to be told what became durable.
    if (reason instanceof ConnectorError && reason.code === 'OUTPUT_CLOSED') this.#cutAll(reason);
    else this.#endWaiting = clock.after(stopWithinMs, () => this.#cutAll(reason));
  };

  #cutAll(reason: unknown): void {
    this.#options.onCut(reason);
    this.#cut.abort(reason);
  }
}

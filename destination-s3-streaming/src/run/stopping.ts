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

/** `cut`: aborted when work under way must be cut. */
export type Stopping = { readonly cut: AbortSignal; readonly close: () => void };

export function watchStop({ signal, clock, onStop, onCut }: Options): Stopping {
  const cut = new AbortController();
  let endWaiting: (() => void) | undefined;
  const onAbort = (): void => {
    const reason: unknown = signal.reason;
    const cutAll = (): void => {
      onCut(reason);
      cut.abort(reason);
    };
    onStop();
    // If the output is no longer read, nobody would see what became durable.
    if (reason instanceof ConnectorError && reason.code === 'OUTPUT_CLOSED') cutAll();
    else endWaiting = clock.after(stopWithinMs, cutAll);
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  return {
    cut: cut.signal,
    close() {
      endWaiting?.();
      signal.removeEventListener('abort', onAbort);
    },
  };
}

// SIGTERM and SIGINT: the first one asks the process to stop. They are caught once for the process, as early as its executable can
// (early-signals.ts), so that a platform that stops a program as it starts meets the same exit codes.

export const exitCodes = { SIGTERM: 143, SIGINT: 130 } as const;

/** Why the root signal was aborted by the operator; a verb that ends with it has not failed. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
  readonly signal: keyof typeof exitCodes;

  constructor(signal: keyof typeof exitCodes) {
    super(`Stopped by ${signal}`);
    this.signal = signal;
  }
}

type StopSignals = {
  /** Aborted with `Stopped` by the first signal; a second one of the same kind ends the process at once (its default). */
  readonly stop: AbortController;
  /** From here on a signal has its default again. */
  release(): void;
};

let caught: StopSignals | undefined;

/** The same for all who ask. */
export function stopSignals(): StopSignals {
  if (caught !== undefined) return caught;
  const stop = new AbortController();
  const onSignal = (name: NodeJS.Signals): void => {
    if (name === 'SIGTERM' || name === 'SIGINT') stop.abort(new Stopped(name));
  };
  process.once('SIGTERM', onSignal).once('SIGINT', onSignal);
  caught = { stop, release: () => void process.off('SIGTERM', onSignal).off('SIGINT', onSignal) };
  return caught;
}

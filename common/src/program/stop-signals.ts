// SIGTERM and SIGINT: the first one asks the process to stop. The process catches them once, as early as its executable can
// (early-signals.ts), so that a program that is stopped at its start has the same exit codes.

export const exitCodes = { SIGTERM: 143, SIGINT: 130 } as const;

/** The reason when the operator stops the process. A verb that throws it has not failed. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
  readonly signal: keyof typeof exitCodes;

  constructor(signal: keyof typeof exitCodes) {
    super(`Stopped by ${signal}`);
    this.signal = signal;
  }
}

type StopSignals = {
  /** Aborted with `Stopped` by the first signal. A second one of the same kind ends the process at once, by default. */
  readonly stop: AbortController;
  /** Restores the default of the signals. */
  release(): void;
};

let caught: StopSignals | undefined;

/** The same object for all callers. */
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

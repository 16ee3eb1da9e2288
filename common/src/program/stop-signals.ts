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
  /** Aborted by the signals only, while anything may abort `stop`. */
  readonly stopped: AbortSignal;
  /** Restores the default of the signals. */
  release(): void;
};

let caught: StopSignals | undefined;

/** The same object for all callers. */
export function stopSignals(): StopSignals {
  if (caught !== undefined) return caught;
  const stop = new AbortController();
  const stopped = new AbortController();
  const onSignal = (name: NodeJS.Signals): void => {
    if (name !== 'SIGTERM' && name !== 'SIGINT') return;
    stopped.abort(new Stopped(name));
    stop.abort(stopped.signal.reason);
  };
  process.once('SIGTERM', onSignal).once('SIGINT', onSignal);
  const release = (): void => void process.off('SIGTERM', onSignal).off('SIGINT', onSignal);
  caught = { stop, stopped: stopped.signal, release };
  return caught;
}

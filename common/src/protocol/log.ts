// The log of a connector: one function, whose lines become LOG messages on stdout. Stderr is not used, because the platform
// shows its lines as errors, and some runners never drain it.
import type { LogLevel } from './messages.ts';

/** Logs one sentence, without secrets and without values of records. */
export type Log = (level: Exclude<LogLevel, 'FATAL'>, message: string) => void;

/** A log for code outside a connector (tests, tools). */
export const silentLog: Log = () => undefined;

/** Keeps its lines for the turn of work that is done at the same time as other work. */
export class KeptLog {
  readonly #lines: Parameters<Log>[] = [];

  readonly log: Log = (...line) => void this.#lines.push(line);

  passTo(log: Log): void {
    for (const line of this.#lines) log(...line);
  }
}

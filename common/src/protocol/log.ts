// How every part of a connector speaks to the operator: one function, whose lines become LOG messages on stdout.
// (stderr is for nobody: the platform shows it as errors, and some runners never drain it.)
import type { LogLevel } from './messages.ts';

/** Says one sentence; never a secret, never the value of a record. */
export type Log = (level: Exclude<LogLevel, 'FATAL'>, message: string) => void;

/** A log for code that runs outside a connector (tests, tools). */
export const silentLog: Log = () => undefined;

// The process around one verb, for all kinds of programs: standard output, secrets, signals, failures, exit code.
import { capText } from '../protocol/capped.ts';
import type { VerbContext, Watch } from '../protocol/connector.ts';
import { ConnectorError, toConnectorError } from '../protocol/errors.ts';
import type { Log } from '../protocol/log.ts';
import { collectSecrets, redactor } from './stdio/redact.ts';
import { sizeThreadPool } from './cores.ts';
import { closeStandardInput } from './stdio/standard-input.ts';
import { standardOutput } from './stdio/standard-output.ts';
import { openScreen, type Screen } from './stdio/screen.ts';
import { exitCodes, Stopped, stopSignals } from './stop-signals.ts';
import { oneLine } from '../protocol/text/text.ts';
import { isReaderGone, MessageWriter } from './stdio/writer.ts';

/** How a verb logs and reports failures. */
export type Face = { readonly log: Log; readonly fail: (error: ConnectorError) => void };

export type Speak = (out: MessageWriter, redact: (text: string) => string, screen: Screen) => Face;

export type Frame = VerbContext & {
  readonly out: MessageWriter;
  readonly redact: (text: string) => string;
  /** Hides the secrets of this config from now on: the values that the JSON schema marks `airbyte_secret`. */
  hideSecrets(schema: unknown, config: unknown): void;
  /** What is done once all output is printed. */
  atEnd(work: () => Promise<void>): void;
};

/** Time for sockets, timers and files to end by themselves. */
const idleMs = 2000;

/**
 * Sets `process.exitCode` and returns after all output is printed. It never calls process.exit. The code is 0, 1 after a
 * failure or when the reader of stdout exited, and 143 or 130 after a signal.
 */
export async function runProcess(speak: Speak, verb: (frame: Frame) => Promise<void>): Promise<void> {
  sizeThreadPool();
  process.stderr.on('error', () => undefined); // A text that cannot be written there is lost; the data continues.
  let redact = redactor([]);
  const redactNow = (text: string): string => redact(text);
  const signals = stopSignals();
  const { stop, stopped } = signals;
  const out = new MessageWriter(standardOutput(), redactNow, stopped);
  let untold: ConnectorError | undefined;
  const signal = AbortSignal.any([stop.signal, out.closed]);
  const screen = openScreen(process.stderr, { elsewhere: false });
  const face = speak(out, redactNow, screen);
  const fail = (error: ConnectorError): void => {
    face.fail(error);
    untold = error;
    process.exitCode = 1;
  };
  const releaseDefects = catchDefects(stop, fail);
  const watch: Watch = (text) => screen.watch(() => oneLine(redactNow(text())));
  const hideSecrets: Frame['hideSecrets'] = (schema, config) => {
    redact = redactor(collectSecrets(schema, config));
  };
  const endings: (() => Promise<void>)[] = [];
  const atEnd: Frame['atEnd'] = (work) => void endings.push(work);
  try {
    await verb({ out, redact: redactNow, log: face.log, signal, fail, hideSecrets, atEnd, watch });
  } catch (error) {
    if (!isEcho(error, signal) && error !== out.closed.reason) fail(logged(toConnectorError(error), face.log));
  } finally {
    signals.release();
    releaseDefects();
    await out.flush().catch(() => undefined); // `closed` has the reason.
    if (out.closed.aborted) {
      process.exitCode = 1;
      reportClosed(out.closed.reason, untold, redactNow);
    }
    closeStandardInput();
    await Promise.all(endings.map((work) => work()));
    if (stop.signal.reason instanceof Stopped) end(stop.signal.reason.signal);
  }
}

/** For a verb that prints data: on a terminal that shows the data, there is no progress line. */
export function besideData<Context extends VerbContext>(context: Context): Omit<Context, 'watch'> & VerbContext {
  const { watch, ...rest } = context;
  return process.stdout.isTTY || watch === undefined ? rest : { ...rest, watch };
}

/** Ends the process after the last output, even if other work (a query) does not stop. */
function end(signal: keyof typeof exitCodes): void {
  process.exitCode = exitCodes[signal];
  setTimeout(() => process.kill(process.pid, signal), idleMs).unref();
}

/** Reports on standard error why standard output failed, and the error that could not be printed there. */
function reportClosed(reason: unknown, untold: ConnectorError | undefined, redact: (text: string) => string): void {
  if (!(reason instanceof ConnectorError) || isReaderGone(reason.cause)) return;
  for (const error of [reason, ...(untold === undefined ? [] : [untold])]) {
    process.stderr.write(`${capText(oneLine(redact(error.message)))} (${error.code})\n`);
  }
}

/** Logs the details of the error, and returns it. */
export function logged(error: ConnectorError, log: Log): ConnectorError {
  if (error.details !== undefined) log('ERROR', error.details);
  return error;
}

/** Whether a verb failed with `error` only because it was stopped. The reason of the stop is already reported. */
export function isEcho(error: unknown, signal: AbortSignal): boolean {
  if (!signal.aborted) return false;
  return error === signal.reason || (error instanceof Error && error.name === 'AbortError');
}

function catchDefects(stop: AbortController, fail: (error: ConnectorError) => void): () => void {
  const onDefect = (error: unknown): void => {
    fail(toConnectorError(error));
    stop.abort(error);
  };
  process.on('uncaughtException', onDefect).on('unhandledRejection', onDefect);
  return () => {
    process.off('uncaughtException', onDefect).off('unhandledRejection', onDefect);
  };
}

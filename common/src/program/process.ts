// The life of the process around one verb, whatever its face: standard output, secrets, signals, failures, exit code.
import { capText } from '../protocol/capped.ts';
import type { VerbContext, Watch } from '../protocol/connector.ts';
import { ConnectorError, toConnectorError } from '../protocol/errors.ts';
import type { Log } from '../protocol/log.ts';
import { collectSecrets, redactor } from './redact.ts';
import { closeStandardInput } from './standard-input.ts';
import { standardOutput } from './standard-output.ts';
import { openScreen, type Screen } from './screen.ts';
import { exitCodes, Stopped, stopSignals } from './stop-signals.ts';
import { oneLine } from '../protocol/text.ts';
import { isReaderGone, openWriter, type MessageWriter } from './writer.ts';

/** How those who started the verb are spoken to. */
export type Face = { readonly log: Log; readonly fail: (error: ConnectorError) => void };

export type Speak = (out: MessageWriter, redact: (text: string) => string, screen: Screen) => Face;

export type Frame = VerbContext & {
  readonly out: MessageWriter;
  readonly redact: (text: string) => string;
  /** From here on no secret of this config is printed: the values that the JSON schema marks `airbyte_secret`. */
  hideSecrets(schema: unknown, config: unknown): void;
};

/** For what ends by itself: sockets, timers, files. */
const idleMs = 2000;

/**
 * Sets `process.exitCode` (0; 1 after a failure or when the reader of stdout went away; 143, 130 after a signal) and
 * returns when everything is printed; never calls process.exit.
 */
export async function runProcess(speak: Speak, verb: (frame: Frame) => Promise<void>): Promise<void> {
  process.stderr.on('error', () => undefined); // A text that cannot be written there is lost; the data goes on.
  let redact = redactor([]);
  const redactNow = (text: string): string => redact(text);
  const out = openWriter(standardOutput(), redactNow);
  let untold: ConnectorError | undefined;
  const signals = stopSignals();
  const { stop } = signals;
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
  try {
    await verb({ out, redact: redactNow, log: face.log, signal, fail, hideSecrets, watch });
  } catch (error) {
    if (!isEcho(error, signal)) fail(logged(toConnectorError(error), face.log));
  } finally {
    signals.release();
    releaseDefects();
    await out.flush().catch(() => undefined); // `closed` tells; nobody is left to be told.
    if (out.closed.aborted) {
      process.exitCode = 1;
      reportClosed(out.closed.reason, untold, redactNow);
    }
    closeStandardInput();
    if (stop.signal.reason instanceof Stopped) end(stop.signal.reason.signal);
  }
}

/** For a verb that prints data as it comes: on a terminal that shows the data nothing else moves. */
export function besideData<Context extends VerbContext>(context: Context): Omit<Context, 'watch'> & VerbContext {
  const { watch, ...rest } = context;
  return process.stdout.isTTY || watch === undefined ? rest : { ...rest, watch };
}

/** Nothing is left to do or to print. Work of others that does not stop (a query) must not keep the process. */
function end(signal: keyof typeof exitCodes): void {
  process.exitCode = exitCodes[signal];
  setTimeout(() => process.kill(process.pid, signal), idleMs).unref();
}

/** On standard error, since nothing else is left: why standard output failed, and what it should have told. */
function reportClosed(reason: unknown, untold: ConnectorError | undefined, redact: (text: string) => string): void {
  if (!(reason instanceof ConnectorError) || isReaderGone(reason.cause)) return;
  for (const error of [reason, ...(untold === undefined ? [] : [untold])]) {
    process.stderr.write(`${capText(oneLine(redact(error.message)))} (${error.code})\n`);
  }
}

/** The same error, after what it has to say beside its message. */
export function logged(error: ConnectorError, log: Log): ConnectorError {
  if (error.details !== undefined) log('ERROR', error.details);
  return error;
}

/** Whether a verb ended with `error` only because it was told to stop; why it was told so is known, or reported, already. */
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

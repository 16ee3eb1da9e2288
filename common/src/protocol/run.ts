// Runs one verb of a connector from its command line to its exit code: reads the files, checks them, prints what the
// verb yields with back-pressure, turns every failure into one TRACE ERROR and every signal into an abort.
import { addAbortSignal } from 'node:stream';

import type * as z from 'zod';

import { parseArguments, readJsonFile, type Invocation, type Verb } from './cli.ts';
import { parseConfiguredCatalog, type ConfiguredStream } from './catalog.ts';
import { parseConfig } from './config.ts';
import { assertNever, type ConnectorError, toConnectorError } from './errors.ts';
import type { Log } from './log.ts';
import type { AirbyteCatalog, AirbyteMessage, ConnectorSpecification } from './messages.ts';
import { collectSecrets, redactor } from './redact.ts';
import { parseState, type SavedState } from './state.ts';
import { openWriter, type MessageWriter } from './writer.ts';

/** Whole lines, each ended by `\n`, printed as they are; or one message. */
export type Output = Uint8Array | AirbyteMessage;

export type VerbContext = {
  readonly log: Log;
  /** Aborted by SIGTERM and SIGINT, and when the reader of stdout goes away. */
  readonly signal: AbortSignal;
  /** Prints a TRACE ERROR now and lets the run end with exit code 1, while the verb goes on (other streams do). */
  readonly fail: (error: ConnectorError) => void;
};

/** What a connector is: its config in two steps (zod, then `resolve` to what the pipeline accepts) and its verbs. */
export type Connector<Schema extends z.ZodObject, Config> = {
  readonly name: string;
  readonly version: string;
  readonly schema: Schema;
  readonly spec: ConnectorSpecification;
  resolve(parsed: z.output<Schema>): Config;
  /** Resolves when a sync would work. @throws ConnectorError saying what is missing. */
  check(config: Config, context: VerbContext): Promise<void>;
  discover?(config: Config, context: VerbContext): Promise<AirbyteCatalog>;
  read?(
    config: Config,
    catalog: readonly ConfiguredStream[],
    state: SavedState,
    context: VerbContext,
  ): AsyncIterable<Output>;
  /** `input` throws an AbortError when the signal is aborted, so that nothing waits for a line that nobody sends. */
  write?(
    config: Config,
    catalog: readonly ConfiguredStream[],
    input: AsyncIterable<Uint8Array>,
    context: VerbContext,
  ): AsyncIterable<Output>;
};

const exitCodes = { SIGTERM: 143, SIGINT: 130 } as const;

/** Why the root signal was aborted by the operator; a verb that ends with it has not failed. */
class Stopped extends Error {
  override readonly name = 'Stopped';
  readonly signal: keyof typeof exitCodes;

  constructor(signal: keyof typeof exitCodes) {
    super(`Stopped by ${signal}`);
    this.signal = signal;
  }
}

/** Sets `process.exitCode` and returns when everything is printed; never calls process.exit. */
export async function runConnector<Schema extends z.ZodObject, Config>(
  connector: Connector<Schema, Config>,
  argv: readonly string[],
): Promise<void> {
  let redact = redactor([]);
  const out = openWriter(process.stdout, (text) => redact(text));
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, out.closed]);
  const log = levelLog(out);
  const fail = (error: ConnectorError): void => {
    out.message(traceError(error));
    process.exitCode = 1;
  };
  const release = catchSignals(stop, fail);
  let verb: string | undefined;
  try {
    const invocation = await parseArguments(argv, { ...connector, verbs: verbsOf(connector) });
    verb = invocation.verb;
    if (invocation.verb === 'help') process.stdout.write(`${invocation.text}\n`);
    else if (invocation.verb === 'spec') out.message({ type: 'SPEC', spec: connector.spec });
    else {
      const json = await readJsonFile(invocation.config, 'config');
      redact = redactor(collectSecrets(connector.spec.connectionSpecification, json));
      const config = connector.resolve(parseConfig(connector.schema, json, log));
      for await (const output of outputs(connector, invocation, config, { log, signal, fail })) await out.write(output);
    }
  } catch (error) {
    if (!isEcho(error, signal)) report(toConnectorError(error), verb, out, fail);
  } finally {
    release();
    await out.flush().catch(() => undefined); // `closed` tells; nobody is left to be told.
    if (out.closed.aborted) process.exitCode = 1;
    if (stop.signal.reason instanceof Stopped) process.exitCode = exitCodes[stop.signal.reason.signal];
    process.stdin.destroy();
  }
}

/** Whether a verb ended with `error` only because it was told to stop; why it was told so is known, or reported, already. */
function isEcho(error: unknown, signal: AbortSignal): boolean {
  if (!signal.aborted) return false;
  return error === signal.reason || (error instanceof Error && error.name === 'AbortError');
}

function verbsOf(connector: Partial<Record<'discover' | 'read' | 'write', unknown>>): readonly Verb[] {
  const optional = (['discover', 'read', 'write'] as const).filter((verb) => connector[verb] !== undefined);
  return ['spec', 'check', ...optional];
}

async function* outputs<Schema extends z.ZodObject, Config>(
  connector: Connector<Schema, Config>,
  invocation: Exclude<Invocation, { verb: 'help' }>,
  config: Config,
  context: VerbContext,
): AsyncIterable<Output> {
  switch (invocation.verb) {
    case 'check':
      await connector.check(config, context);
      yield { type: 'CONNECTION_STATUS', connectionStatus: { status: 'SUCCEEDED' } };
      return;
    case 'discover':
      if (connector.discover !== undefined)
        yield { type: 'CATALOG', catalog: await connector.discover(config, context) };
      return;
    case 'read': {
      const catalog = parseConfiguredCatalog(await readJsonFile(invocation.catalog, 'catalog'));
      const state = invocation.state === undefined ? undefined : await readJsonFile(invocation.state, 'state');
      if (connector.read !== undefined) yield* connector.read(config, catalog, parseState(state), context);
      return;
    }
    case 'write': {
      const catalog = parseConfiguredCatalog(await readJsonFile(invocation.catalog, 'catalog'));
      const input = addAbortSignal(context.signal, process.stdin);
      if (connector.write !== undefined) yield* connector.write(config, catalog, input, context);
      return;
    }
    case 'spec':
      return;
    default:
      assertNever(invocation.verb);
  }
}

/** `check` answers a mistake of the user's with FAILED and exit code 0; everything else is a TRACE ERROR and exit code 1. */
function report(
  error: ConnectorError,
  verb: string | undefined,
  out: MessageWriter,
  fail: (error: ConnectorError) => void,
): void {
  if (error.details !== undefined) out.message({ type: 'LOG', log: { level: 'ERROR', message: error.details } });
  if (verb === 'check' && error.failureType === 'config_error') {
    out.message({ type: 'CONNECTION_STATUS', connectionStatus: { status: 'FAILED', message: error.message } });
  } else fail(error);
}

function traceError(error: ConnectorError): AirbyteMessage {
  const stack = error.code === 'UNEXPECTED' ? stackOf(error) : undefined; // Of any other the message says where it lies.
  return {
    type: 'TRACE',
    trace: {
      type: 'ERROR',
      emitted_at: Date.now(),
      error: {
        message: error.message,
        failure_type: error.failureType,
        internal_message: `${error.code}${error.details === undefined ? '' : `: ${error.details}`}`,
        ...(stack !== undefined && { stack_trace: stack }),
        ...(error.stream !== undefined && { stream_descriptor: error.stream }),
      },
    },
  };
}

function stackOf(error: Error): string | undefined {
  return error.cause instanceof Error ? error.cause.stack : error.stack;
}

function levelLog(out: MessageWriter): Log {
  const debug = process.env['LOG_LEVEL']?.toUpperCase() === 'DEBUG';
  return (level, message) => {
    if (level !== 'DEBUG' || debug) out.message({ type: 'LOG', log: { level, message } });
  };
}

/** The first signal aborts, a second one of the same kind ends the process at once (its default). */
function catchSignals(stop: AbortController, fail: (error: ConnectorError) => void): () => void {
  const onSignal = (name: NodeJS.Signals): void => {
    if (name === 'SIGTERM' || name === 'SIGINT') stop.abort(new Stopped(name));
  };
  const onDefect = (error: unknown): void => {
    fail(toConnectorError(error));
    stop.abort(error);
  };
  process.once('SIGTERM', onSignal).once('SIGINT', onSignal);
  process.on('uncaughtException', onDefect).on('unhandledRejection', onDefect);
  return () => {
    process.off('SIGTERM', onSignal).off('SIGINT', onSignal);
    process.off('uncaughtException', onDefect).off('unhandledRejection', onDefect);
  };
}

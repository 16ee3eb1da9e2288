// Runs one verb of a connector, from its command line to its exit code. It reads and checks the files, and prints the output of
// the verb with back-pressure. In this Airbyte form, everything is a message on stdout, and every failure is one TRACE ERROR.

import type * as z from 'zod';

import { parseArguments, readJsonFile, type Invocation, type Verb } from './cli.ts';
import { parseConfiguredCatalog } from '../protocol/catalog.ts';
import { parseConfig } from '../protocol/config.ts';
import { asksForConfigured, configuredCatalogVerb } from './configured-catalog.ts';
import type { Connector, Output } from '../protocol/connector.ts';
import { assertNever, type ConnectorError, toConnectorError } from '../protocol/errors.ts';
import type { AirbyteMessage } from '../protocol/messages.ts';
import { sendMetrics } from './metrics/send-metrics.ts';
import { operatorVerbOf, runOperatorVerb } from './operator.ts';
import { besideData, type Face, type Frame, isEcho, logged, runProcess } from './process.ts';
import { standardInput } from './stdio/standard-input.ts';
import { parseState } from '../protocol/state.ts';
import { framesOf } from '../protocol/text/thrown.ts';
import type { MessageWriter } from './stdio/writer.ts';

/** Sets `process.exitCode` and returns after all output is printed. It never calls process.exit. */
export async function runConnector<Schema extends z.ZodObject, Config>(
  connector: Connector<Schema, Config>,
  argv: readonly string[],
): Promise<void> {
  const operatorVerb = operatorVerbOf(connector.operatorVerbs ?? [], argv);
  if (operatorVerb !== undefined) return runOperatorVerb(connector, operatorVerb, argv);
  if (connector.discover !== undefined && asksForConfigured(argv)) {
    return runOperatorVerb(connector, configuredCatalogVerb(connector.discover.bind(connector)), argv);
  }
  return runProcess(airbyteFace, async (frame) => {
    const invocation = await parseArguments(argv, { ...connector, verbs: verbsOf(connector) });
    const verb = runVerb(connector, invocation, frame);
    return invocation.verb === 'check' ? answered(verb, frame) : verb;
  });
}

async function runVerb<Schema extends z.ZodObject, Config>(
  connector: Connector<Schema, Config>,
  invocation: Invocation,
  frame: Frame,
): Promise<void> {
  const { out } = frame;
  if (invocation.verb === 'help') await out.write(Buffer.from(`${invocation.text}\n`));
  else if (invocation.verb === 'spec') out.message({ type: 'SPEC', spec: connector.spec });
  else {
    const json = await readJsonFile(invocation.config, 'config');
    frame.hideSecrets(connector.spec.connectionSpecification, json);
    const config = connector.resolve(parseConfig(connector.schema, json, frame.log));
    for await (const output of outputs(connector, invocation, config, frame)) await out.write(output);
  }
}

function verbsOf(connector: Partial<Record<'discover' | 'read' | 'write', unknown>>): readonly Verb[] {
  const optional = (['discover', 'read', 'write'] as const).filter((verb) => connector[verb] !== undefined);
  return ['spec', 'check', ...optional];
}

async function* outputs<Schema extends z.ZodObject, Config>(
  connector: Connector<Schema, Config>,
  invocation: Exclude<Invocation, { verb: 'help' }>,
  config: Config,
  context: Frame,
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
      if (connector.read === undefined) return;
      const metrics = sendMetrics(connector, context);
      yield* connector.read(config, catalog, parseState(state), { ...besideData(context), metrics });
      return;
    }
    case 'write': {
      const catalog = parseConfiguredCatalog(await readJsonFile(invocation.catalog, 'catalog'));
      if (connector.write === undefined) return;
      const metrics = sendMetrics(connector, context);
      yield* connector.write(config, catalog, standardInput(context.signal), { ...besideData(context), metrics });
      return;
    }
    case 'spec':
      return;
    default:
      assertNever(invocation.verb);
  }
}

/** `check` reports a user's mistake as FAILED with exit code 0. @throws every other error unchanged. */
async function answered(check: Promise<void>, { out, log, signal }: Frame): Promise<void> {
  try {
    await check;
  } catch (error) {
    const known = toConnectorError(error);
    if (isEcho(error, signal) || known.failureType !== 'config_error') throw error;
    const { message } = logged(known, log);
    out.message({ type: 'CONNECTION_STATUS', connectionStatus: { status: 'FAILED', message } });
  }
}

function traceError(error: ConnectorError): AirbyteMessage {
  // Only the frames: the message may contain data. The message of any other error names its cause.
  const source = error.cause instanceof Error ? error.cause : error;
  const stack = error.code === 'UNEXPECTED' ? framesOf(source) : undefined;
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

function airbyteFace(out: MessageWriter): Face {
  const debug = process.env['LOG_LEVEL']?.toUpperCase() === 'DEBUG';
  return {
    log(level, message) {
      if (level !== 'DEBUG' || debug) out.message({ type: 'LOG', log: { level, message } });
    },
    fail: (error) => out.message(traceError(error)),
  };
}

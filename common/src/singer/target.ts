// Runs a destination as a Singer target. It reads SCHEMA, RECORD and STATE lines from standard input, and writes the values of
// durable STATEs to standard output.

import type * as z from 'zod';

import type { ConfiguredStream } from '../protocol/catalog.ts';
import type { Connector } from '../protocol/connector.ts';
import type { ConnectorError } from '../protocol/errors.ts';
import { readLines } from '../protocol/lines.ts';
import { outlineDepth } from '../records/record-scanner.ts';
import { sendMetrics } from '../program/metrics/send-metrics.ts';
import { terminalFace } from '../program/operator.ts';
import { besideData, runProcess } from '../program/process.ts';
import { standardInput } from '../program/stdio/standard-input.ts';
import { parseSingerArguments } from './command-line.ts';
import { described, readConfig, type Plugin } from './plugin.ts';
import { TargetLines } from './target-lines.ts';
import { writeRuns } from './target-runs.ts';

/** A connector that can write, and its properties as a target. */
type Target<Schema extends z.ZodObject, Config> = Plugin & {
  readonly connector: Connector<Schema, Config> & Required<Pick<Connector<Schema, Config>, 'write'>>;
};

/** Sets `process.exitCode` and returns after all output is printed. */
export function runTarget<Schema extends z.ZodObject, Config>(
  target: Target<Schema, Config>,
  argv: readonly string[],
): Promise<void> {
  const { name, connector } = target;
  return runProcess(terminalFace(name), async (frame) => {
    const { version } = connector;
    const invocation = await parseSingerArguments(argv, { name, version, kind: 'target' });
    if (invocation.verb === 'show' || invocation.verb === 'about') {
      await frame.out.write(Buffer.from(`${described(target, connector, invocation)}\n`));
      return;
    }
    const settings = await readConfig(target, connector, invocation.config, frame);
    connector.resolve(settings); // Reports mistakes before the first line is read.
    const lines = new TargetLines(frame.log);
    const batches = readLines(standardInput(frame.signal), { outlineDepth: outlineDepth.singer });
    const fail = (error: ConnectorError): void => {
      if (error.stream !== undefined) lines.streams.fail(error.stream.name);
      frame.fail(error);
    };
    const metrics = sendMetrics({ name, version }, frame);
    const states = writeRuns(lines, batches, (catalog, input) => {
      const config = connector.resolve(settingsFor(settings, catalog));
      return connector.write(config, catalog, input, { ...besideData(frame), fail, metrics });
    });
    try {
      for await (const state of states) await frame.out.write(state);
    } finally {
      for (const text of lines.streams.unreplaced()) frame.log('WARN', text);
    }
  });
}

/** Removes the entries of `streams` that the tap has not named yet, which `resolve` would report as mistakes. */
function settingsFor<Settings extends object>(settings: Settings, catalog: readonly ConfiguredStream[]): Settings {
  const streams: unknown = 'streams' in settings ? settings.streams : undefined;
  if (!Array.isArray(streams)) return settings;
  const names = new Set<unknown>(catalog.map(({ name }) => name));
  const known = streams.filter((entry: { readonly stream?: unknown }) => names.has(entry.stream));
  return { ...settings, streams: known };
}

// Runs a source as a Singer tap: settings, catalog and bookmarks in, SCHEMA, RECORD and STATE lines out.
import type * as z from 'zod';

import { readJsonFile } from '../program/cli.ts';
import type { Connector } from '../protocol/connector.ts';
import { sendMetrics } from '../program/metrics/send-metrics.ts';
import { terminalFace } from '../program/operator.ts';
import { besideData, type Frame, runProcess } from '../program/process.ts';
import { parseBookmarks } from './bookmarks.ts';
import { allTapStreams, parseSingerCatalog, singerCatalogText, type TapStream } from './catalog.ts';
import { parseSingerArguments, type SingerInvocation } from './command-line.ts';
import { described, readConfig, type Plugin } from './plugin.ts';
import { savedState, tapFrames, tapLines } from './tap-messages.ts';

/** A connector that can discover and read, and its properties as a tap. */
type Tap<Schema extends z.ZodObject, Config> = Plugin & {
  readonly connector: Connector<Schema, Config> & Required<Pick<Connector<Schema, Config>, 'discover' | 'read'>>;
  /** Whether streams of two namespaces can have the same name. Their names then begin with the namespace. */
  hasNamespaces(config: Config): boolean;
};

const nothingSelected =
  'The catalog selects no stream, so nothing is read. Select one in its metadata: "selected": true at the empty breadcrumb.';

/** Sets `process.exitCode` and returns after all output is printed. */
export function runTap<Schema extends z.ZodObject, Config>(
  tap: Tap<Schema, Config>,
  argv: readonly string[],
): Promise<void> {
  return runProcess(terminalFace(tap.name), async (frame) => {
    const { version } = tap.connector;
    const invocation = await parseSingerArguments(argv, { name: tap.name, version, kind: 'tap' });
    for await (const bytes of output(tap, invocation, frame)) await frame.out.write(bytes);
  });
}

async function* output<Schema extends z.ZodObject, Config>(
  tap: Tap<Schema, Config>,
  invocation: SingerInvocation,
  frame: Frame,
): AsyncGenerator<Uint8Array> {
  const { connector } = tap;
  if (invocation.verb === 'show' || invocation.verb === 'about') {
    yield Buffer.from(`${described(tap, connector, invocation)}\n`);
    return;
  }
  const config = connector.resolve(await readConfig(tap, connector, invocation.config, frame));
  switch (invocation.verb) {
    case 'discover':
      yield* singerCatalogText(await connector.discover(config, frame), tap.hasNamespaces(config));
      return;
    case 'test':
      await connector.check(config, frame);
      frame.log('INFO', 'The connection works.');
      return;
    case 'sync': {
      const streams: readonly TapStream[] =
        invocation.catalog === undefined
          ? allTapStreams(await connector.discover(config, frame), tap.hasNamespaces(config))
          : parseSingerCatalog(await readJsonFile(invocation.catalog, 'catalog'));
      if (streams.length === 0 && invocation.catalog !== undefined) frame.log('WARN', nothingSelected);
      const state = invocation.state === undefined ? undefined : await readJsonFile(invocation.state, 'state');
      const bookmarks = parseBookmarks(state);
      const configured = streams.map((stream) => stream.configured);
      const version = Date.now();
      const metrics = sendMetrics({ name: tap.name, version: connector.version }, frame);
      const context = { ...besideData(frame), metrics, frameOf: tapFrames(streams, version) };
      const outputs = connector.read(config, configured, savedState(streams, bookmarks), context);
      yield* tapLines(outputs, { streams, bookmarks, version });
      return;
    }
  }
}

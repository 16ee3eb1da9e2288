// The common start of taps and targets: they describe themselves, and check their settings.
import type * as z from 'zod';

import { parseConfig } from '../protocol/config.ts';
import type { Connector } from '../protocol/connector.ts';
import type { Frame } from '../program/process.ts';
import { aboutPlugin, aboutText, type Plugin } from './about.ts';
import type { SingerInvocation } from './command-line.ts';
import { readSettings } from './settings.ts';

type Described = Pick<Connector<z.ZodObject, unknown>, 'version' | 'spec'>;

/** The text for --about, --help and --version. */
export function described(
  plugin: Plugin,
  { version, spec }: Described,
  invocation: Extract<SingerInvocation, { verb: 'show' | 'about' }>,
): string {
  if (invocation.verb === 'show') return invocation.text;
  const about = aboutPlugin(plugin, version, spec);
  return invocation.format === 'json' ? JSON.stringify(about, null, 2) : aboutText(about);
}

/** Returns the checked config, and hides its secrets from now on. @throws CONFIG_INVALID that lists all mistakes. */
export async function readConfig<Schema extends z.ZodObject, Config>(
  { name }: Plugin,
  connector: Pick<Connector<Schema, Config>, 'schema' | 'spec'>,
  sources: readonly string[],
  frame: Frame,
): Promise<z.output<Schema>> {
  const form = connector.spec.connectionSpecification;
  const settings = await readSettings(sources, { name, schema: form }, process.env);
  frame.hideSecrets(form, settings);
  return parseConfig(connector.schema, settings, frame.log);
}

// The common start of taps and targets: they describe themselves, and check their settings.
import type * as z from 'zod';

import { parseConfig } from '../protocol/config.ts';
import type { Connector } from '../protocol/connector.ts';
import type { Frame } from '../program/process.ts';
import type { SingerInvocation } from './command-line.ts';
import { readSettings } from './settings.ts';

export type Plugin = {
  /** The name of the command, such as `tap-s3-tables`. */
  readonly name: string;
  /** One sentence. */
  readonly description: string;
  readonly capabilities: readonly string[];
};

type Described = Pick<Connector<z.ZodObject, unknown>, 'version' | 'spec'>;

/**
 * The text for --about, --help and --version. As JSON, --about has the keys that Meltano's tools read; `settings` is the JSON schema
 * of the config, whose extra keys for Airbyte's form do no harm there.
 */
export function described(
  { name, description, capabilities }: Plugin,
  { version, spec: { connectionSpecification: settings } }: Described,
  invocation: Extract<SingerInvocation, { verb: 'show' | 'about' }>,
): string {
  if (invocation.verb === 'show') return invocation.text;
  if (invocation.format === 'json') {
    return JSON.stringify({ name, description, version, capabilities, settings }, null, 2);
  }
  const properties = settings['properties'] as Readonly<Record<string, { readonly description?: string }>>;
  const lines = Object.entries(properties).map(([setting, { description: what = '' }]) => `  ${setting}: ${what}`);
  const head = [`${name} ${version}`, description, `Capabilities: ${capabilities.join(', ')}`, 'Settings:'];
  return [...head, ...lines].join('\n');
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

// `discover --configured` prints a configured catalog for `read` and `write`, and nothing else, to standard output.
import { ConnectorError } from '../protocol/errors.ts';
import type { Connector, OperatorVerb } from '../protocol/connector.ts';
import type { AirbyteCatalog } from '../protocol/messages.ts';

const modes = {
  incremental_append: { sync_mode: 'incremental', destination_sync_mode: 'append' },
  full_refresh_append: { sync_mode: 'full_refresh', destination_sync_mode: 'append' },
  full_refresh_overwrite: { sync_mode: 'full_refresh', destination_sync_mode: 'overwrite' },
} as const;
type Mode = keyof typeof modes;
const names = Object.keys(modes) as readonly Mode[];

export const configuredOptions = {
  configured: { type: 'boolean', describe: 'Print a configured catalog for read and write.' },
  mode: {
    type: 'string',
    describe: `With --configured, the sync mode: ${names.join(', ')}. The first is the default.`,
  },
} as const;

export function asksForConfigured([verb, ...rest]: readonly string[]): boolean {
  return verb === 'discover' && rest.includes('--configured');
}

export function configuredCatalogVerb<Config>(
  discover: NonNullable<Connector<never, Config>['discover']>,
): OperatorVerb<Config> {
  return {
    name: 'discover',
    describe: 'Print a catalog of all streams for read and write.',
    options: configuredOptions,
    async *run(config, given, context) {
      const mode = names.find((name) => name === (given['mode'] ?? names[0]));
      if (mode === undefined) throw new ConnectorError('USAGE_INVALID', `--mode must be one of ${names.join(', ')}.`);
      yield { json: configured(await discover(config, context), mode) };
    },
  };
}

function configured({ streams }: AirbyteCatalog, mode: Mode): unknown {
  return { streams: streams.map((stream) => ({ stream, ...modes[mode] })) };
}

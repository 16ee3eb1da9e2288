// `feed-kafka`, as the program's entry point sees it: the streaming destination with a consumer group as its input.
import { defineDestination } from '@s3-connectors/common/destination/run/define-destination.ts';
import { streamingAccess } from '@s3-connectors/common/permissions/needs/access.ts';
import { readJsonFile } from '@s3-connectors/common/program/cli.ts';
import { parseConfiguredCatalog, type ConfiguredStream } from '@s3-connectors/common/protocol/catalog.ts';
import type { Connector, OperatorVerb } from '@s3-connectors/common/protocol/connector.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

import { layout } from '../layout/layout.ts';
import { feedSchema, resolveFeedConfig, type FeedConfig } from './config.ts';

const run: OperatorVerb<FeedConfig> = {
  name: 'run',
  describe: 'Write the topics to the bucket until a signal arrives, as a member of the consumer group.',
  hasMetrics: true,
  options: {
    catalog: {
      type: 'string',
      describe: 'Path of the catalog file (JSON). Records of its streams with published types are validated.',
    },
  },
  async *run(config, { catalog }, context) {
    const { feed } = await import('./feed.ts');
    const given =
      typeof catalog === 'string' ? parseConfiguredCatalog(await readJsonFile(catalog, 'catalog')) : undefined;
    await feed(config, streamsOf(config, given), context);
    yield 'Ended: everything that was read is stored.\n';
  },
};

/** The streams of the topics, named by the config: one for each topic, or those of a catalog. @throws CATALOG_INVALID */
export function streamsOf(
  { kafka }: FeedConfig,
  catalog: readonly ConfiguredStream[] | undefined,
): readonly ConfiguredStream[] {
  const names = [...new Set(kafka.topics.map(({ stream }) => stream))];
  return names.map((name) => {
    const found = catalog?.find((one) => one.name === name && one.namespace === undefined);
    if (catalog !== undefined && found === undefined) {
      throw new ConnectorError('CATALOG_INVALID', `The catalog has no stream "${name}" without a namespace. Add it.`);
    }
    if (found !== undefined && found.destinationSyncMode !== 'append') {
      const text = `The stream "${name}" is to be replaced or deduplicated, but messages never end. Set destination_sync_mode to append.`;
      throw new ConnectorError('CATALOG_INVALID', text);
    }
    const appended = { syncMode: 'incremental', destinationSyncMode: 'append' } as const;
    return found ?? { name, jsonSchema: { type: 'object' }, ...appended, cursorField: [], primaryKey: [] };
  });
}

const destination = defineDestination<typeof feedSchema, FeedConfig>({
  name: 'feed-kafka',
  title: 'Kafka to S3',
  schema: feedSchema,
  resolve: (parsed) => resolveFeedConfig(parsed),
  layout,
  access: streamingAccess,
  load: () => import('../run/write.ts'),
  rehearse: async (config) => {
    const { checkKafka } = await import('./check.ts');
    await checkKafka(config);
  },
  verbs: [run],
});

const { name, version, schema, spec, resolve, operatorVerbs } = destination;

/** Without `write`, which `run` replaces. */
export const feedKafka = {
  name,
  version,
  schema,
  spec,
  resolve,
  operatorVerbs,
  check: (config, context) => destination.check(config, context),
} satisfies Connector<typeof feedSchema, FeedConfig>;

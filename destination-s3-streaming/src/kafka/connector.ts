// `feed-kafka`, as the program's entry point sees it: the streaming destination with a consumer group as its input.
import { defineDestination } from '@s3-connectors/common/destination/run/define-destination.ts';
import { streamingAccess } from '@s3-connectors/common/permissions/needs/access.ts';
import { readJsonFile } from '@s3-connectors/common/program/cli.ts';
import { parseConfiguredCatalog } from '@s3-connectors/common/protocol/catalog.ts';
import type { Connector, OperatorVerb } from '@s3-connectors/common/protocol/connector.ts';

import { layout } from '../layout/layout.ts';
import { streamsOf } from './streams.ts';
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

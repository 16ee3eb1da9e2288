// The source, as the protocol runtime sees it. Verbs are loaded when they are called, so that `spec` answers at once.
import { policyVerbs } from '@s3-connectors/common/permissions/verbs/policy-verbs.ts';
import { specification } from '@s3-connectors/common/protocol/spec.ts';
import type { Connector, OperatorVerb } from '@s3-connectors/common/protocol/connector.ts';

import packageJson from '../package.json' with { type: 'json' };
import { accessOf } from './config/access.ts';
import { resolveSource, sourceSchema, type SourceConfig } from './config/config.ts';

const inspectVerb: OperatorVerb<SourceConfig> = {
  name: 'inspect',
  describe: 'Report the layout of the tables, which files a sync would read, and which it would skip.',
  options: {
    json: { type: 'boolean', describe: 'Print the full report as JSON.' },
    html: { type: 'string', describe: 'Also write the report to this file, as a page for a browser.' },
    'schema-prefix': {
      type: 'string',
      describe: 'Inspect only this schema prefix, which may be missing from the config.',
    },
    shards: {
      type: 'string',
      describe: 'Show how this number of readers would share the files of each table (the config field "shard").',
    },
    table: { type: 'string', describe: 'Inspect only the tables with this name.' },
  },
  async *run(config, given, context) {
    const { inspect } = await import('./verbs/inspect/inspect.ts');
    yield* inspect(config, given, context);
  },
};

export const sourceS3 = {
  name: 'source-s3',
  version: packageJson.version,
  schema: sourceSchema,
  spec: specification({
    config: sourceSchema,
    title: 'S3 tables',
    documentationUrl: 'https://github.com/s3-connectors/s3-connectors#source-s3',
    supportsIncremental: true,
  }),
  resolve: resolveSource,
  async check(config, context) {
    const { check } = await import('./verbs/check.ts');
    return check(config, context);
  },
  async discover(config, context) {
    const { discover } = await import('./verbs/discover.ts');
    return discover(config, context);
  },
  async *read(config, catalog, state, context) {
    const { read } = await import('./verbs/read/read.ts');
    yield* read(config, catalog, state, context);
  },
  operatorVerbs: [inspectVerb, ...policyVerbs(accessOf)],
} satisfies Connector<typeof sourceSchema, SourceConfig>;

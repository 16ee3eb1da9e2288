// The source, as the protocol runtime sees it. Verbs are loaded when they are called, so that `spec` answers at once.
import { policyVerbs } from '@s3-connectors/common/permissions/verbs/policy-verbs.ts';
import { specification } from '@s3-connectors/common/protocol/spec.ts';
import type { Connector } from '@s3-connectors/common/protocol/connector.ts';

import packageJson from '../package.json' with { type: 'json' };
import { accessOf } from './config/access.ts';
import { inspectVerb } from './verbs/inspect/inspect-verb.ts';
import { resolveSource, sourceSchema, type SourceConfig } from './config/config.ts';

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

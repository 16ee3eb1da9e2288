// The connector as the run knows it. The verbs are loaded when they are called: `spec` answers without the AWS SDK.
import type { Connector } from '@s3-connectors/common/protocol/connector.ts';
import { streamingAccess, placeOf, type Access } from '@s3-connectors/common/permissions/needs/access.ts';
import { policyVerbs } from '@s3-connectors/common/permissions/verbs/policy-verbs.ts';
import { specification } from '@s3-connectors/common/protocol/spec.ts';

import { configSchema, resolveConfig, type Config } from './config/config.ts';

export const destinationS3Streaming = {
  name: 'destination-s3-streaming',
  version: '0.1.0',
  schema: configSchema,
  spec: specification({
    config: configSchema,
    title: 'S3 streaming',
    documentationUrl: 'https://github.com/s3-connectors/s3-connectors#destination-s3-streaming',
    supported_destination_sync_modes: ['append', 'overwrite'],
  }),
  resolve: (parsed) => resolveConfig(parsed),
  async check(config, context) {
    const { check } = await import('@s3-connectors/common/destination/check/check.ts');
    await check(config, accessOf(config), context);
  },
  async *write(config, catalog, input, context) {
    const { write } = await import('./run/write.ts');
    yield* write(config, catalog, input, context);
  },
  operatorVerbs: policyVerbs(accessOf),
} satisfies Connector<typeof configSchema, Config>;

function accessOf(config: Config): Access {
  return streamingAccess({ ...placeOf(config.connection), prefix: config.prefix, headers: config.headers });
}

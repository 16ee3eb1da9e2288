// The connector as the run knows it. The verbs are loaded when they are called: `spec` answers without the AWS SDK.
import type { Connector, OperatorVerb } from '@s3-connectors/common/protocol/connector.ts';
import { batchAccess, placeOf, type Access } from '@s3-connectors/common/permissions/needs/access.ts';
import { policyVerbs } from '@s3-connectors/common/permissions/verbs/policy-verbs.ts';
import { specification } from '@s3-connectors/common/protocol/spec.ts';

import { configSchema, resolveConfig, type Config } from './config/config.ts';

export const destinationS3Batch = {
  name: 'destination-s3-batch',
  version: '0.1.0',
  schema: configSchema,
  spec: specification({
    config: configSchema,
    title: 'S3 batch',
    documentationUrl: 'https://github.com/s3-connectors/s3-connectors#destination-s3-batch',
    supported_destination_sync_modes: ['append', 'overwrite'],
  }),
  resolve: (parsed) => resolveConfig(parsed),
  async check(config, context) {
    const { openSpoolFolder } = await import('./spool/spool-folder.ts');
    {
      await using _ = await openSpoolFolder(config, context.log);
    }
    const { check } = await import('@s3-connectors/common/destination/check/check.ts');
    await check(config, accessOf(config), context);
  },
  async *write(config, catalog, input, context) {
    const { write } = await import('./run/write.ts');
    yield* write(config, catalog, input, context);
  },
  operatorVerbs: [...policyVerbs(accessOf), ddlVerb()],
} satisfies Connector<typeof configSchema, Config>;

function accessOf(config: Config): Access {
  return batchAccess({ ...placeOf(config.connection), prefix: config.prefix, headers: config.headers });
}

function ddlVerb(): OperatorVerb<Config> {
  return {
    name: 'ddl',
    describe: 'Print the statements that make the tables readable in Athena or DuckDB',
    options: {
      table: { type: 'string', describe: 'only this table' },
      engine: { type: 'string', describe: 'athena (the default) or duckdb' },
      location: { type: 'string', describe: 'where the files are, if not at s3://bucket/prefix' },
    },
    async *run(config, given, context) {
      const { ddl } = await import('./ddl/ddl.ts');
      yield* ddl(config, given, context);
    },
  };
}

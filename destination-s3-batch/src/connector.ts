// The batch destination as the run of a connector knows it.
import { defineDestination } from '@s3-connectors/common/destination/run/define-destination.ts';
import { batchAccess } from '@s3-connectors/common/permissions/needs/access.ts';
import type { OperatorVerb } from '@s3-connectors/common/protocol/connector.ts';

import { configSchema, resolveConfig, type Config } from './config/config.ts';
import { layout } from './layout/layout.ts';

const ddlVerb: OperatorVerb<Config> = {
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

const typesVerb: OperatorVerb<Config> = {
  name: 'types',
  describe: 'Show the types that are kept of the tables, or change that of a field',
  options: {
    table: { type: 'string', describe: 'only this table' },
    field: { type: 'string', describe: 'the field to change, as a.b for a member' },
    as: { type: 'string', describe: 'the type that it is to have' },
    forget: { type: 'boolean', describe: 'let the next run decide its type again' },
    apply: { type: 'boolean', describe: 'change it; without this only what would happen is shown' },
  },
  async *run(config, given, context) {
    const { types } = await import('./types-verb/types.ts');
    yield* types(config, given, context);
  },
};

export const destinationS3Batch = defineDestination({
  name: 'destination-s3-batch',
  title: 'S3 batch',
  schema: configSchema,
  resolve: (parsed) => resolveConfig(parsed),
  layout,
  access: batchAccess,
  load: () => import('./run/write.ts'),
  loadRun: async () => (await import('./run/open-run.ts')).openRun,
  misfits: async () => (await import('./columns/registry/misfit-fields.ts')).readMisfits,
  async rehearse(config, { log }) {
    const { openSpoolFolder } = await import('./spool/spool-folder.ts');
    await using _ = await openSpoolFolder(config, log);
  },
  verbs: [ddlVerb, typesVerb],
});

// The batch destination as the run of a connector knows it.
import { defineDestination } from '@s3-connectors/common/destination/run/define-destination.ts';
import { batchAccess } from '@s3-connectors/common/permissions/needs/access.ts';
import type { OperatorVerb } from '@s3-connectors/common/protocol/connector.ts';

import { configSchema, resolveConfig, type BatchConfig } from './config/config.ts';
import { layout } from './layout/layout.ts';

const ddlVerb: OperatorVerb<BatchConfig> = {
  name: 'ddl',
  describe: 'Print the statements that make the tables readable in Athena or DuckDB.',
  options: {
    table: { type: 'string', describe: 'Print only this table.' },
    engine: { type: 'string', describe: 'Query engine: athena (the default) or duckdb.' },
    location: { type: 'string', describe: 'The location of the files, if it is not s3://bucket/prefix.' },
  },
  async *run(config, given, context) {
    const { ddl } = await import('./ddl/ddl.ts');
    yield* ddl(config, given, context);
  },
};

const typesVerb: OperatorVerb<BatchConfig> = {
  name: 'types',
  describe: 'Show the stored types of the tables, or change the type of a field.',
  options: {
    table: { type: 'string', describe: 'Show or change only this table.' },
    field: { type: 'string', describe: 'The field to change. Write a.b for a member.' },
    as: { type: 'string', describe: 'The new type of the field.' },
    forget: { type: 'boolean', describe: 'Forget the type, so that the next run infers it again.' },
    apply: { type: 'boolean', describe: 'Apply the change. Without it, the verb only shows what would change.' },
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

// The batch destination, as the connector's entry point sees it.
import { ddlVerb } from '@s3-connectors/common/destination/ddl/ddl-verb.ts';
import { defineDestination } from '@s3-connectors/common/destination/run/define-destination.ts';
import { batchAccess } from '@s3-connectors/common/permissions/needs/access.ts';
import type { OperatorVerb } from '@s3-connectors/common/protocol/connector.ts';

import { configSchema, resolveConfig, type BatchConfig } from './config/config.ts';
import { layout } from './layout/layout.ts';

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
  verbs: [ddlVerb('table', async () => (await import('./ddl/tables.ts')).tables), typesVerb],
});

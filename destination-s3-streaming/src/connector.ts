// The streaming destination, as the connector's entry point sees it.
import { ddlVerb } from '@s3-connectors/common/destination/ddl/ddl-verb.ts';
import { defineDestination } from '@s3-connectors/common/destination/run/define-destination.ts';
import { streamingAccess } from '@s3-connectors/common/permissions/needs/access.ts';

import { configSchema, resolveConfig } from './config/config.ts';
import { layout } from './layout/layout.ts';

export const destinationS3Streaming = defineDestination({
  name: 'destination-s3-streaming',
  title: 'S3 streaming',
  schema: configSchema,
  resolve: (parsed) => resolveConfig(parsed),
  layout,
  access: streamingAccess,
  load: () => import('./run/write.ts'),
  loadRun: async () => (await import('./run/open-run.ts')).openRun,
  verbs: [ddlVerb('type', async () => (await import('./ddl/tables.ts')).tables)],
});

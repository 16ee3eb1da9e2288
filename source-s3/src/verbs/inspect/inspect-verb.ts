// `source-s3 inspect` on the command line. Its code is loaded when it is called, so that `spec` answers at once.
import type { OperatorVerb } from '@s3-connectors/common/protocol/connector.ts';

import type { SourceConfig } from '../../config/config.ts';

export const inspectVerb: OperatorVerb<SourceConfig> = {
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
    const { inspect } = await import('./inspect.ts');
    yield* inspect(config, given, context);
  },
};

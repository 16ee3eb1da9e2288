// `source-s3 inspect` on the command line. What it does is loaded when it is asked for, so that `spec` answers at once.
import type { OperatorVerb } from '@s3-connectors/common/protocol/connector.ts';

import type { SourceConfig } from '../../config/config.ts';

export const inspectVerb: OperatorVerb<SourceConfig> = {
  name: 'inspect',
  describe: 'Report how the tables are laid out, what a sync would read of them and what it would pass over',
  options: {
    json: { type: 'boolean', describe: 'The whole report as JSON' },
    html: { type: 'string', describe: 'Also write the report as a page to this file, to look at in a browser' },
    'schema-prefix': { type: 'string', describe: 'Only this schema prefix; it need not be one of the config' },
    shards: {
      type: 'string',
      describe: 'How the files of each table would be divided among so many readers (the field "shard" of the config)',
    },
    table: { type: 'string', describe: 'Only the tables of this name' },
  },
  async *run(config, given, context) {
    const { inspect } = await import('./inspect.ts');
    yield* inspect(config, given, context);
  },
};

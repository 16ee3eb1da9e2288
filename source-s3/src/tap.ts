// The executable `tap-s3-tables`: the source as a Singer tap.
import '@s3-connectors/common/program/early-signals.ts';

import { runTap } from '@s3-connectors/common/singer/tap.ts';

import { sourceS3 } from './connector.ts';
import { tuneMemory } from './memory.ts';

tuneMemory();
await runTap(
  {
    name: 'tap-s3-tables',
    description: 'Reads the tables below a prefix of an S3 bucket.',
    capabilities: ['about', 'activate-version', 'catalog', 'discover', 'state', 'test'],
    connector: sourceS3,
    hasNamespaces: ({ schemaPrefixes }) =>
      schemaPrefixes.length > 1 || schemaPrefixes.some(({ levels }) => levels.length > 0),
  },
  process.argv.slice(2),
);

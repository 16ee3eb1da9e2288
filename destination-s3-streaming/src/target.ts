// The executable `target-s3-streaming`: the streaming destination as a Singer target.
import '@s3-connectors/common/program/early-signals.ts';

import { tuneMemory } from '@s3-connectors/common/destination/files/memory.ts';
import { runTarget } from '@s3-connectors/common/singer/target.ts';

import { destinationS3Streaming } from './connector.ts';

tuneMemory();
await runTarget(
  {
    name: 'target-s3-streaming',
    description: 'Writes records to S3 as hourly gzipped JSON lines within about five minutes.',
    capabilities: ['about', 'activate-version'],
    connector: destinationS3Streaming,
  },
  process.argv.slice(2),
);

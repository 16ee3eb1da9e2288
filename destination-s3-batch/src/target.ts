// The executable `target-s3-batch`: the batch destination as a Singer target.
import '@s3-connectors/common/program/early-signals.ts';

import { tuneMemory } from '@s3-connectors/common/destination/files/memory.ts';
import { runTarget } from '@s3-connectors/common/singer/target.ts';

import { destinationS3Batch } from './connector.ts';

tuneMemory();
await runTarget(
  {
    name: 'target-s3-batch',
    description: 'Writes the daily export to S3 as Snappy Parquet or gzipped JSON lines.',
    capabilities: ['about', 'activate-version'],
    connector: destinationS3Batch,
  },
  process.argv.slice(2),
);

// The executable: passes the command line to the batch destination.
import '@s3-connectors/common/program/early-signals.ts';

import { tuneMemory } from '@s3-connectors/common/destination/files/memory.ts';
import { runConnector } from '@s3-connectors/common/program/run.ts';

import { destinationS3Batch } from './connector.ts';

tuneMemory();
await runConnector(destinationS3Batch, process.argv.slice(2));

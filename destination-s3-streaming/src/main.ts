// The executable: passes the command line to the streaming destination.
import '@s3-connectors/common/program/early-signals.ts';

import { tuneMemory } from '@s3-connectors/common/destination/files/memory.ts';
import { runConnector } from '@s3-connectors/common/program/run.ts';

import { destinationS3Streaming } from './connector.ts';

tuneMemory();
await runConnector(destinationS3Streaming, process.argv.slice(2));

// The executable: passes the command line to the source connector.
import '@s3-connectors/common/program/early-signals.ts';

import { runConnector } from '@s3-connectors/common/program/run.ts';

import { sourceS3 } from './connector.ts';
import { tuneMemory } from './memory.ts';

tuneMemory();
await runConnector(sourceS3, process.argv.slice(2));

// The executable: hands the command line to the run of the streaming destination.
import { setFlagsFromString } from 'node:v8';

import { runConnector } from '@s3-connectors/common/protocol/run.ts';

import { destinationS3Streaming } from './connector.ts';

// Nearly all memory is in buffers outside V8's small heap, and V8's answers to that are wrong for us. It would mark the heap
// anew for every few megabytes of input: a fifth of all CPU time. And it would let its young generation grow by 50 MB.
setFlagsFromString('--no-incremental-marking');
setFlagsFromString('--semi-space-growth-factor=1');

await runConnector(destinationS3Streaming, process.argv.slice(2));

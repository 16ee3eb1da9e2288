// The executable: hands the command line to the run of the source connector.
import { setFlagsFromString } from 'node:v8';

import { runConnector } from '@s3-connectors/common/protocol/run.ts';

import { sourceS3 } from './connector.ts';

// A page of a listing is some megabytes of small objects for a moment. After a few of them V8 would let its young generation
// grow by 90 MB; without that the pages take no more time.
setFlagsFromString('--semi-space-growth-factor=1');

await runConnector(sourceS3, process.argv.slice(2));

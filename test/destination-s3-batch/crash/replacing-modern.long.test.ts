// Killed at a call of S3 while tables are replaced whose end is told by STREAM_STATUS COMPLETE: what was acknowledged is stored,
// no table is ever half, and what it left is settled by the next run that proves nothing, and replaced by the next that does,
// without a trace. A sample of the calls, drawn by a seed; the acceptance tests take them all.
import { registerKills } from '../support/crash-replacing.ts';

registerKills('modern');

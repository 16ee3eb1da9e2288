// Killed at a call of S3 while tables are replaced whose end is proven by a STATE that closes the stream: acknowledged rows are
// stored, no table is ever half complete, and what the run left is settled by the next run that proves nothing, and replaced by the
// next one that does, without a trace. A sample of the calls, drawn by a seed; the acceptance tests take them all.
import { registerKills } from '../support/crash-replacing.ts';

registerKills('legacy');

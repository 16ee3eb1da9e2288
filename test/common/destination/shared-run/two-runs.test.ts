// Two runs that replace the same table, in any order of attempts, deaths, commits and aborts.
import { registerInterleavings } from './support/interleavings.ts';

registerInterleavings(2, { seed: 20260116, cases: 500, rare: ['committed', 'died', 'aborted', 'refused'] });

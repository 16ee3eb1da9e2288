// One run alone, in any order of attempts, deaths, commits and aborts.
import { registerInterleavings } from './support/interleavings.ts';

registerInterleavings(1, { seed: 20260115, cases: 500, rare: ['committed', 'died', 'aborted'] });

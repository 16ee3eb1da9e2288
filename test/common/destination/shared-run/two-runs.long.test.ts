// Two runs that replace the same table: a fifth of the cases in which runs of several writers are played in random orders.
import { registerInterleavings } from './support/interleavings.ts';

registerInterleavings('two runs that replace the same table', {
  runs: 2,
  deathRate: 0.02,
  commits: 4,
  aborts: 1,
  seed: 20260119,
  cases: 200,
  rare: ['committed', 'died', 'refused'],
});

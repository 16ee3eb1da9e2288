// Attempts at the parts of a run that die: a fifth of the cases in which runs of several writers are played in random orders.
import { registerInterleavings } from './support/interleavings.ts';

registerInterleavings('attempts at the parts of a run that die', {
  runs: 1,
  deathRate: 0.04,
  commits: 2,
  aborts: 1,
  seed: 20260116,
  cases: 200,
  rare: ['committed', 'died'],
});

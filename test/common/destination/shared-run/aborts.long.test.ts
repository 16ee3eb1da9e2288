// A run that is aborted by some: a fifth of the cases in which runs of several writers are played in random orders.
import { registerInterleavings } from './support/interleavings.ts';

registerInterleavings('a run that is aborted by some', {
  runs: 1,
  deathRate: 0.01,
  commits: 3,
  aborts: 12,
  seed: 20260118,
  cases: 200,
  rare: ['committed', 'aborted'],
});

// Attempts at the parts of a run: a fifth of the cases in which runs of several writers are played in random orders.
import { registerInterleavings } from './support/interleavings.ts';

registerInterleavings('attempts at the parts of a run', {
  runs: 1,
  deathRate: 0,
  commits: 1,
  aborts: 1,
  seed: 20260115,
  cases: 200,
  rare: ['committed'],
});

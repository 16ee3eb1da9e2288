// Commits of a run that die: a fifth of the cases in which runs of several writers are played in random orders.
import { registerInterleavings } from './support/interleavings.ts';

registerInterleavings('commits of a run that die', {
  runs: 1,
  deathRate: 0.02,
  commits: 12,
  aborts: 1,
  seed: 20260117,
  cases: 200,
  rare: ['committed', 'died'],
});

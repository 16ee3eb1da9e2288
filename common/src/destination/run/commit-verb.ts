// `commit` on the command line, the same for both destinations.
import type { OperatorVerb } from '../../protocol/connector.ts';
import type { Place } from '../config/config.ts';
import type { OpenRun } from './commit-run.ts';

/** What it does is loaded when it is asked for, so that `spec` answers at once. */
export function commitVerb<Config extends Place>(load: () => Promise<OpenRun<Config>>): OperatorVerb<Config> {
  return {
    name: 'commit',
    describe: 'Publish a run of several writers whose parts are all there, or give it up',
    options: {
      catalog: { type: 'string', describe: 'catalog file (JSON) of the writers' },
      run: { type: 'string', describe: 'the name of the run' },
      abort: { type: 'boolean', describe: 'give the run up: nothing of it is published, its files are removed' },
      'max-age': {
        type: 'string',
        describe: 'with --abort: all runs to which nothing was added for so long, such as 7d',
      },
    },
    async *run(config, given, context) {
      const { commit } = await import('./commit-run.ts');
      yield* commit(await load(), config, given, context);
    },
  };
}

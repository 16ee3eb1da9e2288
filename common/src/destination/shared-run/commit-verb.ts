// `commit` on the command line, the same for both destinations.
import type { OperatorVerb } from '../../protocol/connector.ts';
import type { DestinationPlace } from '../config/config.ts';
import type { OpenRun } from './commit-run.ts';

/** Its code is loaded when it is called, so that `spec` answers at once. */
export function commitVerb<Config extends DestinationPlace>(
  load: () => Promise<OpenRun<Config>>,
): OperatorVerb<Config> {
  return {
    name: 'commit',
    describe: 'Publish a complete run of several writers, or abort it.',
    options: {
      catalog: { type: 'string', describe: 'Path of the catalog file (JSON) of the writers.' },
      run: { type: 'string', describe: 'The name of the run.' },
      abort: { type: 'boolean', describe: 'Abort the run: publish nothing, and remove its files.' },
      'max-age': {
        type: 'string',
        describe: 'With --abort: abort all runs without a new file for this long, such as 7d.',
      },
    },
    async *run(config, given, context) {
      const { commit } = await import('./commit-run.ts');
      yield* commit(await load(), config, given, context);
    },
  };
}

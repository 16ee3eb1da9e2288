// The verb `commit` publishes a run whose parts are all there, or aborts runs. If the last writer has already committed the
// run, the verb prints the STATEs again.
import type { OperatorArguments, Print, VerbContext } from '../../protocol/connector.ts';
import { parseConfiguredCatalog, type ConfiguredStream } from '../../protocol/catalog.ts';
import { ConnectorError } from '../../protocol/errors.ts';
import { readJsonFile } from '../../program/cli.ts';
import { maxAgeSecondsOf } from '../../program/duration.ts';
import { countOf } from '../../program/text-layout.ts';
import type { DestinationPlace } from '../config/config.ts';
import { needsConditions } from '../config/run-config.ts';
import { isRunId, type RunPart } from '../replacing/run-id.ts';
import { abortRun, removeOldRuns } from './abort.ts';
import { partsText, type Commit } from './commit.ts';
import { runContext, type RunSetup, type RunContext } from '../plan/run-setup.ts';
import type { SharedRun } from './shared-run.ts';
import type { Target } from '../plan/plan.ts';

/** Opens a run for a process that writes no rows. */
export type OpenRun<Config> = (
  config: Config & { readonly run: RunPart },
  catalog: readonly ConfiguredStream[],
  context: RunContext,
) => { readonly area: RunSetup<Target>['area']; readonly shared: Pick<SharedRun<Target>, 'look' | 'commit'> };

export async function* commit<Config extends DestinationPlace>(
  openRun: OpenRun<Config>,
  config: Config,
  given: OperatorArguments,
  context: VerbContext,
): AsyncGenerator<Print> {
  const { run, maxAgeSeconds, catalog: path } = optionsOf(given);
  if (config.headers.conditions === 'looked_up') throw needsConditions();
  const catalog = path === undefined ? [] : parseConfiguredCatalog(await readJsonFile(path, 'catalog'));
  const planned = { ...config, run: { id: run ?? 'none', index: 0, count: 1 } };
  const { log, signal, clock } = runContext(context);
  const { area, shared } = openRun(planned, catalog, { ...context, clock });
  using _ = area.s3;
  if (maxAgeSeconds !== undefined) {
    const count = await removeOldRuns({ area, log }, clock.wall() - maxAgeSeconds * 1000, signal);
    log('INFO', count === 0 ? 'No run is that old.' : `Removed ${countOf(count, 'run')}.`);
  } else if (path === undefined) await abortRun({ area, log }, run ?? '', signal);
  else {
    await shared.look(signal);
    yield { lines: statesOf(await shared.commit('later', signal), run ?? '') };
  }
}

type CommitOptions = {
  readonly run: string | undefined;
  /** Undefined when runs are aborted. */
  readonly catalog: string | undefined;
  readonly maxAgeSeconds: number | undefined;
};

/** @throws USAGE_INVALID */
function optionsOf(given: OperatorArguments): CommitOptions {
  const [run, catalog, maxAge, aborts] = [given['run'], given['catalog'], given['max-age'], given['abort'] === true];
  if (maxAge !== undefined && (!aborts || run !== undefined)) {
    throw unusable('--max-age needs --abort and applies to all runs: remove --run.');
  }
  if (maxAge === undefined && run === undefined) throw unusable('--run is missing: name the run.');
  if (run !== undefined && !isRunId(String(run)))
    throw unusable(`--run ${JSON.stringify(run)} is not a valid name of a run.`);
  if (!aborts && catalog === undefined)
    throw unusable('--catalog is missing: name the catalog file that the writers of the run have.');
  return {
    run: run === undefined ? undefined : String(run),
    catalog: aborts || catalog === undefined ? undefined : String(catalog),
    maxAgeSeconds: maxAgeSecondsOf(given),
  };
}

/** @throws STREAM_INCOMPLETE for missing parts, S3_OBJECT_CONFLICT if another process is committing. */
function statesOf(commit: Commit, run: string): readonly string[] {
  if (commit.kind === 'committed') return commit.states;
  if (commit.kind === 'elsewhere') {
    const text = `Another process commits the run "${run}" at this moment. Run the verb again to get its states.`;
    throw new ConnectorError('S3_OBJECT_CONFLICT', text);
  }
  const { missing, count } = commit;
  const [verb, indexes] = missing.length === 1 ? ['is', 'index'] : ['are', 'indexes'];
  throw new ConnectorError(
    'STREAM_INCOMPLETE',
    `The run "${run}" is not published: ${missing.length} of its ${count} parts ${verb} missing (${indexes} ${partsText(missing)}). Start them again with the same name of the run.`,
  );
}

function unusable(text: string): ConnectorError {
  return new ConnectorError('USAGE_INVALID', text);
}

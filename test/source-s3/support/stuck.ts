// A program whose verb waits for a query that the engine cannot interrupt, for as long as its test waits.
import { runProcess } from '@s3-connectors/common/program/process.ts';

import { openEngine } from '../../../source-s3/src/engine/engine.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';

/** One step of the engine's work: the differences of two texts, each letter with each. */
const endless = "SELECT levenshtein(repeat('a', 3000000), repeat('b', 3000000))";

await runProcess(
  (out) => ({ log: (level, message) => out.message({ type: 'LOG', log: { level, message } }), fail: () => undefined }),
  async ({ log, signal }) => {
    await using folder = await temporaryFolder();
    await using engine = await openEngine(folder, 512 * 1024 * 1024);
    const query = engine.run(endless, signal);
    log('INFO', 'running');
    await query.finally(() => log('INFO', 'abandoned'));
  },
);

// A program whose verb waits for a query that the engine cannot interrupt, for as long as the test of it waits.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { runProcess } from '@s3-connectors/common/protocol/process.ts';

import { openEngine } from '../../../source-s3/src/engine/engine.ts';

/** One step of the engine's work: the differences of two texts, each letter with each. */
const endless = "SELECT levenshtein(repeat('a', 3000000), repeat('b', 3000000))";

await runProcess(
  (out) => ({ log: (level, message) => out.message({ type: 'LOG', log: { level, message } }), fail: () => undefined }),
  async ({ log, signal }) => {
    const directory = await mkdtemp(join(tmpdir(), 's3-connectors-stuck-'));
    try {
      await using engine = await openEngine(directory, 512 * 1024 * 1024);
      const query = engine.run(endless, signal);
      log('INFO', 'running');
      await query.finally(() => log('INFO', 'given up'));
    } finally {
      await rm(directory, { recursive: true });
    }
  },
);

// One engine for all tests of a file, with the folder of its temporary files.
import { after, before } from 'node:test';

import type { OwnTempFolder } from '@s3-connectors/common/local-disk/temp-folder.ts';

import { openEngine, type Engine } from '../../../source-s3/src/engine/engine.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';

const memoryBytes = 64 * 1024 * 1024;

type SuiteEngine = { readonly engine: Engine; readonly folder: OwnTempFolder };

/** Call it once in a file. The function that it returns may be called inside its tests. */
export function suiteEngine(): () => SuiteEngine {
  const stack = new AsyncDisposableStack();
  let opened: SuiteEngine | undefined;
  before(async () => {
    const folder = stack.use(await temporaryFolder());
    opened = { folder, engine: stack.use(await openEngine(folder, memoryBytes)) };
  });
  after(() => stack.disposeAsync());
  return () => {
    if (opened === undefined) throw new Error('the engine runs only while the tests of its file do');
    return opened;
  };
}

import { openEngine } from '../../../destination-s3-batch/src/engine/engine.ts';
import { folderAt } from '../../support/temp-folder.ts';
import { registerLockTests } from '../../support/hostile/locked-engine.ts';

registerLockTests((directory) => openEngine(folderAt(directory), { memoryBytes: 64 * 1024 * 1024, threads: () => 1 }));

// Sizes the thread pool for as many cores as the second argument, and blocks eight of its threads: each opens a FIFO in the folder
// of the first argument, which nobody writes to. Then reads a file, for which the pool needs one more.
import { execFileSync } from 'node:child_process';
import { openSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { sizeThreadPool } from '@s3-connectors/common/program/cores.ts';

const [folder = '', cores] = process.argv.slice(2);
sizeThreadPool(Number(cores));
const fifos = Array.from({ length: 8 }, (_, index) => join(folder, `fifo-${index}`));
execFileSync('mkfifo', fifos);
const blocked = fifos.map((path) => open(path, 'r'));
await readFile('/dev/null');
process.stdout.write('read');
for (const path of fifos) openSync(path, 'r+');
for (const file of await Promise.all(blocked)) await file.close();

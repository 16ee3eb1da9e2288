// Runs over compressed JSON lines, and over archives of some such files, that stop anywhere.
import { zstdCompressSync } from 'node:zlib';

import { registerCrashTests, text } from '../../support/crash-tests.ts';
import { zipOf } from '../../support/zip.ts';

const linesOf = (ids: readonly number[]): string => ids.map((id) => `${JSON.stringify({ id, text })}\n`).join('');

registerCrashTests('JSON lines', {
  format: 'jsonl',
  extension: 'json.zst',
  make: (ids) => zstdCompressSync(linesOf(ids)),
});

registerCrashTests('JSON lines in archives', {
  format: 'jsonl',
  extension: 'zip',
  make: (ids) => {
    const parts = [ids.slice(0, 5), ids.slice(5, 6), [], ids.slice(6)];
    return zipOf(parts.map((part, index) => ({ name: `${index}.json`, body: linesOf(part) })));
  },
});

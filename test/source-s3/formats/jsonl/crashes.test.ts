// Runs over compressed JSON lines that stop anywhere.
import { zstdCompressSync } from 'node:zlib';

import { registerCrashTests, text } from '../../support/crash-tests.ts';

registerCrashTests('JSON lines', {
  format: 'jsonl',
  extension: 'json.zst',
  make: (ids) => zstdCompressSync(ids.map((id) => `${JSON.stringify({ id, text })}\n`).join('')),
});

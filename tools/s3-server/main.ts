// The server by hand, to try a connector against:
//   node tools/s3-server/main.ts --bucket NAME [--port 0] [--directory DIR] [--save FOLDER]
// Prints its endpoint and serves until SIGTERM or ctrl-C. The files below DIR are the bucket's first objects. Objects are kept in memory;
// with --save the server writes them into FOLDER when it stops.
import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { parseArgs } from 'node:util';

import { startS3Server } from './server.ts';
import type { StoredObject } from './types.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    bucket: { type: 'string' },
    directory: { type: 'string' },
    save: { type: 'string' },
    help: { type: 'boolean' },
  },
});
const { port, bucket, directory, save } = values;
if (bucket === undefined || !/^\d+$/.test(port)) {
  process.stderr.write('usage: node main.ts --bucket NAME [--port 0] [--directory DIR] [--save FOLDER]\n');
  process.exitCode = 2;
} else {
  await using server = await startS3Server({ port: Number(port) });
  server.createBucket(bucket);
  for (const path of directory === undefined ? [] : filesBelow(directory)) {
    server.seedFile(bucket, relative(directory ?? '', path).replaceAll(sep, '/'), path);
  }
  process.stdout.write(`${server.endpoint}\n`);
  await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  if (save !== undefined) for (const object of server.objects(bucket)) saveObject(save, object);
}

function filesBelow(directory: string): readonly string[] {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

function saveObject(folder: string, { key, body }: StoredObject): void {
  const path = join(folder, key);
  if (relative(folder, path).startsWith('..')) throw new Error(`The key "${key}" leads out of the folder "${folder}".`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, body);
}

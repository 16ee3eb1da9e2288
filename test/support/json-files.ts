// JSON files for programs that take them on their command line. They are removed after the tests of the file.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

let folder: string | undefined;
let files = 0;
after(async () => {
  if (folder !== undefined) await rm(folder, { recursive: true });
});

/** @returns the path of a new file. */
export async function jsonFile(json: unknown): Promise<string> {
  folder ??= await mkdtemp(join(tmpdir(), 's3-connectors-json-'));
  const path = join(folder, `${(files += 1)}.json`);
  await writeFile(path, JSON.stringify(json));
  return path;
}

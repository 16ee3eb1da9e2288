// The built executables for tests that need them. A test file that is run alone builds each at most once, in a folder inside
// node_modules, from where the query engine's binding is found. The folder is removed when the tests of the file are over.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after } from 'node:test';

import { buildConnector } from '../../tools/build.ts';
import type { ConnectorName } from '../../tools/generate.ts';
import { builtProgram } from './built-programs.ts';

const root = join(import.meta.dirname, '../..');
const built = new Map<ConnectorName, Promise<string>>();

/**
 * The path of the connector's executable, next to its Singer face, source maps and LICENSES.txt. Call it inside a test or a hook.
 */
export async function buildOnce(name: ConnectorName): Promise<string> {
  const file = built.get(name) ?? Promise.resolve(builtProgram(name) ?? build(name));
  built.set(name, file);
  return file;
}

async function build(name: ConnectorName): Promise<string> {
  const cache = join(root, 'node_modules/.cache');
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, `${name}-`));
  folders.push(folder);
  return buildConnector(name, folder);
}

const folders: string[] = [];
after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

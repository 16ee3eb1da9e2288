// The built executables: `npm test` builds each once before all test files (`buildAll`); a test file that is run alone builds what it
// needs itself. They are in a folder inside node_modules, from where the query engine's binding is found.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { after } from 'node:test';

import { buildConnector } from '../../tools/build.ts';
import { connectorNames, singerFaces, type ConnectorName } from '../../tools/generate.ts';

const root = join(import.meta.dirname, '../..');
const cache = join(root, 'node_modules/.cache');
const variable = 'S3_CONNECTORS_TEST_PROGRAMS';
const built = new Map<ConnectorName, Promise<string>>();

/** Builds all connectors below `folder`, for the test processes that this process starts. */
export async function buildAll(folder: string): Promise<void> {
  await Promise.all(connectorNames.map((name) => buildConnector(name, join(folder, name))));
  process.env[variable] = folder;
}

/** The path of the connector's executable, beside its Singer face, source maps and LICENSES.txt. Call it inside a test or a hook. */
export function buildOnce(name: ConnectorName): Promise<string> {
  const { [variable]: folder } = process.env;
  if (folder !== undefined) return Promise.resolve(join(folder, name, `${name}.mjs`));
  const file = built.get(name) ?? build(name);
  built.set(name, file);
  return file;
}

/** The executable built from an entry (`…/src/main.ts`), where all are built: it starts in half the time. Else the entry itself. */
export function builtFrom(entry: string): string {
  const { [variable]: folder } = process.env;
  const source = dirname(entry);
  const name = connectorNames.find((one) => source === join(root, one, 'src'));
  if (folder === undefined || name === undefined) return entry;
  const face = basename(entry) === singerFaces[name].entry ? singerFaces[name].name : name;
  return join(folder, name, `${face}.mjs`);
}

async function build(name: ConnectorName): Promise<string> {
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, `${name}-`));
  folders.push(folder);
  return buildConnector(name, folder);
}

const folders: string[] = [];
after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

// The executables that `npm test` builds once, before all test files: a program under test starts from its bundle in half the time.
import { basename, dirname, join } from 'node:path';

import { buildConnector } from '../../tools/build.ts';
import { connectorNames, programNames, programs, singerFaces, type ConnectorName } from '../../tools/generate.ts';

const root = join(import.meta.dirname, '../..');
const variable = 'S3_CONNECTORS_TEST_PROGRAMS';

/** Builds all connectors below `folder`. @returns the environment of the test processes. */
export async function buildAll(folder: string): Promise<Readonly<Record<string, string>>> {
  await Promise.all(connectorNames.map((name) => buildConnector(name, join(folder, name))));
  return { [variable]: folder };
}

/** The connector's executable. Undefined in a test file that is run alone. */
export function builtProgram(name: ConnectorName): string | undefined {
  const { [variable]: folder } = process.env;
  return folder === undefined ? undefined : join(folder, name, `${name}.mjs`);
}

/** The executable that was built from an entry (`…/src/main.ts`), or the entry itself if none is built, and any other file. */
export function builtFrom(entry: string): string {
  const source = dirname(entry);
  const name = connectorNames.find((one) => source === join(root, one, 'src'));
  const program = name === undefined ? undefined : builtProgram(name);
  if (name === undefined || program === undefined) return entry;
  const singer = singerFaces[name];
  const others = [[singer.name, singer.entry], ...programNames.map((other) => [other, programs[other].entry])];
  const other = others.find(([, file]) => file === basename(entry));
  return other === undefined ? program : join(dirname(program), `${other[0]}.mjs`);
}

// Starts the streaming destination as a program, with its config and catalog in files, as a platform would.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Program, startProgram } from '../../support/program.ts';
import type { S3TestServer } from '../../../tools/s3-server/types.ts';
import type { Json } from '../../support/destination-input.ts';
import { configJson } from './streaming.ts';

const main = join(import.meta.dirname, '../../../destination-s3-streaming/src/main.ts');

type StartOptions = {
  readonly config?: Json;
  /** Given to `write`. */
  readonly catalog?: Json;
  readonly env?: Readonly<Record<string, string>>;
};

/** Disposal kills it, and removes its files. */
export async function startDestination(
  verb: 'check' | 'write',
  server: Pick<S3TestServer, 'endpoint'>,
  { config = {}, catalog, env = {} }: StartOptions = {},
): Promise<Program> {
  const folder = await mkdtemp(join(tmpdir(), 's3-connectors-streaming-'));
  const args = [verb, '--config', join(folder, 'config.json')];
  await writeFile(join(folder, 'config.json'), JSON.stringify(configJson(server, config)));
  if (catalog !== undefined) {
    args.push('--catalog', join(folder, 'catalog.json'));
    await writeFile(join(folder, 'catalog.json'), JSON.stringify(catalog));
  }
  const program = startProgram(main, args, { env });
  return {
    ...program,
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

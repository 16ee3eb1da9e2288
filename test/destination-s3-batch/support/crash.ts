// Runs of the batch destination that are broken at a call of S3, and the runs before and after.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before } from 'node:test';

import { breakAt, type Moment } from '../../support/crash/break-at.ts';
import { buildOnce } from '../../support/build-once.ts';
import type { Json } from '../../support/destination-input.ts';
import { startProgram } from '../../support/program.ts';
import type { S3TestServer } from '../../../tools/s3-server/types.ts';

/** A folder for the test file, removed at its end. Call it in the file's body. It returns a function that makes folders below. */
export function foldersOfFile(): () => Promise<string> {
  let folder = '';
  before(async () => (folder = await mkdtemp(join(tmpdir(), 's3-connectors-crash-'))));
  after(() => rm(folder, { recursive: true }));
  return () => mkdtemp(join(folder, 'run-'));
}

export type Kill = { readonly moment: Moment; readonly index: number };

type KilledInput = {
  readonly program?: 'destination-s3-batch' | 'destination-s3-streaming';
  readonly config: Json;
  readonly catalog: Json;
  readonly input: Iterable<string>;
  readonly folder: string;
};

/** The program, killed at a call of S3. @returns what it printed, and whether it was killed before it ended. */
export async function killedRun(
  server: S3TestServer,
  { moment, index }: Kill,
  { program: name = 'destination-s3-batch', config, catalog, input, folder }: KilledInput,
): Promise<{ readonly stdout: string; readonly wasKilled: boolean }> {
  const args = ['write'];
  for (const [name, content] of Object.entries({ config, catalog })) {
    const path = join(folder, `${name}.json`);
    await writeFile(path, JSON.stringify(content));
    args.push(`--${name}`, path);
  }
  await using program = startProgram(await buildOnce(name), args);
  breakAt(server, moment, index, () => program.child.kill('SIGKILL'));
  Readable.from(input, { objectMode: false }).pipe(program.child.stdin);
  const { signal, exitCode, stdout } = await program.ended();
  if (signal !== 'SIGKILL') assert.equal(exitCode, 0, stdout);
  server.setHooks({});
  return { stdout, wasKilled: signal === 'SIGKILL' };
}

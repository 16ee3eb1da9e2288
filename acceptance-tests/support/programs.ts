// The built executables, run as a platform runs them: files on the command line, lines on standard output. Every line that
// one prints is kept, and the last test of each file has them all judged by Airbyte's own models.
import assert from 'node:assert/strict';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { type PipeEnd, runPipe } from '../../test/support/pipe.ts';
import { type Ended, runProgram } from '../../test/support/program.ts';
import { runScript } from './python.ts';

const root = join(import.meta.dirname, '../..');

export const executables = {
  source: join(root, 'source-s3/dist/source-s3.mjs'),
  destination: join(root, 'destination-s3-streaming/dist/destination-s3-streaming.mjs'),
  tap: join(root, 'source-s3/dist/tap-s3-tables.mjs'),
  'target-s3-streaming': join(root, 'destination-s3-streaming/dist/target-s3-streaming.mjs'),
  batch: join(root, 'destination-s3-batch/dist/destination-s3-batch.mjs'),
  'feed-kafka': join(root, 'destination-s3-streaming/dist/feed-kafka.mjs'),
  'target-s3-batch': join(root, 'destination-s3-batch/dist/target-s3-batch.mjs'),
} as const;
export type Side = 'source' | 'destination';

export type Json = Readonly<Record<string, unknown>>;
export type Message = Json & { readonly type: string };

let folder: string | undefined;
let files = 0;
const printed: string[] = [];

/** The folder of this test file; run.ts removes it. */
export async function temporaryFolder(): Promise<string> {
  folder ??= await mkdtemp(join(tmpdir(), 's3-connectors-acceptance-'));
  return folder;
}

/** @returns the path of a new file. */
export async function jsonFile(value: unknown): Promise<string> {
  const path = join(await temporaryFolder(), `${(files += 1)}.json`);
  await writeFile(path, JSON.stringify(value));
  return path;
}

type Files = { readonly config: Json; readonly catalog?: Json; readonly state?: unknown };

async function fileOptions(options: Files): Promise<readonly string[]> {
  const args = [];
  for (const [name, value] of Object.entries(options)) args.push(`--${name}`, await jsonFile(value));
  return args;
}

export type Answer = Ended & { readonly messages: readonly Message[] };

/** Runs one verb to its end. */
export async function ask(side: Side | 'batch', verb: string, options?: Files, input?: string): Promise<Answer> {
  const args = options === undefined ? [] : await fileOptions(options);
  const more = input === undefined ? {} : { input };
  const ended = await runProgram(executables[side], [verb, ...args], more);
  return { ...ended, messages: keep(ended.stdout) };
}

type Both = { readonly source: Json; readonly destination: Json; readonly catalog: Json };

/** `source-s3 read | destination-s3-streaming write`. */
export async function sync({
  source,
  destination,
  catalog,
}: Both): Promise<{ readonly first: PipeEnd; readonly second: PipeEnd; readonly messages: readonly Message[] }> {
  const read = ['read', ...(await fileOptions({ config: source, catalog }))];
  const write = ['write', ...(await fileOptions({ config: destination, catalog }))];
  const { first, second, stdout } = await runPipe(
    [
      { file: executables.source, args: read },
      { file: executables.destination, args: write },
    ],
    {},
  );
  return { first, second, messages: keep(stdout) };
}

function keep(stdout: string): readonly Message[] {
  assert.ok(stdout === '' || stdout.endsWith('\n'), 'the last line has no end');
  printed.push(stdout);
  const lines = stdout.split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Message);
}

/** Registers the last test of a file. */
export function judgePrintedLines(): void {
  test('every line that the programs printed in these tests is a message by Airbyte’s own models', async (context) => {
    const { messages, extras } = JSON.parse(
      await runScript('validate_messages.py', [], { input: printed.join('') }),
    ) as {
      readonly messages: Readonly<Record<string, number>>;
      readonly extras: readonly string[];
    };
    assert.deepEqual(extras, [], 'fields that the models do not know');
    context.diagnostic(
      `judged: ${Object.entries(messages)
        .map(([type, count]) => `${count} ${type}`)
        .join(', ')}`,
    );
  });
}

// Runs the two programs like a user: a config file for each, check, discover, and then read piped into write.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { type PipeEnd, runPipe } from '../../test/support/pipe.ts';
import { runProgram } from '../../test/support/program.ts';
import { schemaPrefix, table } from './flights.ts';

/** Paths of the built executables. */
export type Programs = { readonly source: string; readonly destination: string };

export const bucket = 'publisher-data';
export const destinationPrefix = 'permutive';

const namesOf = { source: 'source-s3', destination: 'destination-s3-streaming' } as const;

/** Any key works: the server of the demo has no users. */
const place = {
  bucket,
  region: 'eu-central-1',
  credentials: { auth_type: 'access_key', access_key_id: 'AKIADEMO', secret_access_key: 'demo-secret' },
};

const sourceConfig = {
  ...place,
  schema_prefixes: [schemaPrefix],
  data_format: { format: 'parquet' },
  data_partitioning: { mode: 'partitioned' },
};

const destinationConfig = {
  ...place,
  prefix: destinationPrefix,
  streams: [{ stream: table, time_field: 'date' }],
  // The flights come in time order, so an hour is complete long before this limit, and progress is visible.
  max_file_age_seconds: 5,
};

type Setting = {
  readonly programs: Programs;
  readonly endpoint: string;
  /** For configs, catalogs, and the temporary files of the programs. */
  readonly folder: string;
};

/** The config files of a run, for all command lines. */
type Prepared = Setting & { readonly sourceFile: string; readonly destinationFile: string };

/** @throws Error with the program's own message if its config does not work. */
export async function prepare(setting: Setting): Promise<Prepared> {
  const { endpoint, folder } = setting;
  const sourceFile = join(folder, 'source.json');
  const destinationFile = join(folder, 'destination.json');
  await writeFile(sourceFile, JSON.stringify({ ...sourceConfig, endpoint }));
  await writeFile(destinationFile, JSON.stringify({ ...destinationConfig, endpoint }));
  const prepared = { ...setting, sourceFile, destinationFile };
  await ask(prepared, 'source', 'check');
  await ask(prepared, 'destination', 'check');
  return prepared;
}

/** Discovers the tables and writes the catalog for both programs. @returns its path. */
export async function chooseStreams(prepared: Prepared): Promise<string> {
  const messages = await ask(prepared, 'source', 'discover');
  const streams = messages.flatMap(({ catalog }) => catalog?.streams ?? []);
  const file = join(prepared.folder, 'catalog.json');
  const configured = streams.map((stream) => ({
    stream,
    sync_mode: 'incremental',
    destination_sync_mode: 'append',
  }));
  await writeFile(file, JSON.stringify({ streams: configured }));
  return file;
}

export type Moved = {
  readonly seconds: number;
  /** Rows in the STATEs that the destination has acknowledged. */
  readonly acknowledged: number;
  readonly peaks: Readonly<Record<string, number | undefined>>;
};

/** `source-s3 read | destination-s3-streaming write`. @throws Error if one of them fails. */
export async function move(prepared: Prepared, catalog: string, signal: AbortSignal): Promise<Moved> {
  const { programs, sourceFile, destinationFile, folder } = prepared;
  const begun = performance.now();
  const { first, second, stdout } = await runPipe(
    [
      { file: programs.source, args: ['read', '--config', sourceFile, '--catalog', catalog] },
      { file: programs.destination, args: ['write', '--config', destinationFile, '--catalog', catalog] },
    ],
    { TMPDIR: folder },
    signal,
  );
  const seconds = (performance.now() - begun) / 1000;
  const messages = parse(stdout);
  for (const [name, end] of [
    [namesOf.source, first],
    [namesOf.destination, second],
  ] as const) {
    if (end.exitCode !== 0) throw new Error(failureOf(name, end, name === namesOf.destination ? messages : []));
  }
  return {
    seconds,
    acknowledged: messages.reduce((sum, { state }) => sum + (state?.destinationStats?.recordCount ?? 0), 0),
    peaks: { [namesOf.source]: first.peakBytes, [namesOf.destination]: second.peakBytes },
  };
}

/** The parts of a message that the demo reads. */
type Message = {
  readonly type: string;
  readonly catalog?: { readonly streams: readonly object[] };
  readonly connectionStatus?: { readonly status: string; readonly message?: string };
  readonly state?: { readonly destinationStats?: { readonly recordCount: number } };
  readonly trace?: { readonly error?: { readonly message: string } };
};

async function ask(
  { programs, sourceFile, destinationFile, folder }: Prepared,
  side: keyof Programs,
  verb: 'check' | 'discover',
): Promise<readonly Message[]> {
  const config = side === 'source' ? sourceFile : destinationFile;
  const ended = await runProgram(programs[side], [verb, '--config', config], { env: { TMPDIR: folder } });
  const messages = parse(ended.stdout);
  const refused = messages.some(({ connectionStatus }) => connectionStatus?.status === 'FAILED');
  if (refused || ended.exitCode !== 0) throw new Error(failureOf(`${namesOf[side]} ${verb}`, ended, messages));
  return messages;
}

function parse(stdout: string): readonly Message[] {
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Message);
}

function failureOf(
  name: string,
  { exitCode, signal, stderr }: Pick<PipeEnd, 'exitCode' | 'signal' | 'stderr'>,
  messages: readonly Message[],
): string {
  const said = messages.map(({ trace, connectionStatus }) => trace?.error?.message ?? connectionStatus?.message);
  const how = signal === null ? `with exit code ${exitCode}` : `by ${signal}`;
  return [`${name} ended ${how}`, ...said, stderr.trim()].filter(Boolean).join('\n');
}

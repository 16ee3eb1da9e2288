// Airbyte's own source-s3 from PyPI, for measurements on the same server: its environment and its command line.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { Bench } from './case.ts';
import { accessKey, catalogFile, jsonFile, schemaPrefix } from './connectors.ts';
import type { BenchTable } from './data/data.ts';
import { type Step, watchedStep } from './process.ts';
import { pythonEnvironment } from './python.ts';
import { bucket, region, startServer } from './s3.ts';

const execute = promisify(execFile);
const requirements = join(import.meta.dirname, 'airbyte-requirements.txt');
const executable = join(import.meta.dirname, '../../.venv-airbyte/bin/source-s3');
const maxAnswerBytes = 16 * 1024 * 1024;

/** It wants a smart-open of a version that doesn't exist, so its dependencies are listed here. */
const release = 'airbyte-source-s3==4.16.1';

/** Makes its environment, unless there is one. */
export async function prepareAirbyte(signal: AbortSignal): Promise<void> {
  const packages = (await readFile(requirements, 'utf8')).trim().split('\n');
  await pythonEnvironment('airbyte', [packages, ['--no-deps', release]], signal);
}

type AirbyteTable = { readonly table: BenchTable; readonly catalog: string };

/** Its own discovery of the table's files: all columns. */
export async function discoverByAirbyte(bench: Bench, table: BenchTable): Promise<AirbyteTable> {
  await using server = await startServer(table.files.directory, bench.signal);
  const config = await airbyteConfig(bench, server.endpoint, table);
  const options = { maxBuffer: maxAnswerBytes, signal: bench.signal };
  const { stdout } = await execute(executable, ['discover', '--config', config], options);
  const answer = stdout.split('\n').find((line) => line.startsWith('{"type":"CATALOG"')) ?? '{}';
  const { catalog } = JSON.parse(answer) as { readonly catalog?: { readonly streams: readonly object[] } };
  return { table, catalog: await catalogFile(bench, catalog?.streams ?? [], 'airbyte-catalog.json') };
}

export async function airbyteStep(bench: Bench, endpoint: string, { table, catalog }: AirbyteTable): Promise<Step> {
  const config = await airbyteConfig(bench, endpoint, table);
  return watchedStep('Airbyte', executable, ['read', '--config', config, '--catalog', catalog]);
}

function airbyteConfig(bench: Bench, endpoint: string, { stream, files }: BenchTable): Promise<string> {
  const glob = `${schemaPrefix}/${stream.name}/**`;
  return jsonFile(bench, 'airbyte.json', {
    bucket,
    endpoint,
    region_name: region,
    aws_access_key_id: accessKey.access_key_id,
    aws_secret_access_key: accessKey.secret_access_key,
    streams: [
      {
        name: stream.name,
        globs: [glob],
        format: { filetype: files.format ?? 'parquet' },
        validation_policy: 'Emit Record',
      },
    ],
  });
}

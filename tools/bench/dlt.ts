// dlt from PyPI, to be measured next to ours: its filesystem source, and its filesystem destination.
import { join } from 'node:path';

import type { Bench } from './case.ts';
import { schemaPrefix } from './connectors.ts';
import type { BenchTable } from './data/data.ts';
import { type Step, watchedStep } from './process.ts';
import { pythonEnvironment } from './python.ts';

const packages = ['dlt==1.31.0', 'fsspec==2026.9.0', 's3fs==2026.9.0', 'pyarrow==26.0.1', 'pandas==3.1.1'];
const programs = join(import.meta.dirname, 'programs');

export const dltName = { name: 'dlt 1.31.0', label: 'dlt' };

/** Prints the rows of the table as JSON lines. It has no columns of Hive partitions. */
export function dltReadStep(bench: Bench, endpoint: string, { stream, files }: BenchTable): Promise<Step> {
  const { format = 'parquet' } = files;
  const glob = `${schemaPrefix}/${stream.name}/**/*.${format}`;
  return dltStep(bench, 'dlt_read.py', [endpoint, glob, format]);
}

type Rows = {
  readonly folder: string;
  readonly file: string;
  readonly format: 'parquet' | 'jsonl';
  readonly work: string;
};

/** Loads JSON lines of a local folder. `work`: a folder of its own for what the pipeline keeps. */
export function dltWriteStep(bench: Bench, endpoint: string, { folder, file, format, work }: Rows): Promise<Step> {
  return dltStep(bench, 'dlt_write.py', [endpoint, folder, file, format, work]);
}

async function dltStep({ signal }: Bench, program: string, args: readonly string[]): Promise<Step> {
  const environment = await pythonEnvironment('dlt', [packages], signal);
  return watchedStep('dlt', join(environment, 'bin/python'), [join(programs, program), ...args]);
}

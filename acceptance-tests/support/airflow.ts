// Runs the DAG of examples/airflow by the real Airflow, in a home of its own.
import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { parts, type PartedTable } from './parted-table.ts';
import { temporaryFolder } from './programs.ts';
import { preparePython, prepareRunner, runnerProgram } from './python.ts';

const execute = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const dags = join(root, 'examples/airflow');

/** @throws Error saying what to install. */
export async function prepareAirflow(say: (text: string) => void): Promise<void> {
  await preparePython(say);
  await prepareRunner('airflow', say);
}

export type Airflow = {
  /** One run of the DAG, in this process of Airflow's. @returns whether it succeeded, and all that was said. */
  run(table: PartedTable): Promise<{ readonly succeeded: boolean; readonly log: string }>;
};

export async function openAirflow(): Promise<Airflow> {
  const home = await mkdtemp(join(await temporaryFolder(), 'airflow-'));
  const env = {
    ...process.env,
    AIRFLOW_HOME: home,
    AIRFLOW__CORE__DAGS_FOLDER: dags,
    AIRFLOW__CORE__LOAD_EXAMPLES: 'False',
    PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH']}`,
    PYTHONDONTWRITEBYTECODE: '1',
  };
  const airflow = runnerProgram('airflow', 'airflow');
  await execute(airflow, ['db', 'migrate'], { env, maxBuffer: Infinity });
  return {
    async run({ folder }) {
      const of = { ...env, S3_PARTS_FOLDER: folder, S3_PARTS: String(parts), S3_PARTS_RETRY_SECONDS: '1' };
      const args = ['dags', 'test', '--dagfile-path', join(dags, 's3_parts.py'), 's3_parts'];
      const ended = execute(airflow, args, { env: of, maxBuffer: Infinity });
      return ended.then(
        ({ stdout, stderr }) => ({ succeeded: true, log: stdout + stderr }),
        ({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }) => ({
          succeeded: false,
          log: stdout + stderr,
        }),
      );
    },
  };
}

// What each file of tests needs, and which are excluded from a run of all.
import { basename } from 'node:path';

import { prepareAirflow } from './airflow.ts';
import { prepareKafka } from './kafka.ts';
import { prepareKubernetes } from './kubernetes-programs.ts';
import { findJava } from './debian.ts';
import { preparePython, prepareRunner } from './python.ts';
import { prepareSlurm } from './slurm.ts';
import { prepareTrino } from './trino.ts';

type Say = (text: string) => void;

type Suite = {
  /** Needs neither the S3 server of others nor the Python environment. */
  readonly isAlone?: boolean;
  /** Takes many minutes, or hundreds of megabytes of downloads: run by its name, and each week. */
  readonly isLong?: boolean;
  /** Gets the engine that the tests start. @throws Error saying how to get it. */
  readonly prepare?: (say: Say) => Promise<unknown>;
};

const suites: Readonly<Record<string, Suite>> = {
  'airbyte-shards.test.ts': { isAlone: true },
  'airflow.test.ts': { isAlone: true, isLong: true, prepare: prepareAirflow },
  'aws-batch.test.ts': { isAlone: true, prepare: preparePython },
  'ddl-engines.test.ts': { isLong: true, prepare: prepareTrino },
  'install.test.ts': { isAlone: true },
  'kafka.test.ts': { isAlone: true, prepare: prepareKafka },
  'kubernetes.test.ts': { isAlone: true, isLong: true, prepare: prepareKubernetes },
  'site.test.ts': { isAlone: true },
  'slurm.test.ts': { isAlone: true, prepare: prepareSlurm },
  'spark.test.ts': { isAlone: true, prepare: prepareSpark },
};

async function prepareSpark(say: Say): Promise<void> {
  await preparePython(say);
  await prepareRunner('readers', say);
  await findJava(say);
}

export function suiteOf(path: string): Suite {
  return suites[basename(path)] ?? {};
}

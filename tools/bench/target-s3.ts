// target-s3, Meltano's Singer target for S3, to be measured next to ours: its environment, its config and its input.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Bench } from './case.ts';
import { accessKey, jsonFile } from './connectors.ts';
import { recordLines } from './data/data.ts';
import { type Step, watchedStep } from './process.ts';
import { pythonEnvironment } from './python.ts';
import { bucket, region } from './s3.ts';

/** The variant on PyPI. It is made from crowemi's, Meltano's default, which is not there. */
const release = 'plinxore-target-s3==0.1.7';

export const targetName = { name: 'target-s3 (plinxore 0.1.7)', label: 'target-s3' };

type Lines = { readonly schema: string; readonly records: string };

/** Singer messages of the query's rows. `catalog`: the path of a catalog that has the stream first. */
export async function singerLines(bench: Bench, catalog: string, sql: string): Promise<Lines> {
  const { streams } = JSON.parse(await readFile(catalog, 'utf8')) as {
    readonly streams: readonly { readonly stream: { readonly name: string; readonly json_schema: object } }[];
  };
  const { name = '', json_schema: schema } = streams[0]?.stream ?? {};
  const path = join(bench.folder, 'schema.singer');
  await writeFile(path, `${JSON.stringify({ type: 'SCHEMA', stream: name, schema, key_properties: [] })}\n`);
  return { schema: path, records: await recordLines(bench, name, sql, 'singer') };
}

/** Reads the lines from its standard input. */
export async function targetStep(bench: Bench, endpoint: string, format: 'parquet' | 'jsonl'): Promise<Step> {
  const environment = await pythonEnvironment('target-s3', [[release]], bench.signal);
  const config = await jsonFile(bench, 'target-s3.json', {
    // From the SCHEMA message it makes a Parquet schema that its own decimals inside an object do not fit.
    format: { format_type: format, format_parquet: { get_schema_from_tap: false } },
    prefix: 'singer',
    cloud_provider: {
      cloud_provider_type: 'aws',
      aws: {
        aws_access_key_id: accessKey.access_key_id,
        aws_secret_access_key: accessKey.secret_access_key,
        aws_region: region,
        aws_bucket: bucket,
        aws_endpoint_override: endpoint,
      },
    },
  });
  return watchedStep('target-s3', 'env', ['LOGLEVEL=WARNING', join(environment, 'bin/target-s3'), '--config', config]);
}

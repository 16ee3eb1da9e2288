// status as a program, over what the destinations really write, for a user who may only list and read.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import { batchAccess, statusOnly, streamingAccess } from '@s3-connectors/common/permissions/needs/access.ts';
import { needsOf } from '@s3-connectors/common/permissions/needs/needs.ts';
import { iamPolicy } from '@s3-connectors/common/permissions/policy/policy.ts';
import type { StatusReport } from '@s3-connectors/common/destination/status/report/report.ts';

import { startS3Server } from '../../tools/s3-server/server.ts';
import type { S3TestServer, User } from '../../tools/s3-server/types.ts';
import { configJson as batchConfig, runWrite as writeBatch } from '../destination-s3-batch/support/batch.ts';
import {
  configJson as streamingConfig,
  runWrite as writeStreaming,
} from '../destination-s3-streaming/support/streaming.ts';
import { bucket, catalogJson, recordLine, stateLine, type Json } from '../support/destination-input.ts';
import { emptyServer } from '../support/empty-server.ts';
import { type Ended, runProgram } from '../support/program.ts';

const destinations = {
  streaming: { access: streamingAccess, config: streamingConfig, write: writeStreaming },
  batch: { access: batchAccess, config: batchConfig, write: writeBatch },
} as const;
type Destination = keyof typeof destinations;

function status(
  which: Destination,
  server: Pick<S3TestServer, 'endpoint'>,
  options: readonly string[],
  config: Json = {},
): Promise<Ended> {
  return operate(which, server, ['status', ...options], config);
}

async function operate(
  which: Destination,
  server: Pick<S3TestServer, 'endpoint'>,
  [verb = '', ...options]: readonly string[],
  config: Json,
): Promise<Ended> {
  const folder = await mkdtemp(join(tmpdir(), 's3-connectors-status-'));
  try {
    const file = join(folder, 'config.json');
    await writeFile(file, JSON.stringify({ ...destinations[which].config(server), ...config }));
    const main = join(import.meta.dirname, `../../destination-s3-${which}/src/main.ts`);
    const ended = await runProgram(main, [verb, '--config', file, ...options]);
    assert.doesNotMatch(ended.stdout + ended.stderr, /secret-canary/u);
    return ended;
  } finally {
    await rm(folder, { recursive: true });
  }
}

const rows = Array.from({ length: 20 }, (_, at) => {
  return recordLine('visits', { time: new Date(Date.now() - at * 60_000).toISOString(), n: at === 7 ? 'many' : at });
});
const input = [...rows, stateLine('visits', { n: 1 })];
const catalog = catalogJson({ name: 'visits', properties: { time: { type: 'string', format: 'date-time' } } });

suite('status', () => {
  const running = emptyServer();

  for (const which of ['streaming', 'batch'] as const) {
    test(`of the ${which} destination finds what that wrote where it belongs, and is content`, async () => {
      const { error } = await destinations[which].write(running(), input, { catalog });
      assert.equal(error, undefined);
      const { stdout, exitCode, stderr } = await status(which, running(), ['--max-age', '1h', '--json']);
      const report = JSON.parse(stdout) as StatusReport;
      assert.deepEqual([exitCode, stderr], [0, '']);
      assert.deepEqual(
        report.findings.map(({ code }) => code),
        which === 'batch' ? ['misfit_field'] : [],
      );
      assert.deepEqual(
        report.places.map(({ name }) => name),
        ['visits'],
      );
      assert.equal(report.objects_listed, running().objects(bucket).length);
      const { stdout: text } = await status(which, running(), []);
      assert.match(text, which === 'batch' ? /in __json +n/u : /20 rows of \d recent files?/u);
    });

    test(`of the ${which} destination exits with 1 when data is stale, and says so on standard error`, async () => {
      await destinations[which].write(running(), input, { catalog });
      await new Promise((resolve) => setTimeout(resolve, 2100));
      const { stdout, stderr, exitCode } = await status(which, running(), ['--max-age', '1s']);
      assert.equal(exitCode, 1);
      assert.match(stdout, /ERROR +stale: The newest file of the (?:type|table) "visits" arrived/u);
      assert.match(stderr, /Data is older than --max-age 1 s allows: no new file of the \w+ "visits".*\(DATA_STALE\)/u);
    });

    test(`of the ${which} destination needs no more rights than its policy gives`, async () => {
      const keys = { accessKeyId: 'AKIASTATUS', secretAccessKey: 'secret-canary-2' };
      const place = { bucket, region: 'eu-central-1', prefix: 'permutive/' };
      const headers = { encryption: { mode: 'bucket_default' } } as const;
      const policyOf = (endpoint: string) =>
        iamPolicy(needsOf(statusOnly(destinations[which].access({ ...place, endpoint, headers }))));
      const user: User = { ...keys, arn: 'arn:aws:iam::111122223333:user/monitor', policies: [policyOf('http://x')] };
      await using server = await startS3Server({ users: [user] });
      server.createBucket(bucket);
      await destinations[which].write(running(), input, { catalog });
      for (const { key, body } of running().objects(bucket)) server.seed(bucket, key, body);
      const credentials = {
        auth_type: 'access_key',
        access_key_id: keys.accessKeyId,
        secret_access_key: keys.secretAccessKey,
      };
      const { stdout, stderr, exitCode } = await status(which, server, ['--json'], { credentials });
      const { findings, get_requests: gets } = JSON.parse(stdout) as StatusReport;
      assert.deepEqual([stderr, exitCode], ['', 0]);
      assert.ok(!findings.some(({ code }) => code === 'not_allowed'));
      assert.ok(gets > 0);
      const printed = await operate(which, server, ['ddl', '--engine', 'redshift-spectrum'], { credentials });
      assert.deepEqual([printed.stderr, printed.exitCode], ['', 0]);
      assert.match(printed.stdout, /^CREATE EXTERNAL TABLE "spectrum"."visits" \([^]*^ALTER TABLE/mu);
      const refused = await operate(which, server, ['ddl', '--engine', 'oracle'], { credentials });
      assert.equal(refused.exitCode, 1);
      assert.match(refused.stderr, /--engine is "oracle": write athena, .* clickhouse or duckdb\. \(USAGE_INVALID\)/u);
      for (const operation of ['PutObject', 'DeleteObjects', 'CopyObject', 'HeadObject'] as const)
        assert.equal(server.counts.of(operation).requests, 0);
    });

    test(`of the ${which} destination has one clear answer for an empty prefix, a foreign bucket, and no rights`, async () => {
      const answers = async (): Promise<readonly string[]> => {
        const { stdout, stderr, exitCode } = await status(which, running(), []);
        assert.deepEqual([exitCode, stderr], [0, '']);
        return stdout.replaceAll(/\s+/gu, ' ').match(/(?:ERROR|WARNING|NOTE) .*?\.(?= )/gu) ?? [];
      };
      const empty = await answers();
      assert.equal(empty.length, 1, empty.join('\n'));
      assert.match(empty[0] ?? '', /no_data: There is no object below "permutive\/"/u);
      for (let at = 0; at < 50; at += 1) running().seed(bucket, `permutive/logs/${at}.txt`, 'x');
      const [first, ...others] = await answers();
      assert.match(first ?? '', /no_data: There are 50 objects below "permutive\/", but no data file/u);
      assert.ok(others.every((text) => /foreign: /u.test(text)) && others.length === 1, others.join('\n'));
      running().inject({ operation: 'ListObjectsV2', kind: 'error', code: 'AccessDenied', times: Infinity });
      const denied = await status(which, running(), []);
      assert.deepEqual([denied.stdout, denied.exitCode], ['', 1]);
      assert.match(
        denied.stderr,
        /^(?:\S+: ERROR: HTTP status 403[^\n]*\n)?[^\n]*Allow s3:ListBucket on arn:aws:s3:::publisher-data[^\n]*\(S3_ACCESS_DENIED\)\n$/u,
      );
      running().clearFaults();
      const gone = await status(which, running(), [], { bucket: 'no-such-bucket' });
      assert.deepEqual([gone.stdout, gone.exitCode], ['', 1]);
      assert.match(
        gone.stderr,
        /^(?:\S+: ERROR: HTTP status 404[^\n]*\n)?[^\n]*"no-such-bucket" does not exist[^\n]*\(S3_\w+\)\n$/u,
      );
    });
  }
});

// What the tests of `status` share: layouts of both destinations, keys as they write them, and a report made in this process.
import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';

import { defineLayout, type Layout } from '@s3-connectors/common/destination/layout/layout.ts';
import type { StatusReport } from '@s3-connectors/common/destination/status/report/report.ts';
import { status, type StatusTask } from '@s3-connectors/common/destination/status/status.ts';
import type { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { Clock } from '@s3-connectors/common/streams/clock.ts';

import { bucket } from '../../../support/destination-input.ts';
import type { S3TestServer, SeedOptions } from '../../../../tools/s3-server/types.ts';

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;
/** A Thursday. */
export const now = Date.UTC(2026, 0, 15, 12, 40);
export const prefix = 'permutive/';

export const streamingLayout = defineLayout({
  noun: 'type',
  parent: 'type=',
  rejectedParent: '_rejected/type=',
  period: 'hour',
  isPadded: true,
  extensions: ['.jsonl.gz'],
});
export const batchLayout = defineLayout({
  noun: 'table',
  parent: 'data/',
  rejectedParent: '_rejected/',
  period: 'day',
  isPadded: false,
  extensions: ['.snappy.parquet', '.json.gz'],
});

export const clockAt = (ms: number): Clock => ({ wall: () => ms, elapsed: () => 0, after: () => () => undefined });

const hash = '0123456789abcdef';

/** The key of a file whose first record is of that time. */
export function keyOf(layout: Layout, name: string, time: number, worker = '0'): string {
  const { folder, extensions } = layout.place(prefix, name);
  return `${folder}${layout.folders(layout.periodOf(time))}${time}-${hash}-${worker}${extensions[0]}`;
}

const oneRow = gzipSync('{"id":1}\n');

/** A file of one row that arrived four minutes after its first record. */
export function seedFile(
  server: S3TestServer,
  layout: Layout,
  { name, time, body = oneRow, ...options }: SeedOptions & { name: string; time: number; body?: string | Buffer },
): string {
  const key = keyOf(layout, name, time);
  server.seed(bucket, key, body, { lastModified: new Date(time + 240_000), ...options });
  return key;
}

type Given = Readonly<Record<string, string | boolean>>;
type Reported = {
  readonly text: string;
  readonly json: StatusReport;
  readonly failures: readonly ConnectorError[];
  readonly said: readonly string[];
};

export function taskFor(
  server: Pick<S3TestServer, 'endpoint'>,
  layout: Layout,
  more: Partial<StatusTask> = {},
): StatusTask {
  const credentials = { auth_type: 'access_key', access_key_id: 'AKIATEST', secret_access_key: 'test-secret' } as const;
  return {
    destination: layout.period === 'hour' ? 'destination-s3-streaming' : 'destination-s3-batch',
    layout,
    connection: { bucket, region: 'eu-central-1', credentials, endpoint: server.endpoint, forcePathStyle: true },
    prefix,
    headers: { encryption: { mode: 'bucket_default' } },
    maxMemoryBytes: 256 * 1024 * 1024,
    ...more,
  };
}

/** Both forms of the report. `--json` is requested in a run of its own. */
export async function reportOf(task: StatusTask, given: Given = {}, at = now): Promise<Reported> {
  const failures: ConnectorError[] = [];
  const said: string[] = [];
  const context = {
    log: (level: string, message: string) => void said.push(`${level} ${message}`),
    signal: new AbortController().signal,
    fail: (error: ConnectorError) => void failures.push(error),
    clock: clockAt(at),
  };
  const [text] = await Array.fromAsync(status(task, given, context));
  failures.length = 0;
  said.length = 0;
  const [print] = await Array.fromAsync(status(task, { ...given, json: true }, context));
  if (typeof text !== 'string' || typeof print !== 'object' || !('json' in print)) return assert.fail('no report');
  return { text, json: print.json as StatusReport, failures, said };
}

export function codesOf({ findings }: StatusReport): readonly string[] {
  return findings.map(({ code, name }) => (name === null ? code : `${code} ${name}`));
}

/** The content of a file of JSON lines. */
export function gzippedLines(rows: readonly Readonly<Record<string, unknown>>[]): Buffer {
  return gzipSync(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

// A run’s earlier tables over an empty bucket, with a test's content of the registry.

import type { Area } from '@s3-connectors/common/destination/replacing/manifest-store.ts';
import { parseConfiguredCatalog } from '@s3-connectors/common/protocol/catalog.ts';
import { silentLog } from '@s3-connectors/common/protocol/log.ts';

import { writeRegistry } from '../../../destination-s3-batch/src/columns/registry/registry.ts';
import type { Owners } from '../../../destination-s3-batch/src/columns/registry/table-owners.ts';
import { EarlierTables } from '../../../destination-s3-batch/src/run/earlier-tables.ts';
import { planStreams, type TableTarget } from '../../../destination-s3-batch/src/run/plan.ts';
import type { BatchTable } from '../../../destination-s3-batch/src/tables/table.ts';
import { bucket, catalogJson, type Json } from '../../support/destination-input.ts';
import type { S3TestServer } from '../../../tools/s3-server/types.ts';
import { connect } from '../../support/s3-connection.ts';
import { publishedStream } from './published.ts';

export const prefix = 'out/';
const type = { kind: 'struct', fields: [], rest: false } as const;
export const events = { name: 'events' };
export const others = { name: 'others' };
export const { signal } = new AbortController();
export const outlived = { generation_id: 5, minimum_generation_id: 5, sync_id: 1 };
export const raw: Json = { ...publishedStream('events'), ...outlived };
export const overwritten: Json = { ...publishedStream('events'), destination_sync_mode: 'overwrite' };

export function targetsOf(...streams: readonly Json[]): readonly TableTarget[] {
  const config = { prefix, arrayIndex: undefined, streams: [], splitEvents: true };
  return planStreams(config, parseConfiguredCatalog(catalogJson(...streams)), silentLog).targets;
}

function dataFile(table: string): string {
  return `${prefix}data/${table}/year=2026/month=1/day=15/1700000000000-0123456789abcdef-0.json.gz`;
}

export function tableOf(name: string, more: Partial<BatchTable> = {}): BatchTable {
  const shape: BatchTable['shape'] = { columns: {}, textColumns: [] } as never;
  return { index: 0, name, stream: 0, folder: `data/${name}/`, shape, dedup: undefined, ...more };
}

export async function openEarlier(
  server: S3TestServer,
  targets: readonly TableTarget[],
  registry: readonly (readonly [string, Owners])[] = [],
) {
  const connection = connect(server.endpoint);
  const headers = { encryption: { mode: 'bucket_default' } } as const;
  const area: Area = { s3: connection.s3, prefix, headers, maxDocumentBytes: 1024 * 1024 };
  for (const [table, owners] of registry) await writeRegistry(area, { table, type, etag: undefined, ...owners });
  server.counts.reset();
  const lines: string[] = [];
  const refused: (readonly [string, string])[] = [];
  const earlier = new EarlierTables({
    area,
    targets,
    context: { signal, log: (level, message) => void lines.push(`${level} ${message}`) },
    giveUp: ({ label }, error) => void refused.push([label, error.code]),
  });
  const begin = () => Array.fromAsync(earlier.beginnings());
  const seed = (...tables: readonly string[]) => tables.forEach((table) => server.seed(bucket, dataFile(table), 'x'));
  const dispose = () => connection[Symbol.asyncDispose]();
  return {
    server,
    area,
    earlier,
    begin,
    seed,
    lines,
    refused,
    target: targets[0] as TableTarget,
    [Symbol.asyncDispose]: dispose,
  };
}

export function leftAs(table: string, other: string): string {
  return `WARN The table "${table}" is left as it is: it has rows of the stream "${other}".`;
}

/** For a suite: opens it on the suite's server. */
export function openerOf(running: () => S3TestServer) {
  return (targets: readonly TableTarget[], registry?: Parameters<typeof openEarlier>[2]) =>
    openEarlier(running(), targets, registry);
}

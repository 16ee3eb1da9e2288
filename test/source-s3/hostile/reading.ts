// Hostile tables through the source, in both protocols, compared with what was written.
import assert from 'node:assert/strict';

import * as fc from 'fast-check';

import { parseJson } from '@s3-connectors/common/json/parse-json.ts';
import { parseConfiguredCatalog, type ConfiguredStream } from '@s3-connectors/common/protocol/catalog.ts';
import type { Output, ReadContext } from '@s3-connectors/common/protocol/connector.ts';
import type { AirbyteCatalog } from '@s3-connectors/common/protocol/messages.ts';
import { parseSingerCatalog, singerCatalogText } from '@s3-connectors/common/singer/catalog.ts';
import { tapFrames, tapLines } from '@s3-connectors/common/singer/tap-messages.ts';

import type { SourceConfig } from '../../../source-s3/src/config/config.ts';
import { read } from '../../../source-s3/src/verbs/read/read.ts';
import type { S3TestServer } from '../../../tools/s3-server/types.ts';
import { bucket, configured, discoverHere, serverWith, sourceConfig, timeOf, type Json } from '../support/source.ts';
import type { HostileFormat } from './files.ts';
import { expectedRows, hostileTables, shown, type HostileTable } from './tables.ts';

type Line = Json & { readonly type: string };

/** A server with the files of the tables, each a minute newer than the one before. */
export async function seeded(format: HostileFormat, tables: readonly HostileTable[]): Promise<S3TestServer> {
  const files = tables.flatMap((table) => table.files);
  const bodies = await Promise.all(
    files.map(async ({ key, columns, rows }) => [key, await format.write(columns, rows)] as const),
  );
  const server = await serverWith({});
  for (const [index, [key, body]] of bodies.entries()) server.seed(bucket, key, body, { lastModified: timeOf(index) });
  return server;
}

export function configOf({ config }: HostileFormat): Json {
  return { schema_prefixes: ['lake/*'], data_format: config };
}

/** A catalog after a round trip through a file. */
function again<T>(json: T): T {
  return parseJson(JSON.stringify(json)) as T;
}

async function linesOf(outputs: AsyncIterable<Output>): Promise<readonly string[]> {
  let text = '';
  for await (const output of outputs) {
    text += output instanceof Uint8Array ? Buffer.from(output).toString() : `${JSON.stringify(output)}\n`;
  }
  assert.ok(text === '' || text.endsWith('\n'));
  return text.split('\n').slice(0, -1);
}

type Catalog = {
  readonly streams: readonly ConfiguredStream[];
  readonly resolved?: Partial<SourceConfig>;
  readonly frameOf?: Exclude<ReadContext['frameOf'], undefined>;
};

function readingOf(server: S3TestServer, format: HostileFormat, { streams, resolved, ...frames }: Catalog) {
  const context = {
    log: () => undefined,
    signal: new AbortController().signal,
    fail: (error: Error) => assert.fail(error),
    ...frames,
  };
  return read({ ...sourceConfig(server, configOf(format)), ...resolved }, streams, new Map(), context);
}

async function airbyteLines(server: S3TestServer, format: HostileFormat, catalog: AirbyteCatalog) {
  const streams = parseConfiguredCatalog(again(configured(catalog)));
  return linesOf(readingOf(server, format, { streams }));
}

async function singerLines(server: S3TestServer, format: HostileFormat, catalog: AirbyteCatalog) {
  const streams = parseSingerCatalog(parseJson(Buffer.concat([...singerCatalogText(catalog, true)]).toString()));
  const resolved = { pageMemoryBytes: 0 }; // The other way to decode Parquet: column by column.
  const [configuredStreams, version] = [streams.map((stream) => stream.configured), 1];
  const asked = { streams: configuredStreams, resolved, frameOf: tapFrames(streams, version) };
  return linesOf(tapLines(readingOf(server, format, asked), { streams, bookmarks: new Map(), version }));
}

/** The rows of a table in the order of its files. */
function rowsExpected(tables: readonly HostileTable[], table: HostileTable): readonly unknown[] {
  const keys = tables.flatMap(({ files }) => files.map(({ key }) => key));
  return [...expectedRows(table, bucket, (key) => timeOf(keys.indexOf(key))).values()].flat();
}

export function assertRows(
  tables: readonly HostileTable[],
  rows: ReadonlyMap<string, readonly Json[]>,
  idOf: (table: HostileTable) => string,
): void {
  assert.equal(rows.size, tables.length);
  for (const table of tables) {
    const found = (rows.get(idOf(table)) ?? []).map((row) => shown(new Map(Object.entries(row))));
    assert.deepEqual(found, rowsExpected(tables, table));
  }
}

/** Records by stream. Each STATE counts those of its stream since the last one. */
export function airbyteRows(lines: readonly string[]): ReadonlyMap<string, readonly Json[]> {
  const rows = new Map<string, Json[]>();
  const uncounted = new Map<string, number>();
  for (const line of lines.map((text) => parseJson(text) as Line)) {
    if (line.type === 'RECORD') {
      const { stream, namespace, data } = line['record'] as Json;
      const id = JSON.stringify([namespace, stream]);
      rows.set(id, [...(rows.get(id) ?? []), data as Json]);
      uncounted.set(id, (uncounted.get(id) ?? 0) + 1);
    } else if (line.type === 'STATE') {
      const { stream, sourceStats } = line['state'] as { stream: { stream_descriptor: Json }; sourceStats: Json };
      const { name, namespace } = stream.stream_descriptor;
      const id = JSON.stringify([namespace, name]);
      assert.equal(sourceStats['recordCount'], uncounted.get(id) ?? 0);
      uncounted.set(id, 0);
    }
  }
  assert.deepEqual(
    [...uncounted.values()].filter((count) => count > 0),
    [],
  );
  return rows;
}

function singerRows(lines: readonly string[]): ReadonlyMap<string, readonly Json[]> {
  const rows = new Map<string, Json[]>();
  for (const line of lines.map((text) => parseJson(text) as Line)) {
    if (line.type !== 'RECORD') continue;
    const id = String(line['stream']);
    rows.set(id, [...(rows.get(id) ?? []), line['record'] as Json]);
  }
  return rows;
}

/**
 * Every line is JSON, names and values come back, and no STATE counts a line without a record. A case is two tables of five files.
 */
export function readsBack(format: HostileFormat): fc.IAsyncProperty<[readonly HostileTable[]]> {
  return fc.asyncProperty(hostileTables(format), async (tables) => {
    await using server = await seeded(format, tables);
    const { catalog } = await discoverHere(server, configOf(format));
    assertRows(tables, airbyteRows(await airbyteLines(server, format, catalog)), streamId);
    const singer = singerRows(await singerLines(server, format, catalog));
    assertRows(tables, singer, ({ namespace, name }) => `${namespace.replaceAll('/', '-')}-${name}`);
  });
}

/** In the form of `airbyteRows`. */
export function streamId({ namespace, name }: Pick<HostileTable, 'namespace' | 'name'>): string {
  return JSON.stringify([namespace, name]);
}

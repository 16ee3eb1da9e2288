// What the tests of the spool's disk share: rows, the program's arguments, and how many rows arrived.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';

import { recordLine, stateLine, type Json } from '../../support/destination-input.ts';
import type { S3TestServer } from '../../../tools/s3-server/types.ts';
import { configJson, jsonRows, queryParquet } from './batch.ts';

export const main = join(import.meta.dirname, '../../../destination-s3-batch/src/main.ts');
export const rowCount = 3000;
export const appended = recordLines() + stateLine('visits', { at: rowCount });
export const deduped: Json = {
  name: 'visits',
  destination_sync_mode: 'append_dedup',
  sync_mode: 'incremental',
  primary_key: [['n']],
};

function recordLines(): string {
  return Array.from({ length: rowCount }, (_, n) => {
    return recordLine('visits', { time: '2026-01-05', n, text: `row ${(n * 7919) % 104729}` });
  }).join('');
}

/** A folder for the tests of a file. */
export function diskFolder(): () => string {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 's3-connectors-disk-'));
  });
  after(() => rm(folder, { recursive: true }));
  return () => folder;
}

type Run = { readonly folder: string; readonly server: S3TestServer; readonly config: Json; readonly catalog?: Json };

/** With the config and the catalog in the folder, and the spool below it. */
export async function argsOf(verb: string, { folder, server, config, catalog }: Run): Promise<readonly string[]> {
  const [configFile, catalogFile] = [join(folder, 'config.json'), join(folder, 'catalog.json')];
  await writeFile(configFile, JSON.stringify(configJson(server, { spool_dir: join(folder, 'spool'), ...config })));
  if (catalog === undefined) return [verb, '--config', configFile];
  await writeFile(catalogFile, JSON.stringify(catalog));
  return [verb, '--config', configFile, '--catalog', catalogFile];
}

export async function countRows(server: S3TestServer, { output_format }: Json): Promise<number> {
  if (output_format === 'json') return jsonRows(server, 'data/').length;
  const [row] = await queryParquet(server, 'data/', 'SELECT count(DISTINCT n) AS rows FROM files');
  return Number(row?.['rows']);
}

// What the tests of `inspect` share: a report made in this process, as text and as the object that `--json` prints.
import assert from 'node:assert/strict';

import { inspect } from '../../../../source-s3/src/verbs/inspect/inspect.ts';
import type { InspectReport, TableReport } from '../../../../source-s3/src/verbs/inspect/report.ts';
import type { S3TestServer } from '../../../../tools/s3-server/types.ts';
import { serverWith, sourceConfig, type Json } from '../../support/source.ts';

type Given = Readonly<Record<string, string | boolean>>;

export async function inspectHere(server: S3TestServer, config: Json = {}, given: Given = {}): Promise<string> {
  const context = { log: () => undefined, signal: new AbortController().signal, fail: () => assert.fail() };
  const prints = await Array.fromAsync(inspect(sourceConfig(server, config), given, context));
  return prints.map((print) => (typeof print === 'string' ? print : JSON.stringify(print))).join('');
}

export async function reportOf(server: S3TestServer, config: Json = {}, given: Given = {}): Promise<InspectReport> {
  const { json } = JSON.parse(await inspectHere(server, config, { ...given, json: true })) as { json: InspectReport };
  return json;
}

export function tableOf(report: InspectReport, name: string): TableReport {
  const tables = report.schema_prefixes.flatMap(({ tables: below }) => below);
  return tables.find((table) => table.name === name) ?? assert.fail(`no table ${name}`);
}

/** The report of the table `t` below `lake`, with these files in this order of time. */
export async function tableWith(paths: Readonly<Record<string, Buffer | string>>, config: Json = {}) {
  const objects = Object.entries(paths).map(([path, body]) => [`lake/t/${path}`, body] as const);
  await using server = await serverWith(Object.fromEntries(objects));
  return tableOf(await reportOf(server, config), 't');
}

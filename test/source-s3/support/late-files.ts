// Tables of which discover saw one file. Another one comes later, and every record of both is compared with the catalog.
import assert from 'node:assert/strict';

import { ofType } from '../../support/models/protocol-schema.ts';
import { schemaCheck } from './catalog-fit.ts';
import { bucket, configured, dataText, discoverHere, readHere, serverWith, timeOf, type Json } from './source.ts';

type Tables = Readonly<Record<string, { readonly known: string | Buffer; readonly late: string | Buffer }>>;
export type Row = {
  readonly table: string;
  readonly data: Json;
  readonly text: string;
  readonly nulled: readonly string[];
  readonly isLate: boolean;
};
type Read = {
  readonly schemas: ReadonlyMap<string, Json>;
  readonly rows: readonly Row[];
  readonly said: readonly string[];
};

/** Reads tables of which discover saw one file. Every row is compared with its catalog. */
export async function readTables(extension: string, tables: Tables, config: Json): Promise<Read> {
  await using server = await serverWith({});
  for (const [name, { known }] of Object.entries(tables)) {
    server.seed(bucket, `lake/${name}/a.${extension}`, known, { lastModified: timeOf(0) });
  }
  const { catalog } = await discoverHere(server, config);
  for (const [name, { late }] of Object.entries(tables)) {
    server.seed(bucket, `lake/${name}/b.${extension}`, late, { lastModified: timeOf(1) });
  }
  const { lines, messages, failures, said } = await readHere(server, { config, catalog: configured(catalog) });
  assert.deepEqual(failures, []);
  const texts = lines.filter((line) => line.startsWith('{"type":"RECORD"'));
  const schemas = new Map(catalog.streams.map(({ name, json_schema }) => [name, json_schema as Json]));
  const checks = new Map([...schemas].map(([name, schema]) => [name, schemaCheck(schema)]));
  const rows = ofType(messages, 'RECORD').map(({ record: { stream, data, meta } }, index): Row => {
    const problem = checks.get(stream)?.(data);
    assert.equal(problem, undefined, `${stream}: ${texts[index]} under ${JSON.stringify(schemas.get(stream))}`);
    const isLate = String(data['_ab_source_file_url']).endsWith(`/b.${extension}`);
    const nulled = (meta?.changes ?? []).map(({ field }) => field);
    return { table: stream, data, text: dataText(texts[index] ?? ''), nulled, isLate };
  });
  return { schemas, rows, said };
}

// The cost of inspecting files: a request for each small file.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { serverWith } from '../../support/source.ts';
import { avroFile } from '../../support/avro.ts';
import { reportOf } from './support.ts';

const avro = avroFile({ type: 'record', name: 'r', fields: [{ name: 'id', type: 'long' }] }, [{ id: 1n }]);
const files = { csv: 'id\n1\n', jsonl: '{"id":1}\n', avro };

for (const [format, body] of Object.entries(files)) {
  test(`inspect reads each ${format} file that it looks into once`, async () => {
    const keys = ['a', 'b', 'c'].map((name) => [`lake/t/${name}.${format}`, body] as const);
    await using server = await serverWith(Object.fromEntries(keys));
    server.counts.reset();
    const report = await reportOf(server, { data_format: { format } });
    assert.equal(report.schema_prefixes[0]?.tables[0]?.rows.files_looked_into, 3);
    assert.equal(server.counts.of('GetObject').requests, 3);
  });
}

// A file's own column with the name of a provenance column: its value cannot be sent, and the log reports it.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { parquet } from '../../support/parquet.ts';
import { ofType } from '../../support/models/protocol-schema.ts';
import { avroFile, recordOf } from '../support/avro.ts';
import { catalogJson, discoverHere, readHere, serverWith } from '../support/source.ts';

const url = '_ab_source_file_url';
const modified = '_ab_source_file_last_modified';

const files: Readonly<Record<string, (rows: number) => Promise<Buffer | string> | Buffer | string>> = {
  parquet: (rows) => parquet(`SELECT i AS id, 'mine' AS ${url}, 'own' AS ${modified} FROM range(${rows}) t(i)`),
  csv: (rows) => `id,${url},${modified}\n${'1,mine,own\n'.repeat(rows)}`,
  jsonl: (rows) => `{"id":1}\n${`{"id":1,"x":2,"${url}":"mine","${modified}":"own"}\n`.repeat(rows)}`,
  avro: (rows) =>
    avroFile(
      recordOf({ id: 'int', [url]: 'string', [modified]: 'string' }),
      Array.from({ length: rows }, () => ({ id: 1, [url]: 'mine', [modified]: 'own' })),
    ),
};

suite('a column of files that is named as one that says where a row came from', () => {
  for (const [format, file] of Object.entries(files)) {
    test(`gives way, with one warning a table, in ${format}`, async () => {
      const [a, b, other] = [await file(3), await file(2), await file(1)];
      const objects = { [`lake/t/a.${format}`]: a, [`lake/t/b.${format}`]: b, [`lake/u/a.${format}`]: other };
      await using server = await serverWith(objects);
      const config = { data_format: { format } };
      const told = (said: readonly string[]): readonly string[] => said.filter((line) => line.includes(url));
      const expected = ['t', 'u'].map((table) => {
        const first = `"${url}" (first in "lake/${table}/a.${format}"), "${modified}" (first in "lake/${table}/a.${format}")`;
        return `WARN lake.${table}: columns of the files that are not read, because every record has its own columns of these names, for its origin: ${first}. Rename them in the files to read them.`;
      });
      const { catalog, said } = await discoverHere(server, config);
      const newestFirst = [...told(said)].sort().map((line) => line.replaceAll('/b.', '/a.'));
      assert.deepEqual(newestFirst, expected);
      assert.ok(catalog.streams.every(({ json_schema }) => JSON.stringify(json_schema).includes(url)));
      const read = await readHere(server, { config });
      assert.deepEqual(told(read.said), expected);
      assert.equal(read.said.filter((line) => line.includes('not declare')).length, 0);
      const values = ofType(read.messages, 'RECORD').map(({ record }) => record.data[url]);
      assert.ok(values.length > 5 && values.every((value) => typeof value === 'string' && value.startsWith('s3://')));
    });

    test(`is not called one that the catalog could ask for, in ${format}`, async () => {
      await using server = await serverWith({ [`lake/t/a.${format}`]: await file(2) });
      const catalog = catalogJson({ t: { id: { type: 'integer' }, x: { type: 'integer' } } });
      const { said } = await readHere(server, { config: { data_format: { format } }, catalog });
      assert.match(said.join('\n'), /not read, because every record .*"_ab_source_file_url" \(first in/u);
      assert.doesNotMatch(said.join('\n'), /does not declare/u);
    });
  }

  test('is reported in spite of a thousand names of JSON lines that the catalog does not declare', async () => {
    const strangers = Array.from({ length: 1100 }, (_, place) => `{"id":1,"x${place}":2}\n`).join('');
    await using server = await serverWith({ 'lake/t/a.jsonl': `${strangers}{"id":1,"${modified}":"own"}\n` });
    const catalog = catalogJson({ t: { id: { type: 'integer' } } });
    const { said } = await readHere(server, { config: { data_format: { format: 'jsonl' } }, catalog });
    assert.match(said.join('\n'), /not read, because every record .*"_ab_source_file_last_modified" \(first in/u);
    assert.match(said.join('\n'), /does not declare are omitted: .* and 990 more/u);
  });

  test('is not remarked where no file has one', async () => {
    await using server = await serverWith({ 'lake/t/a.csv': 'id\n1\n' });
    const config = { data_format: { format: 'csv' } };
    const { said } = await discoverHere(server, config);
    assert.doesNotMatch([...said, ...(await readHere(server, { config })).said].join('\n'), /_ab_source/u);
  });
});

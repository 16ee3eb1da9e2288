// Columns keep the names of the file, whatever names the engine or our SQL uses.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { parquet } from '../../support/parquet.ts';
import { ofType } from '../../support/models/protocol-schema.ts';
import { dataText, readHere, serverWith } from '../support/source.ts';

suite('columns keep their names', () => {
  const names = [
    'c0',
    'c1',
    't',
    'row_number',
    'filename',
    'x1',
    'a b',
    'a.b',
    'a\\b',
    'quote"\'x',
    'Zoë😀',
    'SELECT',
    'line\nend',
    '$x',
  ];
  for (const name of names) {
    test(JSON.stringify(name), async () => {
      const quoted = `"${name.replaceAll('"', '""')}"`;
      const body = await parquet(`SELECT 1 AS first, 'x' AS ${quoted}, 3 AS last`);
      await using server = await serverWith({ 'lake/t/a.parquet': body });
      const { messages } = await readHere(server);
      const data = ofType(messages, 'RECORD')[0]?.record.data ?? {};
      assert.deepEqual(Object.entries(data).slice(0, 3), [
        ['first', 1],
        [name, 'x'],
        ['last', 3],
      ]);
    });
  }

  test('file_row_number, which the engine has for itself', async () => {
    const body = await parquet(
      'SELECT i + 100 AS file_row_number, i AS i FROM range(5000) t(i)',
      'ROW_GROUP_SIZE 2048',
    );
    await using server = await serverWith({ 'lake/t/a.parquet': body });
    const { messages, failures } = await readHere(server);
    assert.deepEqual(failures, []);
    const rows = ofType(messages, 'RECORD').map(({ record }) => record.data);
    assert.deepEqual(
      rows.map((row) => row['file_row_number']),
      Array.from({ length: 5000 }, (_, index) => index + 100),
    );
  });

  test('of structs, empty or known to JavaScript', async () => {
    const body = await parquet(
      "SELECT {'name_1': 1, 'name_2': DATE '2026-01-15'} AS a, {'name_3': 2, '__proto__': 'x'} AS b",
      'COMPRESSION uncompressed',
    );
    // The length of a name is before it; the file's own length does not change.
    const patched = Buffer.from(
      body.toString('latin1').replaceAll('name_1', 'name_a').replaceAll('name_2', 'NAME_A'),
      'latin1',
    );
    await using server = await serverWith({ 'lake/t/a.parquet': patched });
    const { lines, failures } = await readHere(server);
    assert.deepEqual(failures, []);
    const [data = ''] = lines.filter((line) => line.startsWith('{"type":"RECORD"')).map(dataText);
    assert.ok(data.startsWith('{"a":{"name_a":1,"NAME_A":"2026-01-15"},"b":{"name_3":2,"__proto__":"x"},'), data);
  });

  test('that differ in case only', async () => {
    // The engine writes no such file, so one name is changed in the finished one.
    const body = await parquet(
      "SELECT 1 AS first_name, 'x' AS other_name, {'inner_aa': 1, 'inner_bb': 2} AS s",
      'COMPRESSION uncompressed',
    );
    const patched = Buffer.from(body.toString('latin1').replaceAll('other_name', 'FIRST_name'), 'latin1');
    await using server = await serverWith({ 'lake/t/a.parquet': patched });
    const { messages, failures } = await readHere(server);
    assert.deepEqual(failures, []);
    const data = ofType(messages, 'RECORD')[0]?.record.data ?? {};
    assert.deepEqual(Object.entries(data).slice(0, 3), [
      ['first_name', 1],
      ['FIRST_name', 'x'],
      ['s', { inner_aa: 1, inner_bb: 2 }],
    ]);
  });
});

// Members of structs with an empty name: read as other readers read them. If the engine cannot, the file is refused, and the error
// names the column.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { parquet, renamed } from '../../../support/parquet.ts';
import { dataText, readHere, serverWith } from '../../support/source.ts';

async function readUnnamed(sql: string) {
  const body = renamed(await parquet(sql), new Map([['plain_1_', '']]));
  await using server = await serverWith({ 'lake/t/a.parquet': body });
  const { lines, failures } = await readHere(server);
  const rows = lines.filter((line) => line.startsWith('{"type":"RECORD"')).map(dataText);
  return { rows, failures: failures.map(({ message }) => message) };
}

suite('a member of a struct without a name', () => {
  const read: readonly (readonly [sql: string, value: string])[] = [
    ["{'plain_1_': 1, 'b': 'x'}", '{"":1,"b":"x"}'],
    ["{'a': {'plain_1_': {'y': DATE '2026-01-15'}}}", '{"a":{"":{"y":"2026-01-15"}}}'],
    ["[{'plain_1_': [1, 2], 'b': 1}]", '[{"":[1,2],"b":1}]'],
    ["MAP {'k': {'plain_1_': 1}}", '{"k":{"":1}}'],
  ];
  for (const [sql, value] of read) {
    test(`is read: ${sql}`, async () => {
      const { rows, failures } = await readUnnamed(`SELECT ${sql} AS v`);
      assert.deepEqual(failures, []);
      assert.ok(rows[0]?.startsWith(`{"v":${value},`), rows[0]);
    });
  }

  for (const sql of ["{'plain_1_': [1, 2], 'b': 1}", "{'plain_1_': MAP {'k': 1}, 'b': 1}"]) {
    test(`is refused with the file, the column and the reason where the engine cannot read it: ${sql}`, async () => {
      const { rows, failures } = await readUnnamed(`SELECT ${sql} AS v`);
      assert.deepEqual(rows, []);
      assert.match(failures.join('\n'), /^"lake\/t\/a\.parquet" cannot be read: .*member without a name.* column "v"/u);
    });
  }
});

// One invalid byte in a text of a Parquet file: the error names file, column and rows, and nothing of the text.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { parquet } from '../../../support/parquet.ts';
import { readHere, serverWith, catalogJson } from '../../support/source.ts';

const key = 'lake/t/a.parquet';
const catalog = catalogJson({ t: { id: { type: 'integer' }, name: { type: 'string' }, mail: { type: 'string' } } });

/** The report for a file of these rows, in which the first byte of `text` is not UTF-8. */
async function saidOf(sql: string, text: string, options = 'COMPRESSION uncompressed'): Promise<string> {
  const body = await parquet(sql, options);
  const at = body.indexOf(text);
  assert.ok(at > 0);
  body[at] = 0xff;
  await using server = await serverWith({ [key]: body });
  const { failures } = await readHere(server, { catalog });
  assert.deepEqual(
    failures.map(({ code }) => code),
    ['FILE_UNREADABLE'],
  );
  return failures[0]?.message ?? '';
}

suite('a text of a Parquet file that is not UTF-8', () => {
  test('is reported by its column and rows', async () => {
    const sql =
      "SELECT i AS id, 'n' || hash(i) AS name, 'alice-' || i || '@example.org' AS mail FROM range(20000) t(i)";
    const said = await saidOf(sql, 'alice-9000@', 'COMPRESSION uncompressed, ROW_GROUP_SIZE 20480');
    assert.match(
      said,
      /cannot be read: a text is not valid UTF-8 in its column "mail", between rows (\d+) and (\d+)\./u,
    );
    const [, first, last] = /rows (\d+) and (\d+)/u.exec(said) ?? [];
    assert.ok(Number(first) <= 9001 && Number(last) >= 9001 && Number(last) - Number(first) < 2048, said);
  });

  test('is reported by its column where all rows share it', async () => {
    const sql =
      "SELECT i AS id, 'n' || hash(i) AS name, 'alice-' || i % 3 || '@example.org' AS mail FROM range(20000) t(i)";
    const said = await saidOf(sql, 'alice-2@');
    assert.match(said, /cannot be read: a text is not valid UTF-8 in its column "mail"\. Replace/u);
  });

  test('is reported in few words when it has megabytes', async () => {
    const sql = "SELECT 1 AS id, 'n' AS name, 'alice' || repeat('x', 5400000) AS mail";
    const said = await saidOf(sql, 'alicexxx');
    assert.ok(said.length < 200, String(said.length));
    assert.match(said, /a text is not valid UTF-8 in its column "mail", between rows 1 and 1\./u);
  });
});

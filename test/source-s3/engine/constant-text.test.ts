// Text that is equal in all lines goes through an option of the engine's writer, which has its own escapes.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import { parseJson } from '@s3-connectors/common/json/parse-json.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import * as fc from 'fast-check';

import { parquet, renamed } from '../../support/parquet.ts';
import { hostileJsonName } from '../../support/hostile/hostile-names.ts';
import { suiteEngine } from '../support/suite-engine.ts';

const running = suiteEngine();

/** The engine fails on such a file when it begins to read it. */
async function unnamedMember(): Promise<Buffer> {
  const body = await parquet("SELECT [{'plain_1_': 'a', 'plain_2_': 'b'}] AS v");
  return renamed(body, new Map([['plain_1_', '']]));
}

async function linesWith(first: string, last: string): Promise<readonly string[]> {
  const query = {
    sql: 'SELECT i::VARCHAR FROM range(3) t(i)',
    before: `[${JSON.stringify(first)},`,
    after: `,${JSON.stringify(last)}]`,
  };
  let text = '';
  for await (const { bytes } of running().engine.lines(query, new AbortController().signal)) text += bytes.toString();
  return text.split('\n').slice(0, -1);
}

suite('the text around the values of all lines', () => {
  test('comes back from every line, whatever the names and values in it', async () => {
    const texts = fc.tuple(hostileJsonName(), hostileJsonName());
    const property = fc.asyncProperty(texts, async ([first, last]) => {
      const lines = await linesWith(first, last);
      const expected = [0, 1, 2].map((number) => [first, number, last]);
      assert.deepEqual(
        lines.map((line) => parseJson(line)),
        expected,
      );
    });
    await fc.assert(property, { numRuns: 1000, seed: 14, endOnFailure: true });
  });

  test('keeps an escaped backslash before a letter apart from an escape', async () => {
    for (const text of ['\\n', '\\\\n', '\\\\\\n', 'a\\', '\\\n', '\\u000a', 'n\\\\r\r\n']) {
      const lines = await linesWith(text, text);
      const expected = [0, 1, 2].map((number) => [text, number, text]);
      assert.deepEqual(
        lines.map((line) => parseJson(line)),
        expected,
      );
    }
  });

  for (const [what, sql] of [
    ['has no rows', "SELECT 'x' WHERE false"],
    ['fails at its first row', "SELECT error('x')::VARCHAR FROM range(3)"],
    ['fails before its first row', `SELECT '' || c0 FROM read_parquet('unnamed.parquet') AS t(c0)`],
    ['fails in the midst', "SELECT CASE WHEN i < 99999 THEN i ELSE error('x') END::VARCHAR FROM range(200000) t(i)"],
  ] as const) {
    test(`is never a line by itself where a query ${what}`, async () => {
      await writeFile(join(running().folder.path, 'unnamed.parquet'), await unnamedMember());
      const query = {
        sql: sql.replace('unnamed', join(running().folder.path, 'unnamed')),
        before: '{"v":',
        after: '}',
      };
      let rows = 0;
      try {
        for await (const { bytes, rows: count } of running().engine.lines(query, new AbortController().signal)) {
          const lines = bytes.toString().split('\n').slice(0, -1);
          assert.deepEqual(
            lines,
            lines.map((_, index) => `{"v":${rows + index}}`),
          );
          assert.equal(lines.length, count);
          rows += count;
        }
        assert.equal(what, 'has no rows');
      } catch (error) {
        assert.ok(error instanceof ConnectorError, String(error));
      }
      assert.equal(rows > 0, what === 'fails in the midst');
    });
  }

  test('is refused where it is not JSON, before anything is written', async () => {
    const query = { sql: "SELECT 'x'", before: 'a\nb', after: '' };
    await assert.rejects(Array.fromAsync(running().engine.lines(query, new AbortController().signal)), /is not JSON/u);
  });
});

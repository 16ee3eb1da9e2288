// What is the same in all lines goes through an option of the engine's writer, which has escapes of its own.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';

import * as fc from 'fast-check';

import { openEngine, type Engine } from '../../../source-s3/src/engine/engine.ts';
import { hostileJsonName } from '../../support/hostile-names.ts';

let directory: string;
let engine: Engine;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 's3-connectors-test-'));
  engine = await openEngine(directory, 64 * 1024 * 1024);
});
after(async () => {
  await engine[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

async function linesWith(first: string, last: string): Promise<readonly string[]> {
  const query = {
    sql: 'SELECT i::VARCHAR FROM range(3) t(i)',
    before: `[${JSON.stringify(first)},`,
    after: `,${JSON.stringify(last)}]`,
  };
  let text = '';
  for await (const { bytes } of engine.lines(query, new AbortController().signal)) text += bytes.toString();
  return text.split('\n').slice(0, -1);
}

suite('the text around the values of all lines', () => {
  test('comes back from every line, whatever the names and values in it', async () => {
    const texts = fc.tuple(hostileJsonName(), hostileJsonName());
    const property = fc.asyncProperty(texts, async ([first, last]) => {
      const lines = await linesWith(first, last);
      const expected = [0, 1, 2].map((number) => [first, number, last]);
      assert.deepEqual(
        lines.map((line) => JSON.parse(line) as unknown),
        expected,
      );
    });
    await fc.assert(property, { numRuns: 1000, seed: 14 });
  });

  test('keeps an escaped backslash before a letter apart from an escape', async () => {
    for (const text of ['\\n', '\\\\n', '\\\\\\n', 'a\\', '\\\n', '\\u000a', 'n\\\\r\r\n']) {
      const lines = await linesWith(text, text);
      const expected = [0, 1, 2].map((number) => [text, number, text]);
      assert.deepEqual(
        lines.map((line) => JSON.parse(line) as unknown),
        expected,
      );
    }
  });

  test('is refused where it is not JSON, before anything is written', async () => {
    const query = { sql: "SELECT 'x'", before: 'a\nb', after: '' };
    await assert.rejects(Array.fromAsync(engine.lines(query, new AbortController().signal)), /is not JSON/u);
  });
});

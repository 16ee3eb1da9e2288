// Discover asks for many tables at once. What it reports is in the order of the tables, whichever answer comes first.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';

import * as fc from 'fast-check';

import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

import { discoverHere, serverWith } from '../support/source.ts';

const contents = ['{"a":1}\n', '{"a":', 'no json\n', ''] as const;
const tables = fc.array(
  fc.record({ content: fc.constantFrom(...contents), extension: fc.constantFrom('jsonl', 'txt', 'tmp') }),
  { minLength: 2, maxLength: 9 },
);

/** The log of discover, and its catalog or its error. */
async function answers(
  objects: Readonly<Record<string, string>>,
  turns: (key: string) => number,
): Promise<readonly unknown[]> {
  await using server = await serverWith(objects);
  server.setHooks({
    async onAnswer({ key }) {
      for (let turn = 0; turn < turns(key); turn++) await new Promise((resolve) => setImmediate(resolve));
    },
  });
  try {
    const { catalog, said } = await discoverHere(server, { data_format: { format: 'jsonl' } });
    // Programs of other tests, which were killed, have nothing to do with the answers.
    return [catalog, said.filter((line) => !line.includes('of killed runs'))];
  } catch (error) {
    assert.ok(error instanceof ConnectorError);
    return [error.message];
  }
}

test('discover reports the same in the same order, however late each answer is', async () => {
  const property = fc.asyncProperty(
    tables,
    fc.array(fc.nat({ max: 40 }), { minLength: 9, maxLength: 9 }),
    async (made, late) => {
      const objects = Object.fromEntries(
        made.map(({ content, extension }, index) => [`lake/t${index}/a.${extension}`, content]),
      );
      const turns = (key: string): number => late[Number(/t(\d)/u.exec(key)?.[1] ?? 0)] ?? 0;
      const falling = (key: string): number => 10 * (9 - Number(/t(\d)/u.exec(key)?.[1] ?? 0));
      const expected = await answers(objects, () => 0);
      assert.deepEqual(await answers(objects, turns), expected);
      assert.deepEqual(await answers(objects, falling), expected);
    },
  );
  await fc.assert(property, { numRuns: 40, seed: 22 });
});

test('the error of discover names the first schema prefix that cannot be listed, however late each answer is', async () => {
  const objects = Object.fromEntries(Array.from({ length: 5 }, (_, index) => [`p${index}/t/a.jsonl`, '{"a":1}\n']));
  for (const late of ['p1/', 'p3/', '']) {
    await using server = await serverWith(objects);
    for (const prefix of ['p1/', 'p3/'])
      server.inject({ kind: 'error', code: 'AccessDenied', operation: 'ListObjectsV2', prefix, times: Infinity });
    server.setHooks({ onRequest: ({ key }) => (key === late ? setTimeout(100) : undefined) });
    const config = { data_format: { format: 'jsonl' }, schema_prefixes: ['p0', 'p1', 'p2', 'p3', 'p4'] };
    await assert.rejects(discoverHere(server, config), /^ConnectorError: Could not list s3:\/\/[a-z-]+\/p1\/:/u, late);
  }
});

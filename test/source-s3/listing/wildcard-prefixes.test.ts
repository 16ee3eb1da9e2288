// Schema prefixes with wildcards in any folder: which tables they find, below which namespaces, and the cost.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import * as fc from 'fast-check';

import { folderGlob } from '../../../source-s3/src/layout/folder-glob.ts';
import { discoverHere, serverWith, sourceConfig } from '../support/source.ts';

const line = '{"id":1}\n';
const tenants = {
  'tenant=1/exports/users/a.json': line,
  'tenant=1/exports/events/a.json': line,
  'tenant=1/other/x/a.json': line,
  'tenant=2/exports/users/a.json': line,
  'tenant=3/nothing/a.json': line,
  'tenants/exports/users/a.json': line,
  '_tenant=9/exports/users/a.json': line,
};

async function found(prefixes: readonly string[], objects: Readonly<Record<string, string>> = tenants) {
  await using server = await serverWith(objects);
  server.counts.reset();
  const { catalog } = await discoverHere(server, { data_format: { format: 'jsonl' }, schema_prefixes: prefixes });
  const streams = catalog.streams.map(({ namespace = '-', name }) => `${namespace} ${name}`);
  return { streams, lists: server.counts.of('ListObjectsV2').requests };
}

suite('A schema prefix with a wildcard', () => {
  test('in front finds the tables of every folder that matches, each in its own namespace', async () => {
    const { streams } = await found(['tenant=*/exports']);
    assert.deepEqual(streams, ['tenant=1/exports events', 'tenant=1/exports users', 'tenant=2/exports users']);
  });

  test('lists only folders that begin with what it spells', async () => {
    const { lists } = await found(['tenant=*/exports']);
    assert.equal(lists, 1 + 3 + 3); // The tenants, one listing of tables for each, and the three tables.
  });

  const cases: readonly (readonly [prefix: string, streams: readonly string[]])[] = [
    [
      '*/exports',
      ['tenant=1/exports events', 'tenant=1/exports users', 'tenant=2/exports users', 'tenants/exports users'],
    ],
    ['*=1/*', ['tenant=1/exports events', 'tenant=1/exports users', 'tenant=1/other x']],
    ['t*2/exports/', ['tenant=2/exports users']],
    ['_*/exports', ['_tenant=9/exports users']],
    ['tenant=1/ex*', ['tenant=1/exports events', 'tenant=1/exports users']],
    ['tenant=*/ot*r', ['tenant=1/other x']],
  ];
  for (const [prefix, streams] of cases) {
    test(`finds what it says: ${prefix}`, async () => assert.deepEqual((await found([prefix])).streams, streams));
  }

  test('that matches no folder, or folders without tables, is reported as it was written', async () => {
    await using server = await serverWith(tenants);
    const refused = discoverHere(server, { data_format: { format: 'jsonl' }, schema_prefixes: ['none=*/exports'] });
    await assert.rejects(refused, { code: 'CONFIG_INVALID', message: /There is no table below "none=\*\/exports\/"/u });
  });

  test('of two stars in a row is refused', () => {
    const config = { schema_prefixes: ['a/**'] };
    assert.throws(() => sourceConfig({ endpoint: 'http://127.0.0.1:1' }, config), {
      code: 'CONFIG_INVALID',
      message: /"\*\*" is not known/u,
    });
  });

  test('matches names as a shell does, whatever stars are in it', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', '='), maxLength: 8 });
    const glob = fc.string({ unit: fc.constantFrom('a', 'b', '=', '*'), minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(word, glob, (name, pattern) => {
        const expected = new RegExp(`^${pattern.replaceAll('*', '.*')}$`, 'u').test(name);
        assert.equal(folderGlob(pattern).test(name), expected);
      }),
      { numRuns: 5000, seed: 16 },
    );
  });
});

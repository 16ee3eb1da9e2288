import assert from 'node:assert/strict';
import { mock, suite, test } from 'node:test';

import * as fc from 'fast-check';

import { NameLookup } from '../../../source-s3/src/layout/name-lookup.ts';
import { tableColumns } from '../../../source-s3/src/columns/table-columns.ts';
import { serverWith, sourceConfig } from '../support/source.ts';

/** As one would search by eye. */
function seen(names: readonly string[], name: string): string | undefined {
  return names.find((other) => other === name) ?? names.find((other) => other.toLowerCase() === name.toLowerCase());
}

suite('a name of a column', () => {
  test('is found as it is spelled, else as the first in another case', () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'A', 'ß', 'İ', 'i', 'É', 'é', '_'), maxLength: 3 });
    fc.assert(
      fc.property(fc.array(name, { maxLength: 12 }), name, (names, wanted) => {
        const lookup = new NameLookup(names);
        assert.equal(lookup.find(wanted), seen(names, wanted));
        assert.equal(lookup.has(wanted), names.includes(wanted));
        assert.equal(lookup.placeOf(wanted) ?? -1, names.indexOf(wanted));
      }),
      { numRuns: 5000, seed: 14 },
    );
  });

  test('is compared a few times, however many columns files and folders have', async () => {
    await using server = await serverWith({});
    const config = sourceConfig(server, { data_partitioning: { mode: 'partitioned' } });
    const count = 3000;
    const table = { stream: { name: 't' }, prefix: 'lake/t/' };
    const columns = Array.from({ length: count }, (_, at) => ({ name: `C${at}`, type: { kind: 'string' } as const }));
    const folders = Array.from({ length: count }, (_, at) => (at % 2 === 0 ? `c${at}` : `folder${at}`));
    const folded = mock.method(String.prototype, 'toLowerCase');
    try {
      const found = tableColumns(config, table, columns, folders);
      assert.equal(found.length, count + count / 2 + 2);
      assert.equal(found[0]?.name, 'C0');
    } finally {
      folded.mock.restore();
    }
    assert.ok(folded.mock.callCount() < 10 * count, `${folded.mock.callCount()} times`);
  });
});

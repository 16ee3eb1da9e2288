// Instants in nanoseconds, to the limits of 64 bits.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import * as fc from 'fast-check';

import { parquet } from '../../../support/parquet.ts';
import { ofType } from '../../../support/models/protocol-schema.ts';
import { catalogJson, readHere, serverWith } from '../../support/source.ts';

suite('counts of nanoseconds', () => {
  const [least, greatest] = [-(2n ** 63n), 2n ** 63n - 1n];
  /** All 64-bit values are times, also pandas' least and greatest, which are infinities for the engine. */
  const count = fc.oneof(
    fc.constantFrom(least, least + 1n, least + 2n, greatest - 1n, greatest, 0n, -1n),
    fc.bigInt({ min: least, max: least + 200_000_000_000_000n }),
    fc.bigInt({ min: greatest - 200_000_000_000_000n, max: greatest }),
    fc
      .bigInt({ min: least / 1_000_000_000n, max: greatest / 1_000_000_000n })
      .map((seconds) => seconds * 1_000_000_000n),
    fc.bigInt({ min: least, max: greatest }),
  );
  const counts = fc.sample(count, { numRuns: 2000, seed: 17 });

  function textOf(nanoseconds: bigint): string {
    const fraction = ((nanoseconds % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
    const whole = new Date(Number((nanoseconds - fraction) / 1_000_000n)).toISOString().slice(0, 19);
    return fraction === 0n ? whole : `${whole}.${String(fraction).padStart(9, '0')}`;
  }

  function sqlOf(nanoseconds: bigint): string {
    if (nanoseconds === greatest) return "'infinity'::TIMESTAMP_NS";
    if (nanoseconds === least + 1n) return "'-infinity'::TIMESTAMP_NS";
    return `make_timestamp_ns(${nanoseconds === least ? `${least + 1n} - 1` : nanoseconds})`;
  }

  for (const [what, from] of [
    ['all at once', counts],
    ['the least', [least]],
    ['the greatest', [greatest]],
  ] as const) {
    test(`are all times that 64 bits hold, also in lists and members: ${what}`, async () => {
      const rows = from.map((nanoseconds) => `(${sqlOf(nanoseconds)})`).join(', ');
      const file = await parquet(`SELECT t, [t, NULL] AS l, {'m': t} AS s FROM (VALUES ${rows}) v(t)`);
      await using server = await serverWith({ 'lake/t/a.parquet': file });
      const { messages, failures } = await readHere(server);
      assert.deepEqual(failures, []);
      const records = ofType(messages, 'RECORD').map(({ record }) => record);
      assert.deepEqual(
        records.map(({ data: { t, l, s }, meta }) => ({ t, l, s, meta })),
        from.map(textOf).map((t) => ({ t, l: [t, null], s: { m: t }, meta: undefined })),
      );
    });
  }

  test('are dates where they are midnights, and nothing else is', async () => {
    const day = 86_400_000_000_000n;
    const midnights = [0n, -day, 20_000n * day, (greatest / day) * day, (least / day) * day];
    const from = [...midnights, least, least + 1n, greatest, 1n, ...counts.slice(0, 200)];
    const rows = from.map((nanoseconds) => `(${sqlOf(nanoseconds)})`).join(', ');
    await using server = await serverWith({ 'lake/t/a.parquet': await parquet(`SELECT t FROM (VALUES ${rows}) v(t)`) });
    const catalog = catalogJson({ t: { t: { type: 'string', format: 'date' } } });
    const { messages, failures } = await readHere(server, { catalog });
    assert.deepEqual(failures, []);
    assert.deepEqual(
      ofType(messages, 'RECORD').map(({ record }) => record.data['t']),
      from.map((nanoseconds) => (nanoseconds % day === 0n ? textOf(nanoseconds).slice(0, 10) : null)),
    );
  });
});

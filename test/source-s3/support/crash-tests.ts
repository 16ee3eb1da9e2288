// Three tables of thirty files each: from any STATE of any run, a new run continues so that each row comes once.
import assert from 'node:assert/strict';
import { after, before, mock, suite, test } from 'node:test';

import { array, assert as check, asyncProperty, integer } from 'fast-check';

import type { S3TestServer } from '../../../tools/s3-server/types.ts';
import { runUntil, type Kept } from './crashes.ts';
import { bucket, configured, discoverHere, serverWith, timeOf, type Json } from './source.ts';

const tables = ['a', 'b', 'c'];
const filesPerTable = 30;
/** In each row. */
export const text = 'é"x\\,'.repeat(30);

export type Format = {
  readonly format: string;
  readonly extension: string;
  /** A file of rows with these `id`, and the `text`. */
  readonly make: (ids: readonly number[]) => Promise<Uint8Array | string> | Uint8Array | string;
};

export function registerCrashTests(name: string, { format, extension, make }: Format): void {
  suite(`runs over ${name}`, () => {
    const config = { data_format: { format } };
    const all = new Map<string, readonly string[]>();
    let server: S3TestServer;
    let catalog: Json;

    before(async () => {
      server = await serverWith({});
      for (const [place, table] of tables.entries()) {
        const expected: string[] = [];
        for (let file = 0; file < filesPerTable; file++) {
          // Usually small; some have several batches of lines, some one row; many are of the same second.
          const count = file % 10 === 3 ? 900 : 1 + ((file * 7 + place) % 40);
          const ids = Array.from({ length: count }, (_, index) => file * 1000 + index);
          const key = `lake/${table}/${String((file * 37) % filesPerTable).padStart(2, '0')}.${extension}`;
          server.seed(bucket, key, await make(ids), { lastModified: timeOf(file >> 2) });
          expected.push(...ids.map(String));
        }
        all.set(table, expected.toSorted());
      }
      const discovered = await discoverHere(server, config);
      catalog = configured(discovered.catalog);
      // A STATE is due when ten seconds have passed: here they pass with every look at the clock.
      let now = Date.now();
      mock.method(Date, 'now', () => (now += 11_000));
      let passed = performance.now();
      mock.method(performance, 'now', () => (passed += 11_000));
    });
    after(async () => {
      mock.restoreAll();
      await server[Symbol.asyncDispose]();
    });

    const assertWhole = (rows: ReadonlyMap<string, readonly string[]>): void => {
      for (const table of tables) assert.deepEqual(rows.get(table)?.toSorted(), all.get(table));
    };

    test('resume from every STATE printed with exactly the rows after it', async () => {
      const whole = await runUntil(server, { config, catalog });
      assertWhole(new Map([...whole.kept].map(([table, { rows }]) => [table, rows])));
      assert.ok(whole.states.length > 60, `${whole.states.length} states`);
      for (const { stream, state, rowsBefore } of whole.states) {
        // Up to the next STATE, from which another of these runs resumes.
        const streams = (catalog['streams'] as readonly { stream: { name: string } }[]).filter(
          (one) => one.stream.name === stream,
        );
        const rest = await runUntil(server, { config, catalog: { streams }, states: [state], isEnough: () => true });
        const found = rest.kept.get(stream)?.rows ?? [];
        const behind = whole.kept.get(stream)?.rows.slice(rowsBefore) ?? [];
        assert.deepEqual(found, behind.slice(0, found.length));
        assert.ok(found.length > 0 || behind.length === 0, `nothing came after ${rowsBefore} rows`);
      }
    });

    test('that crash again and again lose no row and repeat none before a STATE', async () => {
      await check(
        asyncProperty(array(integer({ min: 1, max: 36 }), { minLength: 3, maxLength: 12 }), async (crashes) => {
          const kept = new Map<string, Kept>();
          for (const maxPieces of [...crashes, Number.POSITIVE_INFINITY]) {
            const states = [...kept.values()].map(({ state }) => state);
            const run = await runUntil(server, { config, catalog, states, maxPieces });
            for (const [stream, { rows, state }] of run.kept) {
              kept.set(stream, { rows: [...(kept.get(stream)?.rows ?? []), ...rows], state });
            }
          }
          assertWhole(new Map([...kept].map(([table, { rows }]) => [table, rows])));
        }),
        { numRuns: 2, seed: 14, endOnFailure: true },
      );
    });
  });
}

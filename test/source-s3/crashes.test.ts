// Three tables of fifty files each, in every format: whatever STATE of whatever run a new run starts from, each row comes
// once.
import assert from 'node:assert/strict';
import { after, before, mock, suite, test } from 'node:test';
import { zstdCompressSync } from 'node:zlib';

import { array, assert as check, asyncProperty, integer } from 'fast-check';

import type { S3TestServer } from '../support/s3-server/types.ts';
import { parquet } from '../support/parquet.ts';
import { avroFile, recordOf } from './support/avro.ts';
import { runUntil, type Kept } from './support/crashes.ts';
import { bucket, configured, discoverHere, serverWith, timeOf, type Json } from './support/source.ts';

const tables = ['a', 'b', 'c'];
const filesPerTable = 50;
const text = 'é"x\\,'.repeat(30);

/** A file of these rows. */
type MakeFile = (ids: readonly number[]) => Promise<Uint8Array | string> | Uint8Array | string;

const csv = (ids: readonly number[]): string =>
  `id,text\n${ids.map((id) => `${id},"${text.replaceAll('"', '""')}"\n`).join('')}`;
const jsonl = (ids: readonly number[]): string => ids.map((id) => `${JSON.stringify({ id, text })}\n`).join('');
const schema = recordOf({ id: 'int', text: 'string' });
const rowsOf = (ids: readonly number[]) => ids.map((id) => ({ id, text }));
/** `stride`: of the STATEs printed every so many is started from; from each takes seconds with text, minutes with the others. */
type Case = readonly [name: string, format: string, extension: string, stride: number, make: MakeFile];
const formats: readonly Case[] = [
  ['CSV', 'csv', 'csv', 1, csv],
  ['JSON lines', 'jsonl', 'json.zst', 1, (ids) => zstdCompressSync(jsonl(ids))],
  ['Avro', 'avro', 'avro', 8, (ids) => avroFile(schema, rowsOf(ids), { codec: 'deflate', blockRows: 60 })],
  ['Parquet', 'parquet', 'parquet', 8, (ids) => parquetOf(ids)],
];

function parquetOf(ids: readonly number[]): Promise<Uint8Array> {
  const [first = 0] = ids;
  const rows = `SELECT ${first} + i AS id, '${text}' AS text FROM range(${ids.length}) AS numbers(i)`;
  return parquet(rows, 'ROW_GROUP_SIZE 2048');
}

for (const [start, [name, format, extension, stride, make]] of formats.entries()) {
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
          // Mostly small; some have several batches of lines, some one row; many of the same second.
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
      // A STATE is due when ten seconds have passed: now they pass with every look at the clock.
      let now = Date.now();
      mock.method(Date, 'now', () => (now += 11_000));
    });
    after(async () => {
      mock.restoreAll();
      await server[Symbol.asyncDispose]();
    });

    const assertWhole = (rows: ReadonlyMap<string, readonly string[]>): void => {
      for (const table of tables) assert.deepEqual(rows.get(table)?.toSorted(), all.get(table));
    };

    test('go on from the STATEs printed with the very rows behind them', async () => {
      const whole = await runUntil(server, { config, catalog });
      assertWhole(new Map([...whole.kept].map(([table, { rows }]) => [table, rows])));
      assert.ok(whole.states.length > 100, `${whole.states.length} states`);
      for (const { stream, state, rowsBefore } of whole.states.filter(
        (_, index) => index % stride === start % stride,
      )) {
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

    test('that crash again and again lose no row and repeat none that a STATE stands behind', async () => {
      await check(
        asyncProperty(array(integer({ min: 1, max: 60 }), { minLength: 3, maxLength: 12 }), async (crashes) => {
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
        { numRuns: 2 },
      );
    });
  });
}

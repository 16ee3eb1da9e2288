import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { constants, deflateRawSync, gunzipSync, inflateRawSync } from 'node:zlib';
import * as fc from 'fast-check';
import { DeflatePool } from '@s3-connectors/common/destination/files/deflate-pool.ts';
import { settingsOf, type DeflateSetting } from '@s3-connectors/common/destination/files/deflate-setting.ts';
import { GzipMember } from '@s3-connectors/common/destination/files/gzip-member.ts';

const level = 6;
const pool = new DeflatePool({ level, atOnce: 2 });
after(() => pool.close());

const flushed = { memLevel: 9, finishFlush: constants.Z_SYNC_FLUSH } as const;
const mebibyte = 1024 * 1024;
/** Header, final block and trailer. */
const frameBytes = 20;

function sizeBy(setting: DeflateSetting, rows: Uint8Array): number {
  return deflateRawSync(rows, { ...setting, ...flushed }).length;
}

/** The same numbers in [0, 1) for the same seed. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
}

function word(next: () => number, words: number): string {
  return `word_${Math.floor(next() * words).toString(36)}`;
}

type Kind = { readonly fields: number; readonly words: number; readonly ids: boolean; readonly seed: number };

/** Rows whose repetitions are near or far, with texts that repeat and ids that do not. */
function rowsOf({ fields, words, ids, seed }: Kind, bytes: number): Buffer {
  const next = numbers(seed);
  const lines: string[] = [];
  for (let size = 0; size < bytes; size += (lines.at(-1) as string).length) {
    const members = Array.from({ length: fields }, (_, field) => {
      const value = field % 3 === 0 ? Math.floor(next() * 1e6) : word(next, words);
      return `"field_${field}":${JSON.stringify(value)}`;
    });
    const id = ids
      ? `"id":"${Math.floor(next() * 2 ** 24).toString(16)}-${Math.floor(next() * 2 ** 24).toString(16)}",`
      : '';
    lines.push(`{${id}${members.join(',')}}\n`);
  }
  return Buffer.from(lines.join('').slice(0, bytes));
}

const kinds = fc.record({
  fields: fc.integer({ min: 1, max: 60 }),
  words: fc.constantFrom(2, 50, 5000, 1e9),
  ids: fc.boolean(),
  seed: fc.nat(),
});

async function memberOf(rows: Buffer): Promise<Buffer> {
  const gzip = new GzipMember(pool);
  const added: Promise<void>[] = [];
  for (let at = 0; at < rows.length; at += mebibyte) added.push(gzip.add(rows.subarray(at, at + mebibyte)));
  await Promise.all(added);
  return Buffer.concat(await gzip.finish());
}

/** As if no cheaper setting were tried. */
function standardSize(rows: Buffer): number {
  let size = 0;
  for (let at = 0; at < rows.length; at += mebibyte) {
    size += sizeBy(settingsOf(level).standard, rows.subarray(at, at + mebibyte));
  }
  return size;
}

suite('the setting of a compressor', () => {
  test('is the cheapest that makes the sample no larger, whatever the rows are', async () => {
    const { standard, cheaper } = settingsOf(level);
    const chosen = new Map<DeflateSetting, number>();
    await fc.assert(
      fc.asyncProperty(kinds, fc.integer({ min: 1, max: 40_000 }), async (kind, bytes) => {
        const sample = rowsOf(kind, bytes);
        const found = await pool.cheapest(sample);
        const expected = cheaper.find((setting) => sizeBy(setting, sample) <= sizeBy(standard, sample)) ?? standard;
        assert.deepEqual(found, expected);
        const compressed = await pool.compress(sample, Promise.resolve(found));
        assert.equal(compressed.length, sizeBy(expected, sample));
        assert.ok(inflateRawSync(compressed, { finishFlush: constants.Z_SYNC_FLUSH }).equals(sample));
        chosen.set(expected, (chosen.get(expected) ?? 0) + 1);
      }),
      { numRuns: 1000, seed: 20 },
    );
    assert.equal(chosen.size, 3, 'each of the settings is the best for some rows');
  });

  test('is that of the level if zlib has no cheaper one of its kind', async () => {
    for (const low of [1, 2, 3, 4]) {
      const own = new DeflatePool({ level: low, atOnce: 1 });
      assert.deepEqual(
        await own.cheapest(rowsOf({ fields: 5, words: 50, ids: true, seed: 1 }, 1000)),
        settingsOf(low).standard,
      );
      own.close();
    }
  });
});

suite('a large gzip member', () => {
  const near = { fields: 3, words: 1e9, ids: true, seed: 2 };
  const far = { fields: 500, words: 5000, ids: false, seed: 3 };
  const files: readonly (readonly [string, readonly Kind[], boolean])[] = [
    ['of rows for which a cheaper setting is as good', [near], true],
    ['of rows for which it is not', [far], false],
    ['of rows that change', [near, far], true],
    ['of rows that change the other way', [far, near], true],
  ];
  for (const [what, parts, isOther] of files) {
    test(`${what} is at most 2 % larger than by the setting of the level, and the same each time`, async () => {
      const rows = Buffer.concat(parts.map((kind) => rowsOf(kind, (30 / parts.length) * mebibyte)));
      const [whole, again] = await Promise.all([memberOf(rows), memberOf(rows)]);
      assert.ok(gunzipSync(whole).equals(rows));
      assert.ok(whole.equals(again));
      const standard = standardSize(rows);
      assert.ok(whole.length <= standard * 1.02, `${whole.length} bytes instead of ${standard}`);
      assert.equal(whole.length !== standard + frameBytes, isOther);
    });
  }
});

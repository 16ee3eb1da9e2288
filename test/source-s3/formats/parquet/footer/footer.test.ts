// Our reading of a footer compared with the engine's, and its results for damage.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { assert as check, integer, property } from 'fast-check';

import { readFooter, readRowGroup, type Footer } from '../../../../../source-s3/src/formats/parquet/footer/footer.ts';
import { ThriftDamage } from '../../../../../source-s3/src/formats/parquet/footer/thrift.ts';
import { chunksOf, parquet } from '../../../../support/parquet.ts';

const nested =
  "SELECT i AS id, [i, NULL] AS l, {'a': i::VARCHAR, 'B': {'t': TIME '01:02:03'}} AS s, MAP {'k': i::DECIMAL(10, 2)} AS m, NULL::INT AS n FROM range(5000) t(i)";

function footerOf(body: Buffer): Buffer {
  return body.subarray(body.length - 8 - body.readUInt32LE(body.length - 8), -8);
}

async function read(sql: string, options?: string): Promise<Footer> {
  return readFooter(footerOf(await parquet(sql, options)));
}

/** @throws AssertionError for a failure that is not a ThriftDamage. */
function attempt(bytes: Uint8Array): void {
  try {
    readFooter(bytes);
  } catch (error) {
    assert.ok(error instanceof ThriftDamage, String(error));
  }
}

suite('a footer', () => {
  for (const codec of ['uncompressed', 'snappy', 'gzip', 'zstd', 'lz4_raw', 'brotli']) {
    test(`tells of ${codec} chunks what the engine tells`, async () => {
      const body = await parquet(nested, `COMPRESSION ${codec}, ROW_GROUP_SIZE 2048`);
      const footer = footerOf(body);
      const { groups, codecs, leaves } = readFooter(footer);
      const ours = Array.from({ length: groups.count }).flatMap((_, index) => {
        const { start: from, end: to } = groups.placeOf(index);
        const { rows, chunks } = readRowGroup(footer.subarray(from, to), index, leaves);
        assert.equal(groups.rowsOf(index), rows);
        return chunks.map(({ start, end, totalUncompressedSize, leaf, isCompressed }) => {
          return { index, rows, start, end, bytes: totalUncompressedSize, path: leaf.path, isCompressed };
        });
      });
      const theirs = (await chunksOf(body)).map((chunk) => {
        const [data, dictionary] = [Number(chunk['data_page_offset']), Number(chunk['dictionary_page_offset'] ?? 0)];
        const start = dictionary > 0 ? Math.min(data, dictionary) : data;
        return {
          index: Number(chunk['row_group_id']),
          rows: Number(chunk['row_group_num_rows']),
          start,
          end: start + Number(chunk['total_compressed_size']),
          bytes: Number(chunk['total_uncompressed_size']),
          path: String(chunk['path_in_schema']).replaceAll(', ', '.'),
          isCompressed: chunk['compression'] !== 'UNCOMPRESSED',
        };
      });
      assert.deepEqual(ours, theirs);
      assert.deepEqual(codecs, [codec]);
      assert.deepEqual([groups.count, groups.rows, leaves.length], [3, 5000, 7]);
    });
  }

  test('of another number of rows has the same fingerprint, one of other columns another', async () => {
    const [few, many, other] = [
      await read('SELECT i AS id FROM range(3) t(i)'),
      await read('SELECT i + 7 AS id FROM range(300000) t(i)', 'COMPRESSION snappy'),
      await read('SELECT i AS other FROM range(3) t(i)'),
    ];
    assert.equal(few.fingerprint, many.fingerprint);
    assert.notEqual(few.fingerprint, other.fingerprint);
  });

  test('that is cut or changed is damaged or another footer, and nothing worse', async () => {
    const whole = footerOf(await parquet(nested, 'COMPRESSION zstd'));
    for (let end = 0; end < whole.length; end += 7) {
      assert.throws(() => readFooter(whole.subarray(0, end)), ThriftDamage);
    }
    check(
      property(integer({ min: 0, max: whole.length - 1 }), integer({ min: 0, max: 255 }), (at, value) => {
        const changed = Buffer.from(whole);
        changed[at] = value;
        attempt(changed);
      }),
      { numRuns: 500 },
    );
  });
});

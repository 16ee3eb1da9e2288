import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openTempFolder } from '@s3-connectors/common/local-disk/temp-folder.ts';
import { silentLog } from '@s3-connectors/common/protocol/log.ts';
import * as fc from 'fast-check';
import type { StructType, TemporalType } from '../../../../destination-s3-batch/src/columns/types/field-type.ts';
import { isPlain, isReadable, plainTime } from '../../../../destination-s3-batch/src/columns/types/temporal-text.ts';
import { openEngine } from '../../../../destination-s3-batch/src/engine/engine.ts';
import { rowsSql } from '../../../../destination-s3-batch/src/files/parquet-files.ts';

const two = (most: number): fc.Arbitrary<string> => fc.nat(most).map((number) => String(number).padStart(2, '0'));
const year = fc.constantFrom('0001', '0002', '1582', '1900', '1970', '2000', '2024', '2026', '9998', '9999');
const zone = fc.oneof(
  fc.constantFrom('', 'Z', 'z', ' UTC', '+00', '-00', '+00:00', '+5', '+05:3', 'UTC', '+25:00', '[Europe/Berlin]'),
  fc
    .tuple(fc.constantFrom('+', '-', ' +'), two(24), fc.constantFrom('', ':', ''), two(61))
    .map((parts) => parts.join('')),
);
const text = fc
  .tuple(year, two(13), two(32), fc.constantFrom('T', ' ', 't', '  '), two(24), two(60), two(60))
  .chain(([y, month, day, separator, hour, minute, second]) => {
    const fraction = fc.constantFrom('', '.5', '.000001', '.999999', '.1234567', '.', ',5');
    return fc.tuple(fraction, zone).map(([digits, where]) => {
      return `${y}-${month}-${day}${separator}${hour}:${minute}:${second}${digits}${where}`;
    });
  });

const types: readonly TemporalType[] = [
  { kind: 'timestamp', utc: true },
  { kind: 'timestamp', utc: false },
];

for (const type of types) {
  const what = type.kind === 'timestamp' && type.utc ? 'an instant' : 'a time of no zone';
  test(`whatever is left to the engine to read, as ${what}, is to it what it is to us`, async () => {
    const texts = fc.sample(text, 10_000).filter((one) => isReadable(type, Buffer.from(one), 0, one.length));
    assert.ok(texts.length > 50, `${texts.length} texts`);
    await using folder = await openTempFolder({ parent: tmpdir(), advice: '' }, silentLog);
    const path = join(folder.path, 'rows.ndjson');
    await writeFile(path, texts.map((one) => `${JSON.stringify({ v: one })}\n`).join(''));
    await using engine = await openEngine(folder, { memoryBytes: 256 * 1024 * 1024, threads: () => 1 });
    const row: StructType = { kind: 'struct', fields: [{ name: 'v', type, misfits: false }], rest: false };
    const read = await engine.rows(`SELECT epoch_us(v) AS v FROM ${rowsSql({ paths: [path], longestRow: 100 }, row)}`);
    assert.deepEqual(
      read.map(({ v }) => v),
      texts.map((one) => micros(plainTime(type, one)?.text ?? '')),
    );
  });

  test(`what is in the form of ${what} already, the engine reads too`, () => {
    fc.assert(
      fc.property(text, (one) => {
        const bytes = Buffer.from(one);
        if (isPlain(type, bytes, 0, bytes.length)) assert.ok(isReadable(type, bytes, 0, bytes.length));
      }),
    );
  });
}

/** Since 1970, of a text in our form. */
function micros(plain: string): bigint {
  const [seconds = '', fraction = ''] = plain.replace('Z', '').split('.');
  return BigInt(Date.parse(`${seconds}Z`)) * 1000n + BigInt(fraction.padEnd(6, '0'));
}

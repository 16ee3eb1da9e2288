import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { assert as check, property, uint8Array } from 'fast-check';

import { ThriftBytes, ThriftDamage } from '../../../../../source-s3/src/formats/parquet/footer/thrift.ts';

function fieldsOf(hex: string): readonly (readonly [number, number])[] {
  const bytes = new ThriftBytes(Buffer.from(hex, 'hex'), 0);
  return [...bytes.fields()].map(({ id, type }) => [id, type] as const);
}

suite('Thrift’s compact protocol', () => {
  test('is skipped, field by field', () => {
    // 1: i32 -1; 2: true; 4: binary "ab"; 5: list of 2 booleans; 6: struct with 1: i64 300; 7: map of 1 i32 → binary; 40: double.
    const hex = ['1501', '11', '28026162', '192101', '02', '1c16d80400', '1b01580201630750', '0000000000000000', '00'];
    assert.deepEqual(fieldsOf(hex.join('')), [
      [1, 5],
      [2, 1],
      [4, 8],
      [5, 9],
      [6, 12],
      [7, 11],
      [40, 7],
    ]);
  });

  test('gives numbers with their sign', () => {
    const bytes = new ThriftBytes(Buffer.from('01d804', 'hex'), 0);
    assert.deepEqual([bytes.number(), bytes.number()], [-1, 300]);
  });

  test('fails on nothing worse than damage, whatever the bytes', () => {
    check(
      property(uint8Array({ maxLength: 200 }), (body) => {
        try {
          for (const _ of new ThriftBytes(body, 0).fields());
        } catch (error) {
          assert.ok(error instanceof ThriftDamage);
        }
      }),
    );
  });
});

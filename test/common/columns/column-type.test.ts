// The type that holds the values of two: laws, and the table of what meets what.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import * as fc from 'fast-check';

import { mergeColumns, mergeTypes, type ColumnType } from '@s3-connectors/common/columns/column-type.ts';

import { anyColumns, anyType } from '../../source-s3/columns/sql/support.ts';

/** Without the order of struct fields, which is that of the first file. */
function canonical(type: ColumnType): ColumnType {
  switch (type.kind) {
    case 'list':
      return { kind: 'list', items: canonical(type.items) };
    case 'map':
      return { kind: 'map', value: canonical(type.value) };
    case 'struct': {
      const fields = type.fields.map((field) => ({ name: field.name, type: canonical(field.type) }));
      return { kind: 'struct', fields: fields.toSorted((a, b) => (a.name < b.name ? -1 : 1)) };
    }
    default:
      return type;
  }
}

function assertSame(one: ColumnType, other: ColumnType): void {
  assert.deepEqual(canonical(one), canonical(other));
}

suite('merging types', () => {
  test('gives a type itself when both are the same', () => {
    fc.assert(fc.property(anyType, (type) => assert.deepEqual(mergeTypes(type, type), type)));
  });

  test('does not depend on which comes first', () => {
    fc.assert(fc.property(anyType, anyType, (a, b) => assertSame(mergeTypes(a, b), mergeTypes(b, a))));
  });

  test('does not depend on how many are merged at a time', () => {
    fc.assert(
      fc.property(anyType, anyType, anyType, (a, b, c) => {
        assertSame(mergeTypes(mergeTypes(a, b), c), mergeTypes(a, mergeTypes(b, c)));
      }),
    );
  });

  test('changes nothing when a type is merged that is in already', () => {
    fc.assert(
      fc.property(anyType, anyType, (a, b) => {
        const merged = mergeTypes(a, b);
        assert.deepEqual(mergeTypes(merged, b), merged);
      }),
    );
  });

  const cases: readonly (readonly [a: ColumnType, b: ColumnType, merged: ColumnType])[] = [
    [{ kind: 'integer' }, { kind: 'number' }, { kind: 'number' }],
    [{ kind: 'integer' }, { kind: 'boolean' }, { kind: 'string' }],
    [{ kind: 'date' }, { kind: 'timestamp', utc: true }, { kind: 'string' }],
    [{ kind: 'timestamp', utc: false }, { kind: 'timestamp', utc: true }, { kind: 'string' }],
    [{ kind: 'binary' }, { kind: 'string' }, { kind: 'string' }],
    [
      { kind: 'list', items: { kind: 'integer' } },
      { kind: 'list', items: { kind: 'date' } },
      { kind: 'list', items: { kind: 'string' } },
    ],
    [{ kind: 'list', items: { kind: 'integer' } }, { kind: 'integer' }, { kind: 'string' }],
    [{ kind: 'map', value: { kind: 'integer' } }, { kind: 'struct', fields: [] }, { kind: 'string' }],
    [{ kind: 'unknown' }, { kind: 'date' }, { kind: 'date' }],
    [
      { kind: 'list', items: { kind: 'integer' } },
      { kind: 'list', items: { kind: 'unknown' } },
      { kind: 'list', items: { kind: 'integer' } },
    ],
  ];
  for (const [a, b, merged] of cases) {
    test(`${JSON.stringify(a)} and ${JSON.stringify(b)} give ${JSON.stringify(merged)}`, () => {
      assert.deepEqual(mergeTypes(a, b), merged);
    });
  }
});

suite('merging columns', () => {
  test('keeps the first’s order and puts the second’s new ones behind', () => {
    fc.assert(
      fc.property(anyColumns, anyColumns, (a, b) => {
        const names = mergeColumns(a, b).map(({ name }) => name);
        assert.deepEqual(names, [...new Set([...a, ...b].map(({ name }) => name))]);
      }),
    );
  });
});

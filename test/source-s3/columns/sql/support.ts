// Arbitrary column types, three levels deep.
import * as fc from 'fast-check';

import type { Column, ColumnType } from '@s3-connectors/common/columns/column-type.ts';

const scalars = ['integer', 'number', 'boolean', 'string', 'binary', 'date', 'time'] as const;
// Names from a few letters, so that two sets of columns share some. `__proto__` is a name like any other.
const name = fc.oneof(fc.constantFrom('a', 'b', 'B', 'c.d', ''), fc.string({ maxLength: 3 }));

function columnsOf(type: fc.Arbitrary<ColumnType>): fc.Arbitrary<readonly Column[]> {
  const columns = fc.uniqueArray(fc.record({ name, type }, { noNullPrototype: true }), {
    maxLength: 4,
    selector: (column) => column.name,
  });
  // A JavaScript object puts names that are numbers first.
  return columns.map((all) => all.filter((column) => !/^\d+$/u.test(column.name)));
}

function typeOf(depth: number): fc.Arbitrary<ColumnType> {
  const scalar: fc.Arbitrary<ColumnType> = fc.oneof(
    fc.constantFrom(...scalars).map((kind) => ({ kind })),
    fc.boolean().map((utc): ColumnType => ({ kind: 'timestamp', utc })),
  );
  if (depth === 0) return scalar;
  const inner = typeOf(depth - 1);
  return fc.oneof(
    { arbitrary: scalar, weight: 3 },
    inner.map((items): ColumnType => ({ kind: 'list', items })),
    inner.map((value): ColumnType => ({ kind: 'map', value })),
    columnsOf(inner).map((fields): ColumnType => ({ kind: 'struct', fields })),
  );
}

export const anyType = typeOf(3);
export const anyColumns = columnsOf(anyType);

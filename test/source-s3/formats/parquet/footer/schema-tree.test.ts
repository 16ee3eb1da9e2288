import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import type { StoredType } from '../../../../../source-s3/src/columns/sql/stored-type.ts';

import {
  logicalTypes,
  type SchemaElement,
} from '../../../../../source-s3/src/formats/parquet/footer/schema-element.ts';
import {
  leavesOf,
  refinedType,
  schemaTree,
  unreadableSchema,
} from '../../../../../source-s3/src/formats/parquet/footer/schema-tree.ts';
import { ThriftDamage } from '../../../../../source-s3/src/formats/parquet/footer/thrift.ts';

const plain: Omit<SchemaElement, 'name'> = {
  isRepeated: false,
  physicalType: undefined,
  convertedType: undefined,
  logicalType: undefined,
  precision: 0,
  children: 0,
};
const [list, map, timestampMillis, timestampMicros] = [3, 1, 9, 10]; // ConvertedType

function group(name: string, children: number, convertedType?: number): SchemaElement {
  return { ...plain, name, children, convertedType };
}

type Annotations = Partial<Pick<SchemaElement, 'convertedType' | 'logicalType' | 'precision'>>;

function leaf(name: string, annotations: Annotations = {}): SchemaElement {
  return { ...plain, name, physicalType: 'BYTE_ARRAY', ...annotations };
}

function logical(number: number): Annotations {
  return { logicalType: { number, isUtc: false, isNanoseconds: false } };
}

/** A column of this many nested lists. */
function nestedLists(depth: number): ReturnType<typeof schemaTree> {
  const levels = Array.from({ length: depth }, (_, level) => [
    group(level === 0 ? 'l.x' : 'element', 1, list),
    { ...group('list', 1), isRepeated: true },
  ]);
  return schemaTree([group('root', 1), ...levels.flat(), leaf('element')]);
}

const timestamp: StoredType = { kind: 'timestamp', utc: false, nanoseconds: false };

suite('the schema in a Parquet footer', () => {
  test('tells which top-level column each leaf belongs to', () => {
    const root = schemaTree([
      group('root', 3),
      leaf('a'),
      group('s', 2),
      leaf('x'),
      group('l', 1, list),
      group('list', 1),
      leaf('element'),
      leaf('z'),
    ]);
    assert.deepEqual(
      leavesOf(root).map(({ column, path }) => [column, path]),
      [
        [0, 'a'],
        [1, 's.x'],
        [1, 's.l.list.element'],
        [2, 'z'],
      ],
    );
    assert.deepEqual(
      root.children.map(({ name }) => name),
      ['a', 's', 'z'],
    );
  });

  const leaves: readonly [string, Annotations, StoredType, StoredType][] = [
    [
      'bytes named a string by the newer annotation alone',
      logical(logicalTypes.string),
      { kind: 'binary' },
      { kind: 'encoded-string' },
    ],
    ['bytes without an annotation', {}, { kind: 'binary' }, { kind: 'binary' }],
    [
      'a timestamp with the older annotation alone',
      { convertedType: timestampMicros },
      timestamp,
      { ...timestamp, utc: true },
    ],
    [
      'a local timestamp of the newer annotation',
      { convertedType: timestampMicros, ...logical(logicalTypes.timestamp) },
      timestamp,
      timestamp,
    ],
  ];
  for (const [what, annotations, stored, expected] of leaves) {
    test(`says what is meant by ${what}`, () => {
      const [node] = schemaTree([group('root', 1), leaf('c', annotations)]).children;
      assert.ok(node);
      assert.deepEqual(refinedType(node, stored), expected);
    });
  }

  const string = leaf('element', logical(logicalTypes.string));
  const lists: readonly [string, readonly SchemaElement[]][] = [
    ['three levels', [group('l', 1, list), group('list', 1), string]],
    ['two levels', [group('l', 1, list), string]],
    ['a repeated field', [string]],
  ];
  for (const [what, nodes] of lists) {
    test(`finds the element of a list in ${what}`, () => {
      const [node] = schemaTree([group('root', 1), ...nodes]).children;
      assert.ok(node);
      const refined = refinedType(node, { kind: 'list', items: { kind: 'binary' } });
      assert.deepEqual(refined, { kind: 'list', items: { kind: 'encoded-string' } });
    });
  }

  test('is followed into structs and maps, and has the true names', () => {
    const [node] = schemaTree([
      group('root', 1),
      group('s', 1),
      group('m', 1, map),
      group('key_value', 2),
      leaf('key', logical(logicalTypes.string)),
      leaf('value', { convertedType: timestampMillis }),
    ]).children;
    assert.ok(node);
    const type: StoredType = {
      kind: 'struct',
      fields: [{ name: 'M_1', key: "'M_1'", type: { kind: 'map', key: { kind: 'binary' }, value: timestamp } }],
    };
    assert.deepEqual(refinedType(node, type), {
      kind: 'struct',
      fields: [
        {
          name: 'm',
          key: "'M_1'",
          type: { kind: 'map', key: { kind: 'encoded-string' }, value: { ...timestamp, utc: true } },
        },
      ],
    });
  });

  test('names what cannot be read, however deep', () => {
    const wide = schemaTree([
      group('root', 2),
      leaf('a', { precision: 38 }),
      group('s', 1),
      leaf('d', { precision: 39 }),
    ]);
    assert.equal(unreadableSchema(wide), 'the decimals of "s.d" have more than 38 digits');
    const twice = schemaTree([group('root', 2), leaf('a'), group('s', 3), leaf('a'), leaf('A'), leaf('a')]);
    assert.equal(unreadableSchema(twice), 'it has two columns "s.a"');
    const fine = schemaTree([group('root', 2), leaf('a', { precision: 38 }), group('s', 1), leaf('a')]);
    assert.equal(unreadableSchema(fine), undefined);
  });

  test('that ends before its columns do is damaged, whatever number of them it names', () => {
    assert.throws(() => schemaTree([group('root', 2_000_000_000), leaf('a')]), ThriftDamage);
    const deep = Array.from({ length: 2000 }, () => group('g', 1));
    assert.throws(() => schemaTree([...deep, leaf('a')]), ThriftDamage);
  });

  test('is refused where the engine would take minutes for its lists', () => {
    assert.equal(unreadableSchema(nestedLists(20)), undefined);
    assert.equal(unreadableSchema(nestedLists(21)), 'lists and maps are nested more than 20 deep in "l.x"');
  });
});

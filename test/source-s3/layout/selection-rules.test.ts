// The meaning of the fields of a selection, and which of them are refused, without reading anything.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import * as z from 'zod';

import { checkSelection, resolveSelection, selectionShape } from '../../../source-s3/src/layout/selection.ts';

const schema = z
  .object({
    ...selectionShape,
    data_partitioning: z.any(),
    tables_from: z.enum(['folders', 'files']).default('folders'),
  })
  .superRefine(checkSelection);
type Json = Readonly<Record<string, unknown>>;
const partitioned = (types: Readonly<Record<string, string>> = {}): Json => ({
  mode: 'partitioned',
  column_types: Object.entries(types).map(([name, type]) => ({ name, type })),
});

/** The problems as `path: message`. */
function problems(fields: Json, data_partitioning: Json = partitioned()): readonly string[] {
  const parsed = schema.safeParse({ ...fields, data_partitioning });
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

function selection(fields: Json) {
  return resolveSelection(z.object(selectionShape).parse(fields));
}

suite('a selection', () => {
  test('without fields takes everything', () => {
    const { filePattern, matches, filtersOf, isLatestOnly, tables } = selection({});
    assert.deepEqual(
      [filePattern, matches('any/path'), filtersOf('t'), isLatestOnly('t'), tables],
      [undefined, true, [], false, []],
    );
  });

  test('matches paths below the table by its pattern, which it keeps for people', () => {
    const { filePattern, matches } = selection({ file_pattern: 'part-*' });
    assert.deepEqual(
      [filePattern, matches('a/part-1'), matches('part-1/a'), matches('xpart-1')],
      ['part-*', true, false, false],
    );
  });

  test('gives a table the filters of all tables and its own, in order, with empty texts as nothing', () => {
    const { filtersOf, tables } = selection({
      partition_filter: [
        { column: 'a', from: '', to: '2', table: '' },
        { column: 'b', from: '1', to: '', table: 't' },
        { column: 'c', from: '3', to: '4', table: 'u' },
      ],
    });
    const all = { column: 'a', from: undefined, to: '2', table: undefined };
    const own = { column: 'b', from: '1', to: undefined, table: 't' };
    assert.deepEqual(filtersOf('t'), [all, own]);
    assert.deepEqual(filtersOf('u'), [all, { column: 'c', from: '3', to: '4', table: 'u' }]);
    assert.deepEqual(filtersOf('v'), [all]);
    assert.deepEqual(tables, ['t', 'u']);
  });

  test('names the tables of both options, and takes the latest partition only of those that are named', () => {
    const { isLatestOnly, tables } = selection({
      latest_partition_only: ['x', 'y'],
      partition_filter: [{ column: 'a', from: '1', table: 't' }],
    });
    assert.deepEqual([isLatestOnly('x'), isLatestOnly('y'), isLatestOnly('t')], [true, true, false]);
    assert.deepEqual(tables, ['x', 'y', 't']);
  });
});

function order(from: string, to: string): string {
  return `partition_filter.0: "from" (${from}) is greater than "to" (${to})`;
}

suite('a selection is refused', () => {
  test('for a pattern that is empty or no glob, and for empty names', () => {
    assert.deepEqual(problems({ file_pattern: '*.csv' }), []);
    assert.deepEqual(problems({ file_pattern: '[z-a]' }), [
      'file_pattern: It is not a glob: a range in brackets runs backwards',
    ]);
    for (const [path, fields] of [
      ['file_pattern', { file_pattern: '' }],
      ['partition_filter.0.column', { partition_filter: [{ column: '', from: '1' }] }],
      ['latest_partition_only.0', { latest_partition_only: [''] }],
    ] as const) {
      assert.deepEqual(
        problems(fields).map((problem) => problem.split(':')[0]),
        [path],
      );
    }
    assert.deepEqual(problems({ file_pattern: 'a', latest_partition_only: ['x'] }), []);
  });

  test('for options of partitions where there are none', () => {
    const none = { mode: 'not_partitioned' };
    const why = 'It needs data_partitioning.mode "partitioned" or "date_folders": without it folders define no columns';
    const filter = [{ column: 'a' }];
    assert.deepEqual(problems({}, none), []);
    assert.deepEqual(problems({ partition_filter: [], latest_partition_only: [] }, none), []);
    assert.deepEqual(problems({ partition_filter: filter }, none), [`partition_filter: ${why}`]);
    assert.deepEqual(problems({ latest_partition_only: ['t'] }, none), [`latest_partition_only: ${why}`]);
    assert.deepEqual(problems({ partition_filter: filter, latest_partition_only: ['t'] }, none), [
      `partition_filter: ${why}`,
      `latest_partition_only: ${why}`,
    ]);
  });

  const asText = '; as text it is: declare the column in data_partitioning.column_types';
  const cases: readonly (readonly [
    what: string,
    filter: Json,
    types: Readonly<Record<string, string>>,
    expected: readonly string[],
  ])[] = [
    ['no bounds', {}, {}, ['partition_filter.0: Give "from", "to" or both']],
    ['empty bounds', { from: '', to: '' }, {}, ['partition_filter.0: Give "from", "to" or both']],
    ['one bound', { from: '9' }, {}, []],
    ['the other bound', { to: '9' }, { c: 'integer' }, []],
    ['equal bounds', { from: '5', to: '5' }, { c: 'integer' }, []],
    ['equal texts', { from: 'a', to: 'a' }, {}, []],
    ['bounds in order', { from: '9', to: '10' }, { c: 'integer' }, []],
    ['bounds in another order', { from: '10', to: '9' }, { c: 'integer' }, [order('10', '9')]],
    ['numbers as text', { from: '9', to: '10' }, {}, [order('9', '10') + asText]],
    ['numbers as declared text', { from: '9', to: '10' }, { c: 'string' }, [order('9', '10') + asText]],
    ['a column by another case', { from: '10', to: '9' }, { C: 'integer' }, [order('10', '9')]],
    ['a type of another column', { from: '9', to: '10' }, { d: 'integer' }, [order('9', '10') + asText]],
    [
      'a lower bound that does not fit',
      { from: 'x', to: '9' },
      { c: 'integer' },
      ['partition_filter.0: "x" does not fit the declared type integer of the column'],
    ],
    [
      'an upper bound that does not fit, alone',
      { to: 'y' },
      { c: 'date' },
      ['partition_filter.0: "y" does not fit the declared type date of the column'],
    ],
    [
      'a bound that fits neither of two types',
      { from: 'x' },
      { c: 'integer', C: 'date' },
      [
        'partition_filter.0: "x" does not fit the declared type integer of the column',
        'partition_filter.0: "x" does not fit the declared type date of the column',
      ],
    ],
  ];
  for (const [what, filter, types, expected] of cases) {
    test(`or not, for ${what}`, () => {
      assert.deepEqual(problems({ partition_filter: [{ column: 'c', ...filter }] }, partitioned(types)), expected);
    });
  }

  test('once for a problem that two types share, at the filter that has it', () => {
    const filters = [{ column: 'c', from: '1' }, { column: 'c' }];
    assert.deepEqual(problems({ partition_filter: filters }, partitioned({ c: 'integer', C: 'number' })), [
      'partition_filter.1: Give "from", "to" or both',
    ]);
  });
});

test('options for folders are refused where files are the tables, whatever the folders would mean', () => {
  const fields = { partition_filter: [{ column: 'a', from: '1' }], latest_partition_only: ['t'] };
  const why = 'It is for folders, of which a table has none with tables_from "files"';
  for (const partitioning of [partitioned(), { mode: 'not_partitioned' }]) {
    assert.deepEqual(problems({ ...fields, tables_from: 'files' }, partitioning), [
      `partition_filter: ${why}`,
      `latest_partition_only: ${why}`,
    ]);
    assert.deepEqual(problems({ file_pattern: '*', tables_from: 'files' }, partitioning), []);
  }
  assert.deepEqual(problems({ ...fields, tables_from: 'folders' }), []);
});

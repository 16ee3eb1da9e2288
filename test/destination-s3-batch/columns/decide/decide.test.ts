// The fields that a table gets from its rows, its catalog and its registry, and when rows may be written unchanged.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { JsonObject } from '@s3-connectors/common/protocol/messages.ts';
import { nestedListRows } from '../../../../destination-s3-batch/src/config/budgets.ts';
import { decideRow, isAsTyped } from '../../../../destination-s3-batch/src/columns/decide/decide.ts';
import {
  engineType,
  type Field,
  type FieldType,
  type StructType,
} from '../../../../destination-s3-batch/src/columns/types/field-type.ts';
import { observeRow } from '../../../../destination-s3-batch/src/columns/observe/observe.ts';
import { shapeOfSchema } from '../../../../destination-s3-batch/src/columns/observe/shape.ts';

type Options = {
  readonly properties?: JsonObject;
  readonly known?: StructType;
  readonly asLines?: boolean;
  readonly room?: { readonly all: number; readonly rare: number };
};

function decided(rows: readonly string[], { properties = {}, known, asLines = false, room }: Options = {}) {
  const shape = shapeOfSchema({ properties });
  for (const row of rows) {
    const line = Buffer.from(`${row}\n`);
    assert.equal(observeRow(line, 0, shape), line.length - 1);
  }
  const plenty = { all: 100, rare: 100 };
  const { type, surplus } = decideRow(shape, known, {
    objectsAsText: false,
    timesAsText: false,
    asLines,
    room: room ?? plenty,
  });
  return { type, surplus, columns: columnsOf(type), isAsTyped: isAsTyped(shape, type, { asLines }) };
}

/** In the engine's form, without the surrounding text: `"a" BIGINT, "b" VARCHAR`. */
function columnsOf(type: StructType): string {
  return engineType(type).slice('STRUCT('.length, -1);
}

function struct(fields: Readonly<Record<string, FieldType>>, rest = false): StructType {
  const all = Object.entries(fields).map(([name, type]): Field => ({ name, type, misfits: false }));
  return { kind: 'struct', fields: all, rest };
}

const integer = { kind: 'integer' } as const;
const string = { kind: 'string' } as const;
const list = (items: FieldType): FieldType => ({ kind: 'list', items });
const timestamp = (utc: boolean): FieldType => ({ kind: 'timestamp', utc });

suite('the fields of a table', () => {
  test('are those that it has, then those of the catalog and the rows, each name once whatever its case', () => {
    const known = struct({ Name: string, id: integer });
    const properties = { NAME: { type: 'integer' }, id: { type: 'string' }, Url: { type: 'string' } };
    const rows = ['{"name":1,"NAME":2,"Name":"x","url":1,"URL":2,"id":3,"New":true,"new":1}'];
    assert.deepEqual(
      decided(rows, { properties, known }).type,
      struct({ ...fieldsOf(known), Url: string, New: { kind: 'boolean' } }),
    );
  });

  test('keep the type that they have, at every level, whatever the catalog and the rows say now', () => {
    const known = struct({
      i: integer,
      l: list(integer),
      o: struct({ x: integer }),
      wall: timestamp(false),
      utc: timestamp(true),
      lists: list(list(struct({ x: integer }))),
      none: list(list(integer)),
      only: struct({}, true),
    });
    const properties = {
      i: { type: 'string' },
      l: { type: 'array', items: { type: 'string' } },
      o: { type: 'string' },
      wall: { type: 'string', format: 'date-time' },
      utc: { type: 'string', format: 'date-time', airbyte_type: 'timestamp_without_timezone' },
      lists: { type: 'string' },
    };
    const row = '{"i":"a","l":["b"],"o":[1],"wall":"x","utc":"y","lists":[[{"x":"a","y":1}]],"none":[["a"]],"only":{}}';
    const lists = list(list(struct({ x: integer, y: integer })));
    assert.deepEqual(decided([row, row], { properties, known }).type, struct({ ...fieldsOf(known), lists }));
    assert.deepEqual(decided(['{}'], { known }).type, known);
  });

  test('keep the member __json of the row and of objects once there is one, and get none without need', () => {
    assert.equal(decided(['{"a":1}']).type.rest, false);
    assert.equal(decided(['{"a":1}'], { known: struct({ a: integer }, true) }).type.rest, true);
    assert.equal(decided(['{"a":1}'], { known: struct({ a: integer }) }).type.rest, false);
  });

  test('never have the name of a folder of the table, unless they have it already; members of objects may', () => {
    const properties = { Year: { type: 'integer' } };
    const rows = ['{"Year":1,"MONTH":2,"day":3,"o":{"year":4}}'];
    const { type, surplus } = decided(rows, { properties, known: struct({ day: integer }) });
    assert.deepEqual([type, surplus], [struct({ day: integer, o: struct({ year: integer }) }), 0]);
  });

  test('are as many as there is room for; the rest is counted', () => {
    const rows = ['{"a":1,"b":2,"c":{"d":3}}'];
    assert.deepEqual(decided(rows, { room: { all: 2, rare: 2 } }).columns, '"a" BIGINT, "b" BIGINT');
    assert.equal(decided(rows, { room: { all: 2, rare: 2 } }).surplus, 1);
    const { columns, surplus } = decided(rows, { properties: { c: { type: 'object' } }, room: { all: 0, rare: 0 } });
    assert.deepEqual([columns, surplus], ['"c" STRUCT("__json" VARCHAR)', 3]);
  });

  test('are objects with a member __json where no member can be a field, but something is in it that would be lost', () => {
    for (const value of [
      '{"":1}',
      '{"x__json":"a"}',
      '{"":null,"n":5,"n":null}',
      '{"a":null,"a":5}',
      '{"":{"b":[0]}}',
    ]) {
      const { type } = decided([`{"o":${value}}`]);
      const [o] = type.fields;
      assert.ok(o?.name === 'o' && o.type.kind === 'struct', value);
      assert.ok(o.type.rest || o.type.fields.length > 0, value);
    }
  });

  test('are none where nothing is in a value that could be lost', () => {
    for (const value of [
      'null',
      '{}',
      '[]',
      '[null]',
      '[{}]',
      '{"a":null}',
      '{"a":[]}',
      '{"a":[null,{}],"b":{"c":{}}}',
    ]) {
      assert.deepEqual(decided([`{"o":${value}}`]).type, struct({}), value);
    }
  });

  test('are the date, the time, or the instant that the catalog declares, in UTC or as on the wall', () => {
    const properties = {
      date: { type: 'string', format: 'date' },
      time: { type: 'string', airbyte_type: 'time_without_timezone' },
      utc: { type: 'string', format: 'date-time' },
      wall: { type: 'string', format: 'date-time', airbyte_type: 'timestamp_without_timezone' },
    };
    assert.equal(
      decided(['{}'], { properties }).columns,
      '"date" DATE, "time" TIME, "utc" TIMESTAMPTZ, "wall" TIMESTAMP',
    );
  });
});

const nested = (count: number, others: readonly string[] = []) => [
  ...Array.from({ length: count }, (_, index) => `{"l":[[${index}]]}`),
  ...others,
];

suite('a list of lists', () => {
  test('is a field where the catalog declares it, or the table has it, from the first row', () => {
    const items = { type: 'array', items: { type: 'integer' } };
    assert.equal(decided(nested(1), { properties: { l: { type: 'array', items } } }).columns, '"l" BIGINT[][]');
    assert.equal(decided(nested(1), { known: struct({ l: list(list(string)) }) }).columns, '"l" VARCHAR[][]');
  });

  test(`is a field of its own only once ${nestedListRows} rows have it, and no row has anything else`, () => {
    assert.equal(decided(nested(nestedListRows - 1)).columns, '');
    assert.equal(decided(nested(nestedListRows)).columns, '"l" BIGINT[][]');
    assert.equal(decided(nested(nestedListRows + 5)).columns, '"l" BIGINT[][]');
    assert.equal(decided(nested(nestedListRows, ['{"l":null}', '{}'])).columns, '"l" BIGINT[][]');
    assert.equal(decided(nested(nestedListRows, ['{"l":"text"}'])).columns, '');
    assert.equal(decided(nested(nestedListRows, ['{"l":5}'])).columns, '');
  });
});

suite('rows that may be written as they came', () => {
  const properties = {
    b: { type: 'boolean' },
    i: { type: 'integer' },
    n: { type: 'number' },
    s: { type: 'string' },
    d: { type: 'string', format: 'date' },
    t: { type: 'string', airbyte_type: 'time_without_timezone' },
    ts: { type: 'string', format: 'date-time' },
    l: { type: 'array', items: { type: 'integer' } },
    o: { type: 'object', properties: { x: { type: 'integer' } } },
  };
  const always = [
    '"b":true',
    '"i":9007199254740993',
    '"i":-5',
    '"n":1',
    '"n":1.0',
    '"n":1.5',
    '"s":"text"',
    '"s":"2026-01-15"',
    '"d":"2026-01-15"',
    '"t":"10:20:30"',
    '"ts":"2026-01-15T10:20:30Z"',
    '"l":[1,null]',
    '"l":[]',
    '"o":{"x":1}',
    '"o":{}',
    '"i":null',
    '"o":{"x":null}',
    '"unknown":null',
    '"o":{"unknown":null}',
  ];
  const never = [
    '"b":1',
    '"b":"true"',
    '"i":1.0',
    '"i":1.5',
    '"i":9223372036854775808',
    '"i":"5"',
    '"n":1e400',
    '"n":true',
    '"s":5',
    '"s":"\\ud800"',
    '"d":"2026-02-30"',
    '"d":"2026-01-15T00:00:00Z"',
    '"d":20000',
    '"t":"25:00:00"',
    '"ts":"2026-02-30T10:20:30Z"',
    '"ts":"text"',
    '"ts":1768487400123',
    '"l":[1.5]',
    '"l":{"0":1}',
    '"l":5',
    '"o":{"x":"a"}',
    '"o":[1]',
    '"o":{"x":1,"x":2}',
    '"o":{"X":1}',
    '"i":1,"i":2',
    '"I":1',
    '"":1',
    '"o":{"":0}',
    '"":{"a":[false]}',
    '"a__json":[0]',
  ];
  for (const asLines of [false, true]) {
    const where = asLines ? 'to lines' : 'to the engine';
    test(`have every value in the form of its field, ${where}`, () => {
      for (const row of always) assert.equal(decided([`{${row}}`], { properties, asLines }).isAsTyped, true, row);
    });

    test(`have no value that is of another form, named twice, or without a field, ${where}`, () => {
      const rounded = asLines ? [] : ['"n":9007199254740993'];
      for (const row of [...never, ...rounded])
        assert.equal(!decided([`{${row}}`], { properties, asLines }).isAsTyped, true, row);
      for (const row of never) assert.ok(!decided(['{}', `{${row}}`, '{}'], { properties, asLines }).isAsTyped, row);
    });
  }

  test('may hold instants that the engine reads, and containers of nothing that have no field, but not in lines', () => {
    for (const row of [
      '"ts":"2026-01-15 10:20:30"',
      '"unknown":{}',
      '"unknown":[]',
      '"unknown":[null]',
      '"o":{"u":{}}',
      '"o":{"u":[]}',
    ]) {
      const judge = (asLines: boolean) => decided([`{${row}}`], { properties, asLines }).isAsTyped;
      assert.deepEqual([judge(false), !judge(true)], [true, true], row);
    }
  });
});

function fieldsOf({ fields }: StructType): Readonly<Record<string, FieldType>> {
  return Object.fromEntries(fields.map(({ name, type }) => [name, type]));
}

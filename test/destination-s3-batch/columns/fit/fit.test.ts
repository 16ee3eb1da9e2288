// Rows that are fitted to types: what is written is of its type, and what went into siblings is counted.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parseJson } from '@s3-connectors/common/json/parse-json.ts';
import * as fc from 'fast-check';
import {
  countColumns,
  storedFields,
  type FieldType,
  type StructType,
} from '../../../../destination-s3-batch/src/columns/types/field-type.ts';
import { content, countsByPath, meaning, parseExactly, rowOf } from '../../support/restored.ts';
import { fittedTo, plainRow, typed } from '../../support/typed-rows.ts';

const isOfKind: Readonly<Record<Exclude<FieldType['kind'], 'list' | 'struct'>, (value: unknown) => boolean>> = {
  boolean: (value) => typeof value === 'boolean',
  integer: (value) => Number.isInteger(value),
  number: (value) => typeof value === 'number',
  string: (value) => typeof value === 'string' && value.isWellFormed(),
  json: (value) => typeof value === 'string' && JSON.parse(value) !== undefined,
  date: (value) => /^\d{4}-\d\d-\d\d$/u.test(String(value)),
  time: (value) => /^\d\d:\d\d/u.test(String(value)),
  timestamp: (value) => /^\d{4}-\d\d-\d\dT/u.test(String(value)),
};

/** The path of the first value that is not of its type. */
function wrongIn(value: unknown, type: FieldType, path = ''): string | undefined {
  if (value === null) return undefined;
  if (type.kind === 'list') {
    if (!Array.isArray(value)) return path;
    return value.map((item) => wrongIn(item, type.items, `${path}[]`)).find((wrong) => wrong !== undefined);
  }
  if (type.kind !== 'struct') return isOfKind[type.kind](value) ? undefined : path;
  if (typeof value !== 'object' || Array.isArray(value)) return path;
  const types = new Map(storedFields(type).map((field) => [field.name, field.type]));
  for (const [name, member] of Object.entries(value)) {
    const fieldType = types.get(name);
    const isKept = fieldType !== undefined || content(member) === undefined;
    const wrong = isKept ? fieldType && wrongIn(member, fieldType, `${path}.${name}`) : `${path}.${name}`;
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/** The members `__json` of a type, which it may get at any time. */
function countRests(type: FieldType): number {
  if (type.kind === 'list') return countRests(type.items);
  if (type.kind !== 'struct') return 0;
  return type.fields.reduce((sum, field) => sum + countRests(field.type), type.rest ? 1 : 0);
}

function sumOf(numbers: Iterable<number>): number {
  return [...numbers].reduce((sum, number) => sum + number, 0);
}

const { schema: anySchema } = fc.letrec<{ schema: object }>((tie) => ({
  schema: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('boolean', 'integer', 'number', 'string', 'object').map((type) => ({ type: ['null', type] })),
    tie('schema').map((items) => ({ type: 'array', items })),
    tie('schema').map((b) => ({ type: 'object', properties: { b } })),
  ),
}));

const noRoom = { moreColumns: 0 };
const twoIntegers: StructType = {
  kind: 'struct',
  fields: ['a', 'b'].map((name) => ({ name, type: { kind: 'integer' }, misfits: false })),
  rest: false,
};

suite('a row that is fitted', () => {
  test('has only values of the type, loses nothing, counts what is not in the fields as it came, and keeps to its columns (2,000 runs)', () => {
    const rows = fc.array(plainRow, { minLength: 1, maxLength: 6 });
    const options = fc.record({
      asLines: fc.boolean(),
      objectsAsText: fc.boolean(),
      moreColumns: fc.nat({ max: 4 }),
      properties: fc.dictionary(fc.constantFrom('a', 'A', 'b', 'c'), anySchema, { maxKeys: 3 }),
    });
    let [misfits, refused] = [0, 0];
    fc.assert(
      fc.property(rows, rows, options, (yesterday, today, { properties, ...rules }) => {
        const how = rules.objectsAsText ? rules : { ...rules, properties };
        const { decided: known } = typed(yesterday, how);
        const { decided, type, fitted, misfits: counted, asTyped } = typed(today, { ...how, known });
        if (asTyped) for (const row of today) assert.equal(wrongIn(JSON.parse(row), decided), undefined, row);
        for (const [index, line] of fitted.entries()) {
          assert.equal(wrongIn(JSON.parse(line), type), undefined, line);
          assert.deepEqual(
            meaning(content(rowOf(parseExactly(line), type))),
            meaning(content(parseExactly(today[index] ?? ''))),
          );
        }
        const [sent, written] = [today, fitted].map((lines) => countsByPath(lines.map(parseJson), type));
        for (const [path, count] of sent ?? []) assert.equal(written?.get(path), count - (counted[path] ?? 0), path);
        const added = countColumns(type) - countRests(type) - (countColumns(decided) - countRests(decided));
        assert.ok(added >= 0 && added <= how.moreColumns, `${added} columns were added`);
        misfits += sumOf(Object.values(counted));
        if (added === how.moreColumns && type.rest) refused += 1;
      }),
      { seed: 20_260_115, numRuns: 2000 },
    );
    assert.ok(misfits > 1000 && refused > 100, `${misfits} ${refused}`);
  });

  test('gets a sibling for what does not fit as long as there is room for a column, then a member of __json', () => {
    const rows = ['{"a":1,"b":"x"}', '{"b":"y","a":"z"}', '{"a":"z"}', '{"a":true,"b":2,"c":null}'];
    const { fitted, misfits, type } = typed(rows, { known: twoIntegers, moreColumns: 1 });
    assert.deepEqual(fitted, [
      '{"a":1,"b__json":"\\"x\\""}',
      '{"b__json":"\\"y\\"","__json":"{\\"a\\":\\"z\\"}"}',
      '{"__json":"{\\"a\\":\\"z\\"}"}',
      '{"b":2,"__json":"{\\"a\\":true}"}',
    ]);
    assert.deepEqual(misfits, { a: 3, b: 2 });
    const fields = twoIntegers.fields.map((field) => ({ ...field, misfits: field.name === 'b' }));
    assert.deepEqual(type, { kind: 'struct', fields, rest: true });
  });

  test('uses up room for a column once for each field, however many values do not fit', () => {
    const rows = ['{"a":"x"}', '{"a":"y"}', '{"a":"z"}', '{"b":"x"}', '{"a":"x","b":"y"}'];
    const { fitted } = typed(rows, { known: twoIntegers, moreColumns: 2 });
    assert.equal(fitted.at(-1), '{"a__json":"\\"x\\"","b__json":"\\"y\\""}');
    assert.ok(fitted.every((row) => !row.includes('"__json"')));
  });

  test('uses the siblings and the __json that the table has, though there is no room for another', () => {
    const known = {
      ...twoIntegers,
      fields: twoIntegers.fields.map((field) => ({ ...field, misfits: true })),
      rest: true,
    };
    const { fitted, type } = typed(['{"a":"x","b":"y"}'], { known, ...noRoom });
    assert.deepEqual(fitted, ['{"a__json":"\\"x\\"","b__json":"\\"y\\""}']);
    assert.deepEqual(type, known);
  });

  test('counts a value once, though the row is begun again for a member that is named twice', () => {
    const rows = ['{"a":"x","A":1,"b":"y","a":"z","A":2,"c":{"d":1,"D":2,"d":3}}', '{"a":1,"b":1}'];
    const { fitted, misfits } = typed(rows, { known: twoIntegers });
    const c = '"c":{"d":3,"__json":"{\\"d\\":1,\\"D\\":2}"}';
    const rest = '"__json":"{\\"a\\":\\"x\\",\\"A\\":1,\\"A\\":2}"';
    assert.deepEqual(fitted, [`{"b__json":"\\"y\\"","a__json":"\\"z\\"",${c},${rest}}`, '{"a":1,"b":1}']);
    assert.deepEqual(misfits, { a: 1, b: 1, __json: 3, 'c.__json': 2 });
  });

  test('has the last value of each key as if it were the only one, and all earlier ones in __json (2,000 runs)', () => {
    const twin = fc.constantFrom('1', '"x"', 'true', '1e400');
    let repeated = 0;
    fc.assert(
      fc.property(fc.array(plainRow, { minLength: 1, maxLength: 4 }), twin, fc.boolean(), (rows, value, asLines) => {
        const [key] = Object.keys(parseJson(rows[0] ?? '') as object);
        const alone = typed(rows, { asLines });
        if (!alone.decided.fields.some((field) => field.name === key)) return;
        repeated += 1;
        const member = `${JSON.stringify(key)}:${value}`;
        const all = rows.map((row) => (row === rows[0] ? `{${member},${row.trim().slice(1)}` : row));
        const [first = ''] = fittedTo(alone.decided, all, asLines);
        const { __json: aside = '', ...row } = parseJson(first) as { readonly __json?: string };
        const { __json: before = '{}', ...expected } = parseJson(alone.fitted[0] ?? '') as { readonly __json?: string };
        assert.deepEqual(row, expected, first);
        assert.ok(aside.startsWith(`{${member}`), first);
        const more = aside.slice(1 + member.length).replace(/^,/u, '');
        assert.deepEqual(parseJson(`{${more}`), parseJson(before));
      }),
      { seed: 20_260_115, numRuns: 2000 },
    );
    assert.ok(repeated > 500, String(repeated));
  });

  test('is written as it came, blanks among it, but for what does not fit', () => {
    const rows = [
      '{ "a" : 1 , "b" : 2 }',
      '{ "a" : "x" , "b" : 2 }',
      '{ "a" : 1 , "b" : "y" }',
      '{ "b" : 2 , "a" : 1 , "c__json" : 3 }',
      '{ "c__json" : 3 , "b" : 2 , "a" : 1 }',
      '{ "c__json" : 3 }',
      '{ "c__json" : null , "a" : 1 }',
      '{ }',
    ];
    assert.deepEqual(typed(rows, { known: twoIntegers }).fitted, [
      '{ "a" : 1 , "b" : 2 }',
      '{ "a__json":"\\"x\\"" , "b" : 2 }',
      '{ "a" : 1 , "b__json":"\\"y\\"" }',
      '{ "b" : 2 , "a" : 1 ,"__json":"{\\"c__json\\" : 3}"}',
      '{"b" : 2 , "a" : 1 ,"__json":"{\\"c__json\\" : 3}"}',
      '{"__json":"{\\"c__json\\" : 3}"}',
      '{"a" : 1 }',
      '{ }',
    ]);
  });
});

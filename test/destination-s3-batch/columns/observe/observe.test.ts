import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { NOT_JSON } from '@s3-connectors/common/json/json-bytes.ts';
import { createRecordScanner } from '@s3-connectors/common/records/record-scanner.ts';
import { parseJson } from '@s3-connectors/common/json/parse-json.ts';
import * as fc from 'fast-check';
import { forgetRow, isUnusualRow, observeRow } from '../../../../destination-s3-batch/src/columns/observe/observe.ts';
import { seen, shapeOfSchema, type Shape } from '../../../../destination-s3-batch/src/columns/observe/shape.ts';

/** The byte after the row, between other bytes. */
function walk(shape: Shape, row: string, padding = ''): number {
  const before = Buffer.from('before\n');
  const end = observeRow(Buffer.concat([before, Buffer.from(`${row}\n${padding}`)]), before.length, shape);
  return end === NOT_JSON ? NOT_JSON : end - before.length;
}

/** How often each kind of value was seen, by path; kinds of numbers and of texts together. */
function seenIn(shape: Shape, path = ''): Record<string, number> {
  const { counts } = shape;
  const sum = (...kinds: readonly number[]): number => kinds.reduce((total, kind) => total + (counts[kind] ?? 0), 0);
  const numbers = sum(seen.int, seen.wide, seen.huge, seen.whole, seen.real, seen.inexact);
  const own = {
    null: sum(seen.nothing),
    boolean: sum(seen.boolean),
    number: numbers,
    string: sum(seen.text, seen.broken, seen.temporal, seen.readable),
    object: sum(seen.object),
    list: sum(seen.list, seen.emptyList),
    rest: shape.rest,
    twins: shape.twins,
  };
  return Object.assign(
    Object.fromEntries(Object.entries(own).flatMap(([kind, n]) => (n === 0 ? [] : [[`${path} ${kind}`, n]]))),
    ...shape.children.map((child) => seenIn(child, `${path}/${child.name}`)),
    shape.items === undefined ? {} : seenIn(shape.items, `${path}[]`),
  ) as Record<string, number>;
}

/** The same from the rows that JSON.parse returns. */
function parsedFrom(rows: readonly unknown[]): Record<string, number> {
  const counts: Record<string, number> = {};
  const note = (value: unknown, path: string): void => {
    const kind = value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value;
    counts[`${path} ${kind}`] = (counts[`${path} ${kind}`] ?? 0) + 1;
    if (Array.isArray(value)) for (const item of value) note(item, `${path}[]`);
    else if (kind === 'object') {
      for (const [name, member] of Object.entries(value as object)) note(member, `${path}/${name}`);
    }
  };
  for (const row of rows) note(row, '');
  return counts;
}

const name = fc.constantFrom('a', 'bc', 'def', 'ghij', 'klmno', 'p q', 'é', 'time', 'a longer name', '"', '\\');
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ maxLength: 80 }),
  fc.constantFrom('\n', '"\\', '"', '\u001f'),
);
const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(text, fc.integer(), fc.double({ noDefaultInfinity: true, noNaN: true }), fc.boolean(), fc.constant(null)),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(name, tie('value'), { maxKeys: 6, noNullPrototype: true }),
  ),
})).value;
const row = fc.dictionary(name, value, { maxKeys: 6, noNullPrototype: true });

suite('one walk over a row', () => {
  test('sees what a parser sees, whatever the order of members, the white space and the earlier rows', () => {
    const rows = fc.array(fc.tuple(row, fc.constantFrom('', ' ', '\t\r', '  ')), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(rows, fc.constantFrom('', 'more\n'), (written, padding) => {
        const shape = shapeOfSchema({});
        for (const [object, space] of written) {
          const json =
            space === ''
              ? JSON.stringify(object)
              : JSON.stringify(object, undefined, space === '\t\r' ? '\t' : space).replaceAll('\n', ' ');
          assert.equal(walk(shape, json, padding), Buffer.byteLength(json));
        }
        assert.deepEqual(seenIn(shape), parsedFrom(written.map(([object]) => object)));
      }),
      { numRuns: 1000 },
    );
  });

  test('notes whole numbers of a list in one step as it notes them one by one, and takes nothing else for them', () => {
    const item = fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: 0 }).map(String) },
      {
        weight: 2,
        arbitrary: fc.constantFrom(
          '0',
          '-0',
          '-7',
          '999999999999999',
          '1000000000000000',
          '9007199254740993',
          '123456789012345678901',
          '1.0',
          '1.5',
          '1e3',
          '1E400',
          'null',
          'true',
          '"7"',
          '""',
          '[1,2]',
          '[]',
          '{"a":[3]}',
        ),
      },
      { weight: 1, arbitrary: fc.constantFrom('', '01', '00', '1.', '1e', '-', '+1', '1 2', 'x', '1"', '\u0001') },
    );
    const lists = fc.array(fc.tuple(fc.array(item, { maxLength: 9 }), fc.constantFrom(1, 1, 3, 70)), {
      minLength: 1,
      maxLength: 4,
    });
    let taken = 0;
    fc.assert(
      fc.property(lists, (written) => {
        const [fast, slow] = [shapeOfSchema({}), shapeOfSchema({})];
        for (const items of written.flatMap(([list, times]) => Array.from({ length: times }, () => list))) {
          const [compact, spaced] = [
            `{"l":[${items.join(',')}],"m":1}`,
            `{"l":[${items.map((one) => `${one} `).join(',')}],"m":1}`,
          ];
          const end = walk(fast, compact);
          assert.equal(end === NOT_JSON, walk(slow, spaced) === NOT_JSON, compact);
          assert.equal(end, isJson(compact) ? compact.length : NOT_JSON, compact);
          if (end === NOT_JSON) return; // Of such a row nothing stays noted.
          taken += 1;
          assert.deepEqual(noted(fast), noted(slow), compact);
        }
      }),
      { seed: 20_260_301, numRuns: 3000 },
    );
    assert.ok(taken > 10_000, String(taken));
  });

  test('takes exactly what a parser takes', () => {
    const damage = fc.record({
      at: fc.nat(),
      remove: fc.nat({ max: 3 }),
      add: fc.constantFrom(
        '',
        '"',
        ',',
        '}',
        '{',
        ']',
        '[',
        '\\',
        '5',
        '0',
        '-',
        '.',
        'e',
        'null',
        'tru',
        ' ',
        '\u0001',
        '\\u00',
        ':',
      ),
    });
    fc.assert(
      fc.property(row, damage, (object, { at, remove, add }) => {
        const whole = JSON.stringify(object);
        const from = 1 + (at % whole.length);
        const json = whole.slice(0, from) + add + whole.slice(from + remove);
        const shape = shapeOfSchema({});
        const size = Buffer.byteLength(json.trimEnd());
        assert.equal(walk(shape, json) === size, isJson(json), json);
      }),
      { numRuns: 5000 },
    );
  });

  test('is rolled back without a trace, even if it was cut', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 3 }), row, fc.nat(), (rows, object, cut) => {
        const shape = shapeOfSchema({});
        for (const kept of rows) walk(shape, JSON.stringify(kept));
        const before = seenIn(shape);
        const json = JSON.stringify(object);
        for (const line of [json, json.slice(0, 1 + (cut % json.length))]) {
          const bytes = Buffer.from(`${line}\n`);
          observeRow(bytes, 0, shape);
          forgetRow(bytes, 0, shape);
        }
        assert.deepEqual(seenIn(shape), before);
      }),
      { numRuns: 1000 },
    );
  });

  test('finds the fields and the number of members that a walk without a table finds', () => {
    const fields = ['time', 'TIME', 'ghij', 'x__json', '"'];
    const shape = shapeOfSchema({ properties: { time: { type: 'string' } } }, { fields });
    const plain = createRecordScanner(fields);
    const observing = createRecordScanner(fields, 'airbyte', (bytes, start, found) =>
      observeRow(bytes, start, shape, found),
    );
    const keys = fc.oneof(name, fc.constantFrom(...fields, '__proto__'));
    fc.assert(
      fc.property(fc.array(fc.tuple(keys, value), { maxLength: 8 }), (members) => {
        const data = members.map(([key, member]) => `${JSON.stringify(key)}:${JSON.stringify(member)}`).join(',');
        const line = Buffer.from(`{"type":"RECORD","record":{"stream":"s","data":{${data}},"emitted_at":1}}\n`);
        assert.equal(plain.scan(line, 0, line.length - 1), 'record');
        assert.equal(observing.scan(line, 0, line.length - 1), 'record');
        assert.deepEqual(placesOf(observing.envelope), placesOf(plain.envelope));
      }),
      { numRuns: 1000 },
    );
  });

  test('knows integers that a double has not, numbers beyond, and numbers that look like others', () => {
    const kinds = [
      ['0', seen.int],
      ['-0', seen.int],
      ['123456789012345', seen.int],
      ['9007199254740993', seen.wide],
      ['9223372036854775808', seen.huge],
      ['1.0', seen.whole],
      ['1e2', seen.whole],
      ['0.5', seen.real],
      ['0.12345678901234567890', seen.inexact],
    ] as const;
    for (const [number, kind] of kinds) {
      const shape = shapeOfSchema({});
      walk(shape, `{"n":${number}}`);
      assert.equal(shape.children[0]?.counts[kind], 1, number);
    }
    for (const wrong of ['01', '-', '1.', '.5', '1e', '+1', '00', '1.e5', '-a']) {
      assert.equal(walk(shapeOfSchema({}), `{"n":${wrong}}`), NOT_JSON, wrong);
    }
  });
});

function noted({ counts, votes, usual, items, children }: Shape): unknown {
  return [counts, votes?.counts, usual, items && noted(items), children.map(noted), isUnusualRow()];
}

function isJson(text: string): boolean {
  try {
    parseJson(text);
    return true;
  } catch {
    return false;
  }
}

function placesOf(found: ReturnType<typeof createRecordScanner>['envelope']) {
  const starts = Array.from(found.fieldStarts);
  return {
    members: found.members,
    starts,
    ends: starts.map((start, index) => (start < 0 ? -1 : found.fieldEnds[index])),
  };
}

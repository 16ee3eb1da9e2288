// Rows that some reader refuses: a key that an object repeats, a number beyond a double. The scanner doubts each of them, whatever
// rows came before, and it is stored with the last values, and with all others as JSON text.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { isReadableNumber } from '@s3-connectors/common/json/number-range.ts';
import { parseJson } from '@s3-connectors/common/json/parse-json.ts';
import { skippingWalk } from '@s3-connectors/common/records/data-walk.ts';
import { readableRow } from '@s3-connectors/common/records/readable-row.ts';
import { createRecordScanner } from '@s3-connectors/common/records/record-scanner.ts';

import * as fc from 'fast-check';

/** A JSON text, its stored form, and the number of changes, without those of objects in lists and objects. */
type Value = {
  readonly text: string;
  readonly stored: unknown;
  readonly isReadable: boolean;
  readonly hasStrange: boolean;
};

const plain = [
  '0',
  '-0',
  '1.5',
  '1e308',
  '1e-400',
  '1e+005',
  '12345678901234567890',
  'true',
  'null',
  '"1e400"',
  '"\\u0000"',
];
const strange = ['1e400', '-1e400', '1E+9999', '0e999', '1e-99999', '9'.repeat(310), `1${'0'.repeat(250)}e80`];
const spellings = [
  'a',
  '\\u0061',
  'b',
  'c',
  'd',
  '',
  'long_name_of_a_member',
  'ü',
  '\\u00fc',
  '\\"',
  '__json',
  'x'.repeat(70),
];
const blank = fc.constantFrom('', '', ' ', '\t ');

function scalarOf(text: string): Value {
  const isNumber = /^[-\d]/u.test(text);
  const isStrange = strange.includes(text);
  const stored: unknown = isNumber && isStrange ? (/^(?:0e|1e-)/u.test(text) ? 0 : null) : parseJson(text);
  return { text, stored, isReadable: !isStrange, hasStrange: isStrange };
}

function listOf(items: readonly Value[]): Value {
  return {
    text: `[${items.map(({ text }) => text).join(' , ')}]`,
    stored: items.map(({ stored }) => stored),
    isReadable: items.every(({ isReadable }) => isReadable),
    hasStrange: items.some(({ hasStrange }) => hasStrange),
  };
}

type Member = readonly [spelling: string, blank: string, value: Value];

function objectOf(members: readonly Member[]): Value {
  const named = members.map(([spelling, space, value]) => {
    return { name: String(parseJson(`"${spelling}"`)), text: `"${spelling}"${space}:${space}${value.text}`, value };
  });
  const isLast = (index: number): boolean => named.findLastIndex(({ name }) => name === named[index]?.name) === index;
  const isAside = named.map(({ value }, index) => value.hasStrange || !isLast(index));
  const last = named.filter((_, index) => isLast(index));
  const stored = new Map(last.map(({ name, value }) => [name, value.stored]));
  if (isAside.includes(true)) {
    const isMoved = ({ name }: { readonly name: string }, index: number): boolean =>
      isAside[index] === true || name === '__json';
    stored.set(
      '__json',
      `{${named
        .filter(isMoved)
        .map(({ text }) => text)
        .join(',')}}`,
    );
  }
  return {
    text: `{${named.map(({ text }) => text).join(',')}}`,
    stored: Object.fromEntries(stored),
    isReadable: !isAside.includes(true) && named.every(({ value }) => value.isReadable),
    hasStrange: false,
  };
}

const { row } = fc.letrec<{ value: Value; row: Value; list: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    { weight: 6, arbitrary: fc.constantFrom(...plain).map(scalarOf) },
    { weight: 1, arbitrary: fc.constantFrom(...strange).map(scalarOf) },
    { weight: 3, arbitrary: tie('row') },
    { weight: 2, arbitrary: tie('list') },
  ),
  row: fc.array(fc.tuple(fc.constantFrom(...spellings), blank, tie('value')), { maxLength: 5 }).map(objectOf),
  list: fc.array(tie('value'), { maxLength: 3 }).map(listOf),
}));

function lineOf(data: string): Buffer {
  return Buffer.from(`{"type":"RECORD","record":{"stream":"s","data":${data},"emitted_at":1}}\n`);
}

function isDoubtful(scanner: ReturnType<typeof createRecordScanner>, line: Buffer): boolean {
  assert.equal(scanner.scan(line, 0, line.length - 1), 'record');
  return scanner.envelope.isDoubtful;
}

function deepScanner() {
  return createRecordScanner(['a', 'b'], 'airbyte', skippingWalk(['a', 'b'], { looksFor: 'unreadable values' }));
}

/** The stored data of a line, if it is changed. */
function repaired(text: string): Buffer | undefined {
  const data = Buffer.from(`${text}\n`);
  return readableRow(data, { start: 0, end: data.length, value: 0 }, () => undefined);
}

suite('a row that some reader refuses', () => {
  test('is doubted whatever rows came before, and keeps the last values and all others as text (10,000 rows of one scanner)', () => {
    const scanner = deepScanner();
    let [doubted, unreadable] = [0, 0];
    for (const { text, stored, isReadable } of fc.sample(row, { seed: 20_261_130, numRuns: 10_000 })) {
      const isDoubted = isDoubtful(scanner, lineOf(text));
      const changed = repaired(text);
      assert.equal(changed === undefined, isReadable, text);
      assert.ok(isDoubted || isReadable, text);
      if (isDoubted) doubted += 1;
      if (changed === undefined) continue;
      unreadable += 1;
      assert.deepEqual(parseJson(changed.toString()), stored, text);
      assert.equal(repaired(changed.toString().trimEnd()), undefined, text);
    }
    assert.ok(unreadable > 2000 && doubted - unreadable < 500, `${doubted} ${unreadable}`);
  });

  test('is doubted among rows of other keys, and rows that repeat no key are not (20,000 rows with keys that users make)', () => {
    const scanner = deepScanner();
    const key = fc.integer({ min: 0, max: 1e9 }).map((id) => `user_${id}`);
    const objects = fc.uniqueArray(key, { minLength: 1, maxLength: 12 });
    let falsely = 0;
    for (const [index, keys] of fc.sample(objects, { seed: 7, numRuns: 20_000 }).entries()) {
      const members = keys.map((name) => `"${name}":{"id":1}`);
      const twice = `"${keys[index % keys.length]}":2`;
      const data = (more: readonly string[]): string => `{"id":${index},"scores":{${[...members, ...more].join()}}}`;
      if (isDoubtful(scanner, lineOf(data([])))) falsely += 1;
      assert.ok(isDoubtful(scanner, lineOf(data([twice]))), data([twice]));
    }
    assert.ok(falsely <= 2, String(falsely));
  });

  test('is doubted however deep it is nested and however many keys it has', () => {
    const scanner = deepScanner();
    const deep = `${'{"a":['.repeat(200)}{"b":1,"b":2}${']}'.repeat(200)}`;
    const wide = Array.from({ length: 20_000 }, (_, index) => `"k${index}":${index}`).join();
    for (const text of [deep, `{${wide},"k77":1}`, `{"a":{${wide},"k19999":1}}`, `{"a":[1,{"b":1,"b":2}]}`]) {
      assert.ok(isDoubtful(scanner, lineOf(text)), text.slice(0, 80));
      assert.match(repaired(text)?.toString() ?? '', /__json/u);
    }
    assert.equal(repaired(`{${wide}}`), undefined);
  });

  test('is text as a whole where it would take too many changes', () => {
    const many = 300_000;
    const twins = `{"id":1,"o":{${'"a":1,'.repeat(many)}"b":2}}`;
    const inner = twins.slice(12, -1);
    assert.deepEqual(parseJson(repaired(twins)?.toString() ?? ''), { id: 1, o: { __json: inner } });
    const list = `[${'1e400,'.repeat(many)}1]`;
    const expected = { id: 1, l: null, __json: `{"l":${list}}` };
    assert.deepEqual(parseJson(repaired(`{"id":1,"l":${list}}`)?.toString() ?? ''), expected);
    const lists = `{"l":[${'[1e400],'.repeat(many)}{"a":[1e400]}],"id":1}`;
    assert.deepEqual(parseJson(repaired(lists)?.toString() ?? ''), {
      l: null,
      id: 1,
      __json: `${lists.slice(0, -8)}}`,
    });
  });

  test('has each kind of change counted by field', () => {
    const counts: string[] = [];
    const text = '{"a":1,"o":{"b":[1e400,{"c":1,"c":0e999}]},"a":2,"o":{"b":[1e400,{"c":1,"c":0e999}]},"a":1e999}\n';
    readableRow(Buffer.from(text), { start: 0, end: text.length, value: 0 }, (...what) => counts.push(what.join(' ')));
    assert.deepEqual(counts.sort(), [
      'outOfRange a 1',
      'outOfRange o.b[] 1',
      'outOfRange o.b[].c 1',
      'repeatedKeys a 1',
      'repeatedKeys a 1',
      'repeatedKeys o 1',
      'repeatedKeys o.b[].c 1',
    ]);
  });

  test('has a number that a reader does not compute', () => {
    for (const text of strange) assert.ok(!isReadableNumber(text), text);
    for (const text of ['0', '1e308', '-1.7976931348623157e308', '1e-400', '0.0001e310', '0e308', '0e-999', '5e-324'])
      assert.ok(isReadableNumber(text), text);
  });
});

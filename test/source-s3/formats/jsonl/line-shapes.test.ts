// Lines with the shape of the previous line take a shorter way through scan, judgement and writing: each is written as it is alone,
// and is judged by its values.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import type { Column, ColumnType } from '@s3-connectors/common/columns/column-type.ts';
import { array, assert as check, constantFrom, oneof, property, tuple } from 'fast-check';

import { fitOf } from '../../../../source-s3/src/formats/jsonl/members/json-fit.ts';
import { JsonLines } from '../../../../source-s3/src/formats/jsonl/json-lines.ts';
import { JsonMembers } from '../../../../source-s3/src/formats/jsonl/members/json-members.ts';
import { jsonlWriter } from '../../../../source-s3/src/formats/jsonl/jsonl-records.ts';
import { LineBuilder } from '../../../../source-s3/src/records/line-builder.ts';

const inner: readonly Column[] = [
  { name: 'n', type: { kind: 'integer' } },
  { name: 'a longer name', type: { kind: 'string' } },
  { name: '', type: { kind: 'list', items: { kind: 'number' } } },
];
const columns: readonly Column[] = [
  { name: 'id', type: { kind: 'integer' } },
  { name: 'text', type: { kind: 'string' } },
  { name: 'is', type: { kind: 'boolean' } },
  { name: 'of', type: { kind: 'struct', fields: inner } },
  { name: 'map', type: { kind: 'map', value: { kind: 'integer' } } },
  { name: 'list', type: { kind: 'list', items: { kind: 'struct', fields: inner } } },
];

const scalar = [
  '1',
  '20',
  '-3',
  '0',
  '1.5',
  '10e2',
  '-0',
  'true',
  'false',
  'null',
  '""',
  '"x"',
  '"\\u00e9"',
  '"a, \\"b"',
];
const structs = [
  '{"n":1,"a longer name":"x","":[1,2.5]}',
  '{"":[],"n":null}',
  '{"n":1.0}',
  '{ "n" : 7 , "other":[1] }',
];
const nested = [
  ...structs,
  '{"n":"1","":["x"]}',
  '{}',
  '[]',
  '[1,2]',
  '{"k":1,"l":2}',
  '{"k":1.5}',
  ...structs.map((one) => `[${one}]`),
];
const shapes = [
  ['"id"', '"text"', '"is"', '"of"', '"list"'],
  ['"of"', '"map"'],
  ['"id"', '"other"', '"text"'],
  ['"text"'],
  ['"other"', '"id"', '"text"', '"more"'],
  ['"text"', '"text"', '"id"'],
  ['"\\u0069d"', '"is"'],
  Array.from({ length: 70 }, (_, index) => (index === 66 ? '"id"' : `"m${index}"`)),
  [],
];

const line = tuple(
  constantFrom(...shapes),
  array(oneof(constantFrom(...scalar), constantFrom(...nested)), { minLength: 1, maxLength: 6 }),
  constantFrom(',', ',', ' , '),
).map(([keys, values, comma]) => `{${keys.map((key, at) => `${key}:${values[at % values.length]}`).join(comma)}}`);
const damaged = new Set(['{"id":1', '[1]', '{"id":01}', '{"id":-}', '{"of":{"n":-}}', '{"of":{"n":1,}}']);
const others = constantFrom(...damaged, '{"text":"\xff"}');
/** Often several consecutive lines of one shape. */
const lines = array(oneof({ weight: 9, arbitrary: line }, { weight: 1, arbitrary: others }), {
  minLength: 1,
  maxLength: 8,
}).map((some) => some.flatMap((one) => [one, one]));

const constants = new Map([['file', '"f"']]);
const frame = {
  start: '<',
  end: () => '>',
  unchanged: '',
  close: '',
  changes: { start: ' changed ', end: '' },
  tellsChanges: true,
};
type Asked = Parameters<typeof jsonlWriter>[0]['asked'];
const asked = {
  frame,
  constants,
  spellings: new Map(),
  folders: new Map(),
  clashes: [],
  columns: [...columns, { name: 'file', type: { kind: 'string' } }],
} as unknown as Asked;

/** The output for these lines, or why not, and what is reported. */
function written(texts: readonly Buffer[]) {
  const cutter = new JsonLines({ key: 'k', origin: 0 });
  const writer = jsonlWriter({ asked, emittedAt: 1 }, cutter);
  const out = new LineBuilder();
  cutter.push(Buffer.concat(texts));
  const found: string[] = [];
  while (cutter.next()) {
    const problem = writer.write(out);
    found.push(problem ?? out.take().bytes.toString());
  }
  const { undeclared, nulled, repeated = [] } = writer.findings();
  const counted = [...nulled, ...repeated].flatMap(({ field, rows }) => Array.from({ length: rows }, () => field));
  return { found, undeclared: new Set(undeclared), counted: counted.sort() };
}

type Numbered = { readonly source: string };

/** By the values, with their numbers as they are written. */
function doesFit(value: unknown, type: ColumnType): boolean {
  if (value === null) return true;
  if (type.kind === 'string') return typeof value === 'string';
  if (type.kind === 'boolean') return typeof value === 'boolean';
  if (type.kind === 'list') return Array.isArray(value) && value.every((item) => doesFit(item, type.items));
  if (typeof value !== 'object' || Array.isArray(value)) return false;
  if (type.kind === 'integer') return value instanceof Written && !/[.eE]/u.test(value.source);
  if (type.kind === 'number') return value instanceof Written;
  if (value instanceof Written) return false;
  if (type.kind === 'map') return Object.values(value).every((item) => doesFit(item, type.value));
  const fields = type.kind === 'struct' ? type.fields : [];
  return fields.every(({ name, type: of }) => !Object.hasOwn(value, name) || doesFit(Reflect.get(value, name), of));
}

class Written {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
}

function parsed(json: string): unknown {
  const tagged = (_: string, value: unknown, { source }: Numbered) =>
    typeof value === 'number' ? new Written(source) : value;
  return JSON.parse(json, tagged as Parameters<typeof JSON.parse>[1]);
}

suite('lines of JSON that follow each other', () => {
  test('go out byte for byte as each does alone, with the same findings', () => {
    const seen = { written: 0, refused: 0, changed: 0 };
    check(
      property(lines, (texts) => {
        const buffers = texts.map((text) => Buffer.from(`${text}\n`, 'latin1'));
        const together = written(buffers);
        const alone = buffers.map((buffer) => written([buffer]));
        assert.deepEqual(
          together.found,
          alone.flatMap(({ found }) => found),
        );
        assert.deepEqual(together.undeclared, new Set(alone.flatMap(({ undeclared }) => [...undeclared])));
        assert.deepEqual(together.counted, alone.flatMap(({ counted }) => counted).sort());
        for (const text of together.found) {
          seen[text.startsWith('<') ? 'written' : 'refused']++;
          if (text.includes('changed')) seen.changed++;
        }
      }),
      { numRuns: 2000, seed: 16 },
    );
    assert.ok(seen.written > 5000 && seen.refused > 500 && seen.changed > 500, JSON.stringify(seen));
  });

  test('have the misfits that their values are by the declared types', () => {
    const seen = { fit: 0, misfit: 0 };
    check(
      property(lines, (texts) => {
        const members = new JsonMembers(
          columns.map(({ name }) => name),
          columns.map(({ type }) => fitOf(type)),
        );
        const bytes = Buffer.from(texts.map((text) => `${text}\n`).join(''));
        let start = 0;
        for (const text of texts) {
          const end = start + Buffer.byteLength(text);
          const isObject = members.scan(bytes, start, end);
          assert.equal(isObject, !damaged.has(text), text);
          if (isObject) {
            members.judge();
            for (let place = 0; place < members.count; place++) {
              const type = columns[members.found[place] ?? -1]?.type;
              const json = bytes.toString('utf8', members.valueStarts[place], members.valueEnds[place]);
              const isMisfit = type !== undefined && !doesFit(parsed(json), type);
              assert.equal(members.hasMisfit && members.areMisfits[place] === 1, isMisfit, `${json} of ${text}`);
              seen[isMisfit ? 'misfit' : 'fit']++;
            }
          }
          start = end + 1;
        }
      }),
      { numRuns: 2000, seed: 16 },
    );
    assert.ok(seen.fit > 10_000 && seen.misfit > 5000, JSON.stringify(seen));
  });
});

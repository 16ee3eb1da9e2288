// The members of JSON lines: the results are equal whether lines are consecutive in one piece of text, where keys are compared with
// those of the previous line, or each line is alone.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { parseJson } from '@s3-connectors/common/json/parse-json.ts';

import { array, assert as check, constantFrom, oneof, property, string, tuple } from 'fast-check';

import { JsonMembers } from '../../../../../source-s3/src/formats/jsonl/members/json-members.ts';

const names = ['id', 'name', 'é', 'a"b', 'longer than a word'];

const key = constantFrom(
  '"id"',
  '"name"',
  '"\\u0069d"',
  '"é"',
  '"a\\"b"',
  '"longer than a word"',
  '"other"',
  '"id2"',
  '""',
  '"i',
);
const value = oneof(
  string({ unit: constantFrom('a', 'bcdefg', '"', '\\', 'é', '\n', ' '), maxLength: 12 }).map((text) =>
    JSON.stringify(text),
  ),
  constantFrom('1', '-0.5e3', 'null', 'true', '{}', '{"id": [1, "x"]}', '[]', '"\t"', '"\\x"', '"no end', '01', ''),
);
const member = tuple(key, constantFrom(':', ': ', ' : ', ':\t', ''), value).map((parts) => parts.join(''));
const line = tuple(array(member, { maxLength: 5 }), constantFrom(',', ', ', ' , '), constantFrom('{', ' {', '')).map(
  ([members, between, open]) => `${open}${members.join(between)}}`,
);

type Found = readonly (readonly [name: number, keyStart: number, value: string])[];

function found(members: JsonMembers, bytes: Buffer, start: number, end: number): Found | undefined {
  if (!members.scan(bytes, start, end)) return undefined;
  return Array.from({ length: members.count }, (_, place) => {
    const text = bytes.toString('utf8', members.valueStarts[place], members.valueEnds[place]);
    return [members.found[place] ?? -1, (members.keyStarts[place] ?? 0) - start, text] as const;
  });
}

function isObject(text: string): boolean {
  try {
    const json: unknown = parseJson(text);
    return typeof json === 'object' && json !== null && !Array.isArray(json);
  } catch {
    return false;
  }
}

suite('members of JSON lines', () => {
  test('are found alike in lines that follow each other and in each alone; what is no JSON object has none', () => {
    check(
      property(array(line, { maxLength: 12 }), (lines) => {
        const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''));
        const members = new JsonMembers(names);
        let start = 0;
        for (const text of lines) {
          const end = start + Buffer.byteLength(text);
          const alone = found(new JsonMembers(names), Buffer.from(`${text}\n`), 0, end - start);
          assert.deepEqual(found(members, bytes, start, end), alone, text);
          assert.equal(alone !== undefined, isObject(text), text);
          start = end + 1;
        }
      }),
      { numRuns: 3000 },
    );
  });

  test('are read again where other lines have replaced those before', () => {
    const members = new JsonMembers(names);
    const bytes = Buffer.from('{"id": 1,"name":2}\n');
    assert.deepEqual(found(members, bytes, 0, bytes.length - 1), [
      [0, 1, '1'],
      [1, 9, '2'],
    ]);
    bytes.write('{"is": 1,"mane":2}\n');
    assert.deepEqual(found(members, bytes, 0, bytes.length - 1), [
      [-1, 1, '1'],
      [-1, 9, '2'],
    ]);
  });
});

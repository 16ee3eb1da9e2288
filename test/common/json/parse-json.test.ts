import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { parseJson } from '@s3-connectors/common/json/parse-json.ts';
import * as fc from 'fast-check';

import { hostileJsonName } from '../../support/hostile/hostile-names.ts';

type Pairs = readonly (readonly [name: string, value: string])[];

/** What a JSON text may write for a character, and must for some. */
const spellings: readonly ((text: string) => string)[] = [
  (text) => JSON.stringify(text),
  (text) => `"${text.replaceAll(/./gsu, (char) => escaped(char))}"`,
  (text) => JSON.stringify(text).replaceAll('/', '\\/'),
];

function escaped(char: string): string {
  return char
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}

/** An object in JSON, and what its members are. */
function written(): fc.Arbitrary<{ readonly json: string; readonly members: Pairs }> {
  const short = fc.string({
    unit: fc.constantFrom(...Array.from(String.raw`\nrtbfu0"/a`), '\n', '\r', '\t', '\b'),
    maxLength: 3,
  });
  const member = fc.record({
    name: fc.oneof({ weight: 3, arbitrary: short }, hostileJsonName()),
    value: hostileJsonName(),
    spell: fc.constantFrom(...spellings),
  });
  return fc.array(member, { minLength: 1, maxLength: 4 }).map((members) => ({
    json: `{"same":"",${members.map(({ name, value, spell }) => `${spell(name)}:${spell(value)}`).join(', ')}}`,
    members: [['same', ''], ...members.map(({ name, value }) => [name, value] as const)],
  }));
}

function sorted(members: Pairs): Pairs {
  return [...new Map(members)].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function membersOf(value: unknown): Pairs {
  return sorted(Object.entries(value as Readonly<Record<string, string>>));
}

suite('JSON', () => {
  test('has the right names, whatever objects were parsed before', () => {
    const property = fc.property(fc.array(written(), { minLength: 2, maxLength: 6 }), (objects) => {
      for (const { json, members } of objects) assert.deepEqual(membersOf(parseJson(json)), sorted(members));
      const all = parseJson(`[${objects.map(({ json }) => json).join(',')}]`) as readonly unknown[];
      assert.deepEqual(
        all.map((value) => membersOf(value)),
        objects.map(({ members }) => sorted(members)),
      );
    });
    fc.assert(property, { numRuns: 1000, seed: 14 });
  });

  test('keeps two columns apart that V8’s JSON parser confuses', () => {
    const [first, second] = ['{"apart":1,"\\\\":2}', '{"apart":1,"\\n":2}'];
    assert.deepEqual(Object.keys(parseJson(first) as object), ['apart', '\\']);
    assert.deepEqual(Object.keys(parseJson(second) as object), ['apart', '\n']);
  });

  test('has the same value as in other parsers', () => {
    const texts = fc.tuple(fc.json({ maxDepth: 4 }), fc.constantFrom(undefined, 1, '\t'));
    const property = fc.property(texts, ([json, indent]) => {
      const text = `["\\\\",${JSON.stringify(JSON.parse(json), undefined, indent)}]`;
      assert.equal(JSON.stringify(parseJson(text)), JSON.stringify(JSON.parse(text)));
    });
    fc.assert(property, { numRuns: 1000, seed: 14 });
    const odd = String.raw` { "a\\" : [ ] , "__proto__":{ "x":-0.5e3 },"1":true,"a\\":null,"b":[{},[false]]} `;
    const value = parseJson(odd) as object;
    assert.deepEqual(Object.entries(value), [
      ['1', true],
      ['a\\', null],
      ['__proto__', { x: -500 }],
      ['b', [{}, [false]]],
    ]);
    assert.equal(Object.getPrototypeOf(value), Object.prototype);
  });

  test('may be nested as deeply and be as long as JSON.parse allows', () => {
    const depth = 200_000;
    let value = parseJson(`${'[{"\\n":'.repeat(depth)}0${'}]'.repeat(depth)}`);
    for (let level = 0; level < depth; level++)
      value = (value as readonly Readonly<Record<string, unknown>>[])[0]?.['\n'];
    assert.equal(value, 0);
    const [text] = parseJson(`["${'\\n'.repeat(4_000_000)}"]`) as readonly string[];
    assert.equal(text?.length, 4_000_000);
  });

  test('that is damaged is refused as by JSON.parse', () => {
    for (const text of ['', '{"a\\":1}', '{"a\\n":1', '["\\n",]', '{"\\n",1}', '["\\x"]', '"\\n" 1']) {
      assert.throws(() => parseJson(text), SyntaxError, text);
    }
  });
});

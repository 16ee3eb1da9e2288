import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { parseJson } from '@s3-connectors/common/json/parse-json.ts';
import { JsonFault, parseJsonText } from '@s3-connectors/common/permissions/validate/json-text.ts';
import * as fc from 'fast-check';

suite('JSON text', () => {
  test('is read as JSON.parse reads it, with any spaces', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 2, '\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        assert.deepEqual(parseJsonText(text).value, parseJson(text));
      }),
    );
  });

  test('is refused where JSON.parse refuses it', () => {
    const cut = fc.tuple(fc.jsonValue(), fc.nat(), fc.constantFrom('', ',', '"', '}', '[', 'x', "'"));
    fc.assert(
      fc.property(cut, ([value, where, put]) => {
        const whole = JSON.stringify(value);
        const at = where % (whole.length + 1);
        const text = whole.slice(0, at) + put + whole.slice(at + 1);
        const theirs = outcome(() => parseJson(text));
        const ours = outcome(() => parseJsonText(text).value);
        assert.equal(ours, theirs, text);
      }),
      { numRuns: 2000 },
    );
  });

  test('has the place of each part, and of an object that lacks a part', () => {
    const { placeOf } = parseJsonText('{\n  "a": [\n    1,\n    {"b": 2}\n  ]\n}');
    assert.deepEqual(placeOf(['a', 1, 'b']), { line: 4, column: 11 });
    assert.deepEqual(placeOf(['a', 1, 'missing']), { line: 4, column: 5 });
    assert.deepEqual(placeOf(['nothing']), { line: 1, column: 1 });
  });

  test('reports duplicate keys', () => {
    const { twice, value } = parseJsonText('{"a": 1,\n "a": 2}');
    assert.deepEqual([twice, value], [[{ key: 'a', place: { line: 2, column: 2 } }], { a: 2 }]);
  });

  const faults: readonly (readonly [text: string, line: number, column: number, words: RegExp])[] = [
    ['{\n  "a": 1\n  "b": 2\n}', 3, 3, /comma or "\}" is missing/u],
    ['{"a": [1, 2,]}', 1, 12, /comma before "\]" is not allowed/u],
    ['{"a": 1', 1, 8, /text ends before "\}"/u],
    ["{'a': 1}", 1, 2, /straight double quotes/u],
    ['{“a”: 1}', 1, 2, /straight double quotes/u],
    ['{"a" 1}', 1, 6, /colon is missing after "a"/u],
    ['{"a": "x\n}', 1, 7, /double quote at the end of this text is missing/u],
    ['// x\n{}', 1, 1, /does not allow comments/u],
    ['{} }', 1, 4, /more text follows/u],
    ['', 1, 1, /text ends before a value/u],
  ];
  for (const [text, line, column, words] of faults) {
    test(`names the mistake in ${JSON.stringify(text)}`, () => {
      assert.throws(
        () => parseJsonText(text),
        (error: unknown) => {
          assert.ok(error instanceof JsonFault);
          assert.deepEqual(error.place, { line, column });
          assert.match(error.message, words);
          return true;
        },
      );
    });
  }
});

function outcome(read: () => unknown): string {
  try {
    return JSON.stringify(read());
  } catch {
    return 'refused';
  }
}

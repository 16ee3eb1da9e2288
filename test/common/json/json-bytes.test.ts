import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { NOT_JSON, findMember, skipSpace, skipValue } from '@s3-connectors/common/json/json-bytes.ts';

/** Whether the whole line is one JSON value by our scanner. */
function accepts(text: string): boolean {
  const bytes = Buffer.from(`${text}\n`);
  const end = skipValue(bytes, skipSpace(bytes, 0));
  return end !== NOT_JSON && skipSpace(bytes, end) === bytes.length - 1;
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

suite('walking JSON bytes', () => {
  const cases = [
    '0', '-0', '01', '-', '1.', '.5', '1.5', '1e5', '1E+5', '1e', '1e-', '--1', '+1', '0x1', '1_0', 'NaN', 'Infinity',
    'true', 'tru', 'truex', 'false', 'fals', 'null', 'nul', 'nulll', 'undefined', '', ' ', '"', '""', '"a', '"\\', '"\\"',
    '"\\u00e9"', '"\\u00g9"', '"\\u00e"', '"\\x"', '"\\ud800"', '"\t"', '"\u007f"', '"\u2028"', "'a'", '[]', '[ ]', '[1,]', '[,1]',
    '[1 2]', '[1]]', '[', ']', '{}', '{ }', '{"a"}', '{"a":}', '{"a":1,}', '{,}', '{"a":1 "b":2}', '{a:1}', '{"a":1}}', '[}', '{]',
    '[{"a":[1,{"b":[]}]}]', ' [ 1 , { "a" : [ ] } ] \r', '\ufeff{}', '{"a":1}{', '1 1', '[1}', '{"a":[}', '{"a" 1}', '// x', '1/**/',
  ]; // prettier-ignore
  for (const text of cases) {
    test(`judges ${JSON.stringify(text)} as JSON.parse does`, () => {
      assert.equal(accepts(text), parses(text));
    });
  }

  test('accepts every JSON text', () => {
    fc.assert(
      fc.property(fc.json({ stringUnit: 'binary' }), fc.boolean(), (json, spaced) => {
        const text = spaced ? JSON.stringify(JSON.parse(json), undefined, '\t').replaceAll('\n', ' \r') : json;
        assert.equal(accepts(text), true);
      }),
      { numRuns: 500 },
    );
  });

  test('judges a mutated JSON text as JSON.parse does', () => {
    const splice = fc.record({
      json: fc.json(),
      at: fc.nat(),
      remove: fc.nat({ max: 2 }),
      add: fc.constantFrom(
        '',
        '"',
        '\\',
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '0',
        '1',
        '-',
        '.',
        'e',
        'n',
        ' ',
        '\u0001',
        'é',
      ),
    });
    fc.assert(
      fc.property(splice, ({ json, at, remove, add }) => {
        const from = at % (json.length + 1);
        const text = json.slice(0, from) + add + json.slice(from + remove);
        assert.equal(accepts(text), parses(text), text);
      }),
      { numRuns: 5000 },
    );
  });

  test('follows a million nested containers without overflowing the stack', () => {
    const depth = 1_000_000;
    assert.equal(accepts('['.repeat(depth) + ']'.repeat(depth)), true);
    assert.equal(accepts('{"a":'.repeat(depth) + '1' + '}'.repeat(depth)), true);
    assert.equal(accepts('['.repeat(depth)), false);
    assert.equal(accepts('['.repeat(depth) + ']'.repeat(depth - 1) + '}'), false);
  });

  test('finds the member that JSON.parse keeps, with an escaped or duplicate key', () => {
    const text = '{ "a" : 1, "b" :[2], "\\u0061":{"a":3} , "ab":4 }';
    const bytes = Buffer.from(`${text}\n`);
    const member = findMember(bytes, 0, 'a');
    assert.ok(member);
    assert.equal(bytes.toString('utf8', member.valueStart, member.valueEnd), '{"a":3}');
    assert.equal(findMember(bytes, 0, 'c'), undefined);
  });
});

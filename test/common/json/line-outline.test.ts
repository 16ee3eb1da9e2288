import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { LineOutline } from '@s3-connectors/common/json/line-outline.ts';
import * as fc from 'fast-check';

function outlineOf(text: string | Buffer, depth: number, chunk = 7): string {
  const outline = new LineOutline(depth);
  const bytes = Buffer.from(text as string);
  for (let at = 0; at < bytes.length; at += chunk) outline.add(bytes.subarray(at, at + chunk));
  return outline.end().toString();
}

/** What `outlineOf` should leave of a value that is `depth` containers deep. */
function emptied(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return Array.isArray(value) ? [] : {};
  if (Array.isArray(value)) return value.map((item: unknown) => emptied(item, depth - 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, emptied(item, depth - 1)]));
}

suite('the outline of a line', () => {
  test('has the upper containers without deeper parts, for any object, spacing and chunk', () => {
    const spacing = fc.constantFrom(undefined, 1, '\t');
    const property = fc.property(
      fc.dictionary(fc.string(), fc.jsonValue()),
      spacing,
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 40 }),
      (object, indent, depth, chunk) => {
        const text = JSON.stringify(object, undefined, indent).replaceAll('\n', '\r');
        assert.deepEqual(JSON.parse(outlineOf(text, depth, chunk)), JSON.parse(JSON.stringify(emptied(object, depth))));
      },
    );
    fc.assert(property, { numRuns: 2000, seed: 17 });
  });

  test('has no long texts and numbers', () => {
    const long = 'x\\"'.repeat(100_000);
    assert.equal(
      outlineOf(`{"a":"${long}","${long}":1,"n":-1${'0'.repeat(9000)},"b":"${long}"}`, 1),
      '{"a":"","":1,"n":0,"b":""}\n',
    );
  });

  test('of a cut line is closed after its last complete member', () => {
    const text = '{"type":"RECORD","record":{"stream":"a\\u00e9","n":12.5,"data":{"x":[{"y":"z"}]},"w":true},"v":null}';
    for (let end = 1; end < text.length; end += 1) {
      const outline = JSON.parse(outlineOf(text.slice(0, end), 2)) as { type?: string; record?: { stream?: string } };
      if (end > text.indexOf(',"record"')) assert.equal(outline.type, 'RECORD', text.slice(0, end));
      if (end > text.indexOf(',"n"')) assert.equal(outline.record?.stream, 'aé', text.slice(0, end));
    }
  });

  test('is empty if even the outline is too long', () => {
    const members = Array.from({ length: 10_000 }, (_, index) => `"${index}":${index}`);
    assert.equal(outlineOf(`{${members.join()}}`, 1, 1000), '\n');
    assert.equal(outlineOf(`{"type":"RECORD","a":{${members.join()}}}`, 1, 1000), '{"type":"RECORD","a":{}}\n');
  });

  test('of a text that is not an object is not an object', () => {
    for (const text of ['', 'x'.repeat(100_000), ']]]]', '}', '"text', '[1,2', '\\', '1 2']) {
      assert.doesNotMatch(outlineOf(text, 2), /^\{/u);
    }
  });
});

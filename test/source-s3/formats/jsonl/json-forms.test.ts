// JSON in other forms than lines: one array, pretty-printed objects, objects without line ends, against JSON.parse.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';

import * as fc from 'fast-check';

import { FormProbe } from '../../../../source-s3/src/formats/jsonl/json-form.ts';
import type { JsonForm } from '../../../../source-s3/src/formats/jsonl/json-cutter.ts';
import { JsonValues } from '../../../../source-s3/src/formats/jsonl/json-values.ts';
import { ofType } from '../../../support/models/protocol-schema.ts';
import { discoverHere, readHere, serverWith, type Json } from '../../support/source.ts';
import { idsOf, textRows } from '../../support/text.ts';

const config = { data_format: { format: 'jsonl' } };

function pieces(text: string, length: number): readonly Uint8Array[] {
  const bytes = Buffer.from(text);
  return Array.from({ length: Math.ceil(bytes.length / length) }, (_, index) =>
    Buffer.from(bytes.subarray(index * length, (index + 1) * length)),
  );
}

function formOf(text: string, pieceBytes = 1000): JsonForm {
  const probe = new FormProbe();
  for (const piece of pieces(text, pieceBytes)) {
    const form = probe.see(piece);
    if (form !== undefined) return form;
  }
  return probe.end();
}

type Cut = { readonly start: number; readonly text: string };

function cut(
  text: string,
  form: 'array' | 'values',
  { pieceBytes = 7, origin = 0, isInside = false } = {},
): readonly Cut[] {
  const values = new JsonValues(form, { key: 'k', origin, isInside });
  const found: Cut[] = [];
  const take = (): void => {
    while (values.next()) {
      assert.equal(values.bytes[values.to], 0x0a);
      found.push({ start: values.start, text: values.bytes.toString('utf8', 0, values.to) });
    }
  };
  for (const piece of pieces(text, pieceBytes)) {
    values.push(piece);
    take();
  }
  values.finish();
  take();
  return found;
}

const leaf = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.integer(),
  fc.string({ unit: fc.constantFrom('a', '{', '}', '[', ']', '"', '\\', ',', '\n', 'é', '😀', ' ') }),
);
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c"}', 'd]['), tie('any'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).any;
const object = fc.dictionary(fc.constantFrom('id', 'x', '{', '"'), value, { maxKeys: 4, noNullPrototype: true });
const objects = fc.array(object, { minLength: 1, maxLength: 8 });
const indent = fc.constantFrom(undefined, 1, '\t', '  ');

suite('JSON that is no lines', () => {
  for (const [form, text] of [
    ['values', '{"a":\n1}\0{"a":2}'],
    ['array', '[{"a":1},\0]'],
    ['array', '[\u0001]'],
  ] as const) {
    test(`has no value at a control character: ${JSON.stringify(text)}`, () => {
      assert.throws(() => cut(text, form), { code: 'FILE_UNREADABLE', message: /a value is missing/u });
    });
  }

  test('with a NUL between objects ends in an error where invalid records are skipped, not in endless ones', async () => {
    const { failures } = await textRows(
      { 'lake/t/a.json': '{"a":\n1}\0{"a":2}' },
      { ...config, invalid_records: 'skip' },
    );
    assert.match(failures.join(), /FILE_UNREADABLE .*a value is missing/u);
  });

  test('gives its values and their places under any cutting into pieces, and from any of them on', () => {
    fc.assert(
      fc.property(
        objects,
        indent,
        fc.constantFrom('', ' ', '\n', '\r\n'),
        fc.integer({ min: 1, max: 40 }),
        (rows, space, between, pieceBytes) => {
          const texts = rows.map((row) => JSON.stringify(row, undefined, space));
          const array = JSON.stringify(rows, undefined, space);
          for (const [text, form] of [
            [texts.join(between), 'values'],
            [array, 'array'],
            [`[${texts.join(`,${between}`)}]${between}`, 'array'],
          ] as const) {
            const found = cut(text, form, { pieceBytes });
            assert.deepEqual(
              found.map((one): unknown => JSON.parse(one.text)),
              rows,
            );
            assert.ok(found.every((one) => !/[\n\r]/u.test(one.text)));
            const bytes = Buffer.from(text);
            for (const [index, { start }] of found.entries()) {
              const rest = cut(bytes.subarray(start).toString(), form, { pieceBytes, origin: start, isInside: true });
              assert.deepEqual(rest, found.slice(index));
            }
          }
        },
      ),
      { numRuns: 1000, seed: 16 },
    );
  });

  test('is recognised by its first value under any cutting into pieces; lines stay lines', () => {
    fc.assert(
      fc.property(objects, fc.integer({ min: 1, max: 40 }), (rows, pieceBytes) => {
        const lines = rows.map((row) => JSON.stringify(row));
        assert.equal(formOf(lines.join('\n'), pieceBytes), 'lines');
        assert.equal(formOf(`${lines.join('\r\n')}\r\n`, pieceBytes), 'lines');
        assert.equal(formOf(JSON.stringify(rows), pieceBytes), 'array');
        assert.equal(formOf(JSON.stringify(rows, undefined, 2), pieceBytes), 'array');
        assert.equal(formOf(lines.join(''), pieceBytes), lines.length > 1 ? 'values' : 'lines');
        const pretty = JSON.stringify({ ...rows[0], more: 1 }, undefined, 2);
        assert.equal(formOf(`\n${pretty}${lines.join('')}`, pieceBytes), 'values');
      }),
      { numRuns: 1000, seed: 16 },
    );
  });

  const notProven = [
    '{"a":1\n{"b":2}\n{"c":3}\n',
    '{"a":"x\n{"b":2}\n',
    '[1,2]\n[3,4]\n',
    '{"a":NaN}\n{"b":2}\n',
    '{"a":1},\n{"a":2},\n',
    'x',
    '[',
    '"a"\n',
    '{"a":1}]',
  ];
  for (const text of notProven) {
    test(`is not assumed of ${JSON.stringify(text)}, which is read as lines`, () => {
      for (const pieceBytes of [1, 3, 1000]) assert.equal(formOf(text, pieceBytes), 'lines');
    });
  }

  const forms: Readonly<Record<string, string>> = {
    'one array': '[{"id":1,"s":"a"},{"id":2}]',
    'one array on several lines': '\uFEFF[\n  {\n    "id": 1,\n    "s": "a"\n  },\n  {"id": 2}\n]\n',
    'pretty-printed objects': '{\n  "id": 1,\n  "s": "a"\n}\n{\n  "id": 2\n}\n',
    'objects without line ends': '{"id":1,"s":"a"}{"id":2}',
    'several arrays': '[{"id":1,"s":"a"}]\n[{"id":2}]',
  };
  for (const [name, text] of Object.entries(forms)) {
    test(`is read as records, compressed or not: ${name}`, async () => {
      for (const body of [text, gzipSync(text)]) {
        const { rows, said, failures } = await textRows({ 'lake/t/a.json': body }, config);
        assert.deepEqual({ rows, said, failures }, { rows: [{ id: 1, s: 'a' }, { id: 2 }], said: [], failures: [] });
      }
    });
  }

  test('is empty where an array is', async () => {
    const { rows, failures } = await textRows({ 'lake/t/a.json': '[]', 'lake/t/b.json': '[{"id":1}]' }, config);
    assert.deepEqual({ rows, failures }, { rows: [{ id: 1 }], failures: [] });
  });

  const damaged: readonly (readonly [text: string, ids: readonly number[], reason: RegExp])[] = [
    ['[{"id":1},{"id":2}', [1, 2], /its JSON array does not end; the file may have been cut/u],
    ['[{"id":1},{"id":2', [1], /the JSON value at byte 10 of the text does not end/u],
    ['{"id":1}{"id":2}{"id"', [1, 2], /the JSON value at byte 16 of the text does not end/u],
    ['[{"id":1} {"id":2}]', [1], /neither a comma nor the end of the array.* at byte 10 .*as a JSON array/u],
    ['[{"id":1},]', [1], /a value is missing, at byte 10/u],
    ['[{"id":1}] x', [1], /the array has ended and something else follows, at byte 11/u],
    ['{"id":1}{"id":2}}', [1, 2], /a value is missing, at byte 16 .*as JSON objects one after the other/u],
    [
      '[{"id":1},2,{"id":3}]',
      [1],
      /record at byte 10 of the text is not a JSON object; the file is read as a JSON array/u,
    ],
    ['{"id":1}{"id":NaN}{"id":3}', [1], /record at byte 8 .*is not a JSON object; .*objects one after the other/u],
  ];
  for (const [text, ids, reason] of damaged) {
    test(`fails after the records before the damage, with the form it was read as: ${text}`, async () => {
      await using server = await serverWith({ 'lake/t/a.json': text });
      const { messages, failures } = await readHere(server, { config });
      assert.deepEqual(idsOf(messages), ids);
      assert.match(failures.map(({ message }) => message).join(), reason);
    });
  }

  test('continues after a value that is not an object with invalid_records: skip, but not after broken structure', async () => {
    const skip = { ...config, invalid_records: 'skip' };
    const { rows, failures } = await textRows({ 'lake/t/a.json': '[{"id":1},2,"}",null,{"id":NaN},{"id":3}]' }, skip);
    assert.deepEqual([rows, failures], [[{ id: 1 }, { id: 3 }], []]);
    const cutOff = await textRows({ 'lake/t/a.json': '[{"id":1},{"id":2}' }, skip);
    assert.equal(cutOff.failures.length, 1);
  });

  test('resumes from every state it printed, in any form', async () => {
    const rows = Array.from({ length: 300 }, (_, index) => ({ id: index, text: 'x'.repeat(60_000) }));
    for (const text of [JSON.stringify(rows, undefined, 1), rows.map((row) => JSON.stringify(row)).join('')]) {
      await using server = await serverWith({ 'lake/t/a.json': text });
      const catalog: Json = { ...(await discoverHere(server, config)).catalog };
      const asked = {
        streams: (catalog['streams'] as Json[]).map((stream) => ({
          stream,
          sync_mode: 'incremental',
          destination_sync_mode: 'append',
        })),
      };
      const { messages } = await readHere(server, { config, catalog: asked });
      assert.deepEqual(
        idsOf(messages),
        rows.map(({ id }) => id),
      );
      const states = ofType(messages, 'STATE');
      assert.ok(states.length > 1, String(states.length));
      for (const state of [states[0], states[Math.floor(states.length / 2)]]) {
        const before = idsOf(messages.slice(0, messages.indexOf(state as never))).length;
        const rest = await readHere(server, { config, catalog: asked, state: [state] });
        assert.deepEqual(
          idsOf(rest.messages),
          rows.slice(before).map(({ id }) => id),
        );
      }
    }
  });
});

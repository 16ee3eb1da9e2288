// Every record of JSON lines and CSV matches what discover declared, whatever later files store: a value is cast, or it is null and
// the record reports it.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import * as fc from 'fast-check';

import { schemaCheck } from '../support/catalog-fit.ts';
import { readTables } from '../support/late-files.ts';
import type { Json } from '../support/source.ts';

function propertiesOf(schema: Json | undefined): Readonly<Record<string, Json>> {
  return (schema?.['properties'] ?? {}) as Readonly<Record<string, Json>>;
}

const scalar = fc.constantFrom(
  '1',
  '-20',
  '0',
  '1.5',
  '1.0',
  '2.00',
  '1e3',
  '-0',
  '12345678901234567890',
  'true',
  'false',
  'null',
  '""',
  '"x"',
  '"1"',
  '"1.0"',
  '"007"',
  '"yes"',
  '"t"',
  '"NaN"',
  '"2026-01-15"',
  '"2026-01-15 14:30:00 UTC"',
  '"\\u0031"',
  '"é\\n"',
);
const { value } = fc.letrec<{ value: string; list: string; object: string }>((tie) => ({
  value: fc.oneof({ maxDepth: 3, withCrossShrink: true }, scalar, tie('list'), tie('object')),
  list: fc
    .tuple(fc.array(tie('value'), { maxLength: 3 }), fc.constantFrom(',', ' , '))
    .map(([items, comma]) => `[${items.join(comma)}]`),
  object: fc
    .tuple(
      fc.uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'é', 'c d', '"'), tie('value')), {
        selector: ([key]) => key,
        maxLength: 3,
      }),
      fc.constantFrom(':', ' : '),
    )
    .map(([members, colon]) => `{${members.map(([key, json]) => `${JSON.stringify(key)}${colon}${json}`).join(',')}}`),
}));
const line = fc.uniqueArray(fc.tuple(fc.constantFrom('p', 'q', 'r'), value), {
  selector: ([key]) => key,
  minLength: 1,
  maxLength: 3,
});
const file = fc.array(line, { minLength: 1, maxLength: 3 });

type Line = readonly (readonly [key: string, json: string])[];

const bodyOf = (lines: readonly Line[]): string =>
  lines.map((members) => `{${members.map(([key, json]) => `${JSON.stringify(key)}:${json}`).join(',')}}\n`).join('');

suite('records fit the catalog', () => {
  test('of JSON lines, where matching values stay the bytes that they are', async () => {
    const count = 1000;
    const cases = fc.sample(fc.tuple(file, file), { numRuns: count, seed: 16 });
    const tables = Object.fromEntries(
      cases.map(([known, late], index) => [`t${index}`, { known: bodyOf(known), late: bodyOf(late) }]),
    );
    const { rows, schemas } = await readTables('jsonl', tables, { data_format: { format: 'jsonl' } });
    const seen = { same: 0, cast: 0, nulled: 0 };
    const left = new Map(cases.map(([known, late], index) => [`t${index}`, [...known, ...late]]));
    for (const { table, text, nulled, data } of rows) {
      const properties = propertiesOf(schemas.get(table));
      for (const [key, json] of left.get(table)?.shift() ?? assert.fail()) {
        const schema = properties[key];
        if (schema === undefined) continue; // Only the late file has it.
        const fits = schemaCheck(schema)(JSON.parse(json)) === undefined;
        const isOfOtherForm = JSON.stringify(schema).includes('integer') && /\d[.eE]\d/u.test(json);
        const isSame = text.includes(`${JSON.stringify(key)}:${json}`);
        if (fits && !isOfOtherForm) assert.ok(isSame, `${key}:${json} of ${text}`);
        seen[isSame ? 'same' : 'cast']++;
        if (data[key] === null && json !== 'null') assert.ok(nulled.includes(key), text);
        if (nulled.some((field) => field === key || field.startsWith(`${key}.`))) seen.nulled++;
      }
    }
    assert.ok([...left.values()].every((lines) => lines.length === 0));
    assert.ok(seen.same > count && seen.cast > count * 0.3 && seen.nulled > count * 0.1, JSON.stringify(seen));
  });

  test('of CSV with types that were inferred', async () => {
    const field = fc.constantFrom(
      '1',
      '-20',
      '1.5',
      '1.0',
      '007',
      'true',
      'no',
      'x',
      '',
      'NaN',
      '2026-01-15',
      '2026-01-15T14:30:00Z',
      '2026-01-15 14:30:00 +02',
    );
    const rowsOf = fc.array(fc.tuple(field, field, field), { minLength: 1, maxLength: 3 });
    const count = 300;
    const cases = fc.sample(fc.tuple(rowsOf, rowsOf), { numRuns: count, seed: 16 });
    const body = (lines: readonly (readonly string[])[]): string =>
      `p,q,r\n${lines.map((one) => one.join(',')).join('\n')}\n`;
    const tables = Object.fromEntries(
      cases.map(([known, late], index) => [`t${index}`, { known: body(known), late: body(late) }]),
    );
    const { rows } = await readTables('csv', tables, { data_format: { format: 'csv', infer_types: true } });
    assert.ok(rows.filter(({ nulled }) => nulled.length > 0).length > count / 3);
  });
});

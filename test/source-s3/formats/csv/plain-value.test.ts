// Values of typed columns that are recognised on the bytes: always the same JSON as by the rules for all values.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { array, assert as check, constantFrom, oneof, property, record, tuple } from 'fast-check';

import { castText } from '../../../../source-s3/src/casts/text-cast.ts';
import { tellsOf } from '../../../../source-s3/src/formats/csv/csv-value.ts';
import type { DeclaredType } from '../../../../source-s3/src/layout/declared-column.ts';
import { declaredColumnType } from '../../../../source-s3/src/layout/partition-value.ts';
import { writePlainValue } from '../../../../source-s3/src/formats/csv/plain-value.ts';
import { LineBuilder } from '../../../../source-s3/src/records/line-builder.ts';

const out = new LineBuilder();

/** The JSON text. Undefined if the value is not in its usual form. */
function usual(text: string, kind: DeclaredType): string | undefined {
  const bytes = Buffer.from(`7${text}7`); // Characters around a field are not part of it.
  const isWritten = writePlainValue(out, { bytes, start: 1, end: bytes.length - 1 }, declaredColumnType(kind));
  const written = out.takeBack(0).toString();
  assert.equal(isWritten, written !== '');
  return isWritten ? written : undefined;
}

const date = tuple(
  constantFrom('2026', '0000', '1999', '202x', '26'),
  constantFrom('-', '/'),
  constantFrom('01', '02', '12', '00', '13', '1'),
  constantFrom('-', '-', ' '),
  constantFrom('01', '28', '29', '30', '31', '00', '32'),
).map((parts) => parts.join(''));
const time = tuple(
  constantFrom('T', ' ', 't', ''),
  constantFrom('00', '23', '24', '14', '1'),
  constantFrom(':', ':', ''),
  constantFrom('00', '59', '60'),
  constantFrom(':00', ':59', ':60', ':05', ''),
  constantFrom('', '.1', '.000', '.123456', '.123456789', '.1234567890', '.', '.x'),
  constantFrom('', 'Z', 'z', '+02:00', '+0200', 'ZZ'),
).map((parts) => parts.join(''));
const pieces = array(constantFrom('0', '1', '12345', '.', '-', '+', 'e', ' ', 'true', 'false', 'TRUE', 'é'), {
  maxLength: 5,
});
const text = oneof(
  date,
  tuple(date, time).map((parts) => parts.join('')),
  pieces.map((parts) => parts.join('')),
);
const kind = constantFrom<DeclaredType[]>('integer', 'number', 'boolean', 'date', 'timestamp');

suite('a usual value of a typed column', () => {
  test('is what any value is by the table of casts, and tells of its type', () => {
    check(
      property(record({ text, kind }), ({ text, kind }) => {
        const json = usual(text, kind);
        if (json === undefined) return;
        assert.equal(json, castText(text, declaredColumnType(kind)));
        assert.ok(tellsOf(text, kind));
      }),
      { numRuns: 10_000 },
    );
  });

  for (const [kind, text, json] of [
    ['integer', '12', '12'],
    ['number', '0.50', '0.50'],
    ['boolean', 'false', 'false'],
    ['date', '2026-01-15', '"2026-01-15"'],
    ['timestamp', '2026-01-15 14:30:00', '"2026-01-15T14:30:00Z"'],
    ['timestamp', '2026-01-15T14:30:00.120Z', '"2026-01-15T14:30:00.120000Z"'],
    ['timestamp', '2026-01-15T14:30:00.000Z', '"2026-01-15T14:30:00Z"'],
  ] as const) {
    test(`is ${text} as ${kind}`, () => assert.equal(usual(text, kind), json));
  }
});

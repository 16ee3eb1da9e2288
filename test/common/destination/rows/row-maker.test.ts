import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { tellApart } from '@s3-connectors/common/destination/replacing/own-keys.ts';
import { FileNames } from '@s3-connectors/common/destination/files/file-names.ts';
import { RowMaker } from '@s3-connectors/common/destination/rows/row-maker.ts';
import { partitionBytes, planRows } from '@s3-connectors/common/destination/rows/row-plan.ts';
import type { ConfiguredStream } from '@s3-connectors/common/protocol/catalog.ts';
import { createRecordScanner } from '@s3-connectors/common/records/record-scanner.ts';
import { createHash } from 'node:crypto';
import * as fc from 'fast-check';

import { hiveValues, isMeant, meantBy } from '../../../support/models/hive-folders.ts';
import { recordLine } from '../../../support/destination-input.ts';

const stream: ConfiguredStream = {
  name: 'visits',
  jsonSchema: {},
  syncMode: 'incremental',
  destinationSyncMode: 'append',
  cursorField: [],
  primaryKey: [],
};

const hostile = [
  '',
  '.',
  '..',
  '/',
  '../../x',
  'a/b',
  '%',
  '%2F',
  '=',
  'a=b',
  '\0',
  '\u0001',
  '\u007f',
  '\u0085',
  '\ufeff',
  '\uffff',
];
const more = [
  '__HIVE_DEFAULT_PARTITION__',
  'null',
  'NULL',
  '007',
  ' a ',
  'ü😀',
  '\u2028',
  'x'.repeat(500),
  '"',
  '\\',
  "*?[]{}^#':",
];
const value = fc.oneof(
  fc.constantFrom<unknown>(...hostile, ...more, null, true, false, 0, -0, 1e300, 5e-324, 2 ** 53, 0.1),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: fc.constantFrom(...hostile, ...more), maxLength: 4 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.jsonValue({ maxDepth: 2 }),
);
const record = fc.record(
  { a: value, b: value, 'c/d=%': value, id: fc.integer(), other: fc.jsonValue({ maxDepth: 1 }), __proto__: value },
  { requiredKeys: ['id'], noNullPrototype: true },
);

type Made = {
  readonly rejection: unknown;
  readonly row: string;
  readonly folders: string;
  readonly most: number;
};

function made(data: string, fields: readonly string[]): Made {
  const plan = planRows(stream, { fields, isGeneric: true, metadata: undefined });
  assert.ok(plan !== undefined);
  const maker = new RowMaker(
    plan,
    plan.partitions.map(({ field }) => field),
  );
  const names = plan.partitions.map(({ field }) => field);
  const scanner = createRecordScanner(names);
  const line = Buffer.from(recordLine('visits', data));
  assert.equal(scanner.scan(line, 0, line.length - 1), 'record');
  const rejection = maker.make(line, scanner.envelope, 0);
  return { rejection, row: maker.out.bytes.toString(), folders: maker.partition, most: partitionBytes(plan) };
}

suite('rows of partitions', () => {
  test('are in folders that a Hive reader decodes to their values, or have these in a sibling (3,000 records)', () => {
    const fields = ['a', 'b', 'c/d=%'];
    fc.assert(
      fc.property(record, (data) => {
        const { rejection, row, folders, most } = made(JSON.stringify(data), fields);
        assert.equal(rejection, undefined);
        const sent = JSON.parse(JSON.stringify(data)) as Readonly<Record<string, unknown>>;
        const stored = JSON.parse(row) as Readonly<Record<string, unknown>>;
        const values = hiveValues(`${folders}file`);
        assert.deepEqual([...values.keys()], fields);
        for (const field of fields) {
          assert.equal(Object.hasOwn(stored, field), false);
          const found = meantBy(values.get(field) ?? null, stored[`${field}__value`]);
          assert.ok(isMeant(found, sent[field]), `${field}: ${JSON.stringify([found, sent[field]])}`);
        }
        for (const [name, kept] of Object.entries(sent))
          if (!fields.includes(name)) assert.deepEqual(stored[name], kept);
        assert.ok(Buffer.byteLength(folders) <= most);
      }),
      { numRuns: 3000, seed: 17 },
    );
  });

  test('have keys in the folder of their table that are known to be ours, wherever else the file is copied (3,000 records)', () => {
    const place = { folder: 'p/data/visits/', extensions: ['.json.gz'] };
    fc.assert(
      fc.property(record, (data) => {
        const { folders: partition } = made(JSON.stringify(data), ['a', 'b']);
        const file = { folder: `${place.folder}year=2026/month=1/day=15/`, partition, timestamp: 1, workerId: '0' };
        const key = new FileNames().key({ ...file, extension: '.json.gz' }, createHash('sha256').update('x'));
        assert.deepEqual(tellApart('p/', place, [key]), { ours: [key], others: [] });
        assert.deepEqual(key.split('/').slice(0, 3), ['p', 'data', 'visits']);
        assert.ok(key.split('/').every((part) => part !== '' && part !== '.' && part !== '..'));
        const copy = key.replace(partition, 'backup=1/');
        assert.deepEqual(tellApart('p/', place, [copy]).ours, []);
      }),
      { numRuns: 3000, seed: 18 },
    );
  });

  test('share a folder where they mean the same number', () => {
    const folders = ['4', '4.0', '4e0', '40E-1'].map((a) => made(`{"a":${a}}`, ['a']).folders);
    assert.deepEqual(new Set(folders), new Set(['a=4/']));
    assert.equal(made('{"a":12345678901234567890}', ['a']).folders, 'a=12345678901234567890/');
    assert.equal(made('{"a":0.10}', ['a']).folders, 'a=0.1/');
    assert.equal(made('{"a":1e400}', ['a']).folders, 'a=1e400/');
  });

  test('are in the folder of the UTC day of an instant, which they keep', () => {
    const day = (a: string): ReturnType<typeof made> => made(`{"a":${a}}`, ['day(a)']);
    assert.deepEqual(day('"2026-01-15T23:30:00-02:00"').folders, 'a_day=2026-01-16/');
    assert.deepEqual(day('1768487400').folders, 'a_day=2026-01-15/');
    assert.deepEqual(day('"1492-10-12"').folders, 'a_day=1492-10-12/');
    assert.deepEqual(day('"nonsense"'), {
      ...day('"nonsense"'),
      folders: 'a_day=__HIVE_DEFAULT_PARTITION__/',
      row: '{"a":"nonsense"}',
    });
    const long = `{"a":"${'x'.repeat(2000)}"}`;
    assert.equal(made(long, ['day(a)']).row, long);
    assert.equal(made(long, ['a', 'day(a)']).row?.match(/a__value/gu)?.length, 1);
  });

  test('are rejected where another field has the name of the sibling with the value', () => {
    assert.deepEqual(made('{"a":[1],"a__value":"mine"}', ['a']).rejection, { reason: 'wrong_type', field: 'a' });
    assert.equal(made('{"a":1,"a__value":"mine"}', ['a']).row, '{"a__value":"mine"}');
  });

  test('have the folder of the last of several values of a field, and the earlier ones in the row', () => {
    const { folders, row } = made('{"a":1,"x":2,"\\u0061":3}', ['a']);
    assert.deepEqual([folders, row], ['a=3/', '{"a":1,"x":2}']);
  });
});

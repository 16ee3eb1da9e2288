// What a Parquet footer has and the engine does not: made by changing single bytes of files that the engine wrote.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { int96Parquet, parquet } from '../../../support/parquet.ts';
import { ofType } from '../../../support/models/protocol-schema.ts';
import { discoverHere, readHere, serverWith } from '../../support/source.ts';

const instant = { type: ['null', 'string'], format: 'date-time', airbyte_type: 'timestamp_with_timezone' };

async function schemaAndValue(body: Buffer): Promise<{ readonly schema: unknown; readonly value: unknown }> {
  await using server = await serverWith({ 'lake/t/a.parquet': body });
  const { catalog } = await discoverHere(server);
  const { messages, failures } = await readHere(server);
  assert.deepEqual(failures, []);
  const properties = catalog.streams[0]?.json_schema['properties'] as Readonly<Record<string, unknown>> | undefined;
  return { schema: properties?.['v'], value: ofType(messages, 'RECORD')[0]?.record.data['v'] };
}

/** The thrift field of the logical type, renamed to one that readers skip: the older annotation remains. */
function withoutLogicalType(body: Buffer, encoded: string): Buffer {
  const hex = body.toString('hex');
  assert.equal(hex.split(encoded).length, 2, 'the annotation stands once in the file');
  return Buffer.from(hex.replace(encoded, `f${encoded.slice(1)}`), 'hex');
}

/** A file with another footer. The bytes before it do not move. */
function withFooter(body: Buffer, change: (hex: string) => string): Buffer {
  const start = body.length - 8 - body.readUInt32LE(body.length - 8);
  const footer = Buffer.from(change(body.subarray(start, -8).toString('hex')), 'hex');
  const trailer = Buffer.from(body.subarray(-8));
  trailer.writeUInt32LE(footer.length);
  return Buffer.concat([body.subarray(0, start), footer, trailer]);
}

function replaceOnce(text: string, from: string, to: string): string {
  assert.equal(text.split(from).length, 2, 'it stands once in the footer');
  return text.replace(from, to);
}

const lists = 'SELECT [1, NULL, 3]::INT[] AS v';

test('a list of objects with one member has objects, by the names that older writers give', async () => {
  const body = await parquet(lists, 'COMPRESSION uncompressed');
  // Field 4 (18), "list", and field 5 (15): one child.
  for (const name of ['array', 'v_tuple']) {
    const hex = Buffer.from(`\x18${String.fromCharCode(name.length)}${name}\x15`, 'latin1').toString('hex');
    const made = withFooter(body, (footer) => replaceOnce(footer, '18046c69737415', hex));
    const { schema, value } = await schemaAndValue(made);
    const items = { type: ['null', 'object'], properties: { element: { type: ['null', 'integer'] } } };
    assert.deepEqual(schema, { type: ['null', 'array'], items });
    assert.deepEqual(value, [{ element: 1 }, { element: null }, { element: 3 }]);
  }
});

test('a repeated group without a list around it has objects, also with one member', async () => {
  const body = await parquet(lists, 'COMPRESSION uncompressed');
  // After "v" (18 01 76) and one child (15 02): the mark of a list (15 06) becomes an unknown field.
  const made = withFooter(body, (footer) => replaceOnce(footer, '18017615021506', '1801761502f506'));
  const { value } = await schemaAndValue(made);
  assert.deepEqual(value, { list: [{ element: 1 }, { element: null }, { element: 3 }] });
});

test('INT96 is an instant', async () => {
  const { schema, value } = await schemaAndValue(await int96Parquet());
  assert.deepEqual(schema, instant);
  assert.equal(value, '2026-01-15T14:30:01.500000Z');
});

test('INT96 keeps its nanoseconds, and is null where no timestamp is', async () => {
  const noon = 43_200_000_000_000n;
  const [day, first] = [2_461_056, 1_721_426]; // 2026-01-15; 0001-01-01
  const body = await int96Parquet([
    { nanoseconds: noon, day },
    { nanoseconds: noon + 123_456_789n, day },
    { nanoseconds: noon + 1n, day },
    { nanoseconds: noon + 123_456_000n, day },
    { nanoseconds: 86_399_999_999_999n, day: 2_440_587 },
    { nanoseconds: 0n, day: first },
    { nanoseconds: 999n, day: first - 1 },
    { nanoseconds: 0n, day: 5_373_484 }, // What Spark writes for "no end".
    { nanoseconds: noon, day: 0 },
    { nanoseconds: noon, day: 109_000_001 },
    { nanoseconds: noon, day: 4_294_967_295 },
    { nanoseconds: -1n, day },
  ]);
  await using server = await serverWith({ 'lake/t/a.parquet': body });
  const { messages, failures } = await readHere(server);
  assert.deepEqual(failures, []);
  const records = ofType(messages, 'RECORD').map(({ record }) => record);
  assert.deepEqual(
    records.map(({ data }) => data['v']),
    [
      '2026-01-15T12:00:00Z',
      '2026-01-15T12:00:00.123456789Z',
      '2026-01-15T12:00:00.000000001Z',
      '2026-01-15T12:00:00.123456Z',
      '1969-12-31T23:59:59.999999999Z',
      '0001-01-01T00:00:00Z',
      '0001-12-31T00:00:00.000000999Z BC',
      '9999-12-31T00:00:00Z',
      '4714-11-24T12:00:00Z BC',
      null,
      null,
      null,
    ],
  );
  const changes = records.map(({ meta }) => (meta === undefined ? 0 : 1));
  assert.deepEqual(changes, [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1]);
});

test('a timestamp with the older annotation alone is an instant', async () => {
  const local = await parquet("SELECT TIMESTAMP '2026-01-15 14:30:00' AS v", 'COMPRESSION uncompressed');
  assert.equal((await schemaAndValue(local)).value, '2026-01-15T14:30:00');
  // Field 10 (4c: four after field 6): union TimestampType (8c), not adjusted to UTC (12), unit micros (1c 2c).
  const { schema, value } = await schemaAndValue(withoutLogicalType(local, '4c8c121c2c'));
  assert.deepEqual(schema, instant);
  assert.equal(value, '2026-01-15T14:30:00Z');
});

test('an invalid time of day is null, whatever the file says of its least value', async () => {
  const micros = Buffer.alloc(8);
  micros.writeBigInt64LE(52_200_000_000n);
  const body = await parquet("SELECT TIME '14:30:00' AS v", 'COMPRESSION uncompressed');
  const at = body.indexOf(micros); // The page; the statistics in the footer stay.
  assert.notEqual(at, -1);
  body.writeBigInt64LE(-(2n ** 63n), at);
  assert.equal((await schemaAndValue(body)).value, null);
});

test('an invalid timestamp is null, whatever the file says of its least value', async () => {
  const micros = Buffer.alloc(8);
  micros.writeBigInt64LE(1_768_487_400_000_000n);
  const body = await parquet("SELECT TIMESTAMP '2026-01-15 14:30:00' AS v", 'COMPRESSION uncompressed');
  const at = body.indexOf(micros);
  assert.notEqual(at, -1);
  body.writeBigInt64LE(-(2n ** 63n), at); // What pandas writes for "not a time".
  assert.equal((await schemaAndValue(body)).value, null);
});

test('an instant keeps its nanoseconds', async () => {
  const local = await parquet("SELECT TIMESTAMP_NS '2026-01-15 14:30:00.123456789' AS v", 'COMPRESSION uncompressed');
  const hex = local.toString('hex');
  assert.equal(hex.split('8c121c3c00000000').length, 2, 'the annotation stands once in the file');
  const { schema, value } = await schemaAndValue(
    Buffer.from(hex.replace('8c121c3c00000000', '8c111c3c00000000'), 'hex'),
  );
  assert.deepEqual(schema, instant);
  assert.equal(value, '2026-01-15T14:30:00.123456789Z');
});

test('an invalid time of day in the statistics of a file ends nothing', async () => {
  const micros = Buffer.alloc(8);
  micros.writeBigInt64LE(52_200_000_000n);
  const body = await parquet("SELECT TIME '14:30:00' AS v", 'COMPRESSION uncompressed');
  const at = body.lastIndexOf(micros); // In the footer; the engine that prints it ends the process.
  assert.ok(at > body.length - 8 - body.readUInt32LE(body.length - 8));
  body.writeBigInt64LE(2n ** 62n, at);
  assert.equal((await schemaAndValue(body)).value, '14:30:00');
});

// What a Parquet footer says and the engine does not: made by changing single bytes of files that the engine wrote.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { int96Parquet, parquet } from '../support/parquet.ts';
import { ofType } from '../support/protocol-schema.ts';
import { discoverHere, readHere, serverWith } from './support/source.ts';

const instant = { type: ['null', 'string'], format: 'date-time', airbyte_type: 'timestamp_with_timezone' };

async function schemaAndValue(body: Buffer): Promise<{ readonly schema: unknown; readonly value: unknown }> {
  await using server = await serverWith({ 'lake/t/a.parquet': body });
  const { catalog } = await discoverHere(server);
  const { messages, failures } = await readHere(server);
  assert.deepEqual(failures, []);
  const properties = catalog.streams[0]?.json_schema['properties'] as Readonly<Record<string, unknown>> | undefined;
  return { schema: properties?.['v'], value: ofType(messages, 'RECORD')[0]?.record.data['v'] };
}

/** The thrift field that holds the logical type, renamed to one that readers pass over: the older annotation remains. */
function withoutLogicalType(body: Buffer, encoded: string): Buffer {
  const hex = body.toString('hex');
  assert.equal(hex.split(encoded).length, 2, 'the annotation stands once in the file');
  return Buffer.from(hex.replace(encoded, `f${encoded.slice(1)}`), 'hex');
}

test('INT96 is an instant', async () => {
  const { schema, value } = await schemaAndValue(await int96Parquet());
  assert.deepEqual(schema, instant);
  assert.equal(value, '2026-01-15T14:30:01.500000Z');
});

test('a timestamp with the older annotation alone is an instant', async () => {
  const local = await parquet("SELECT TIMESTAMP '2026-01-15 14:30:00' AS v", 'COMPRESSION uncompressed');
  assert.equal((await schemaAndValue(local)).value, '2026-01-15T14:30:00');
  // Field 10 (4c: four behind field 6): union TimestampType (8c), not adjusted to UTC (12), unit micros (1c 2c).
  const { schema, value } = await schemaAndValue(withoutLogicalType(local, '4c8c121c2c'));
  assert.deepEqual(schema, instant);
  assert.equal(value, '2026-01-15T14:30:00Z');
});

test('a time of day that is none is null, whatever the file says of its least value', async () => {
  const micros = Buffer.alloc(8);
  micros.writeBigInt64LE(52_200_000_000n);
  const body = await parquet("SELECT TIME '14:30:00' AS v", 'COMPRESSION uncompressed');
  const at = body.indexOf(micros); // The page; the statistics in the footer stay.
  assert.notEqual(at, -1);
  body.writeBigInt64LE(-(2n ** 63n), at);
  assert.equal((await schemaAndValue(body)).value, null);
});

test('a timestamp that is none is null, whatever the file says of its least value', async () => {
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

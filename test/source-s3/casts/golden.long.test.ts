// Every text through every format: the same result, in any file or folder.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { literal } from '@s3-connectors/common/columns/sql.ts';

import { parquet } from '../../support/parquet.ts';
import { avroFile, recordOf } from '../support/avro.ts';
import { catalogJson, dataText, readHere, serverWith, type Json } from '../support/source.ts';
import { castTexts } from './texts.ts';

type Golden = {
  readonly schema: Json;
  readonly declared?: string;
  readonly values: Readonly<Record<string, string>>;
};

/** Null in every format, also where other texts that do not fit make their records invalid. */
const notFinite = ['NaN', 'nan', 'Infinity', '-Infinity', 'inf'];

const instants = {
  '2026-01-15': '2026-01-15T00:00:00',
  '2026-01-15T00:00:00Z': '2026-01-15T00:00:00',
  '2026-01-15 00:00': '2026-01-15T00:00:00',
  '2026-01-15T00:00:00+02:00': '2026-01-14T22:00:00',
  '2026-01-15 14:30:00': '2026-01-15T14:30:00',
  '2026-01-15T14:30': '2026-01-15T14:30:00',
  '2026-01-15T14:30:00.5Z': '2026-01-15T14:30:00.500000',
  '2026-01-15T14:30:00.123456789+02': '2026-01-15T12:30:00.123456789',
  '2026-01-15T14:30:00-0330': '2026-01-15T18:00:00',
  '2026-01-15T24:00:00': '2026-01-16T00:00:00',
  '2026-01-15T14:30:00.000Z': '2026-01-15T14:30:00',
  '2026-01-15 00:00:00.000 UTC': '2026-01-15T00:00:00',
  '2026-01-15 00:00:00+00:00': '2026-01-15T00:00:00',
  '2026-01-15 00:00:00 -00': '2026-01-15T00:00:00',
  '2026-01-15 00:00:01': '2026-01-15T00:00:01',
  '2026-01-15 14:30:00 UTC': '2026-01-15T14:30:00',
  '2026-01-15 14:30:00.123456 UTC': '2026-01-15T14:30:00.123456',
  '2026-01-15 14:30:00.123 -0800': '2026-01-15T22:30:00.123000',
  '2026-01-15 14:30:00 +02': '2026-01-15T12:30:00',
  '2026-01-15 14:30:00 +02:00': '2026-01-15T12:30:00',
  '2026-01-15T14:30:00 Z': '2026-01-15T14:30:00',
};

const quoted = (values: Readonly<Record<string, string>>, suffix = ''): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(values).map(([text, value]) => [text, `"${value}${suffix}"`]));

/** The texts that fit each type, and their JSON. All others do not fit. */
const golden: Readonly<Record<string, Golden>> = {
  integer: {
    schema: { type: 'integer' },
    declared: 'integer',
    values: {
      '1': '1',
      '007': '7',
      '+5': '5',
      '-0': '0',
      ' 12 ': '12',
      '\u00a07': '7',
      '20260115': '20260115',
      '12345678901234567890': '12345678901234567890',
      '0': '0',
      '+1': '1',
      '1.0': '1',
      '1.000': '1',
      '-0.0': '0',
      '12345678901234567890.00': '12345678901234567890',
    },
  },
  number: {
    schema: { type: 'number' },
    declared: 'number',
    values: {
      '1': '1',
      '007': '7',
      '+5': '5',
      '-0': '-0',
      ' 12 ': '12',
      '\u00a07': '7',
      '1.0': '1.0',
      '1.50': '1.50',
      '.5': '0.5',
      '1.': '1',
      '1e3': '1e3',
      '20260115': '20260115',
      '12345678901234567890': '12345678901234567890',
      '0': '0',
      '+1': '1',
      '01.5': '1.5',
      '1.000': '1.000',
      '-0.0': '-0.0',
      '1.0000000001': '1.0000000001',
      '12345678901234567890.00': '12345678901234567890.00',
    },
  },
  boolean: {
    schema: { type: 'boolean' },
    declared: 'boolean',
    values: {
      true: 'true',
      TRUE: 'true',
      t: 'true',
      yes: 'true',
      y: 'true',
      '1': 'true',
      F: 'false',
      No: 'false',
      N: 'false',
      '0': 'false',
    },
  },
  date: {
    schema: { type: 'string', format: 'date' },
    declared: 'date',
    values: quoted({
      '2026-01-15': '2026-01-15',
      '2026-01-15T00:00:00Z': '2026-01-15',
      '2026-01-15 00:00': '2026-01-15',
      '2026-01-15 00:00:00.000 UTC': '2026-01-15',
      '2026-01-15 00:00:00+00:00': '2026-01-15',
      '2026-01-15 00:00:00 -00': '2026-01-15',
    }),
  },
  time: {
    schema: { type: 'string', airbyte_type: 'time_without_timezone' },
    values: quoted({
      '14:30:00': '14:30:00',
      '14:30:00.5': '14:30:00.500000',
      '14:30:00.123456789': '14:30:00.123456789',
      '24:00:00': '24:00:00',
    }),
  },
  timestamp: {
    schema: { type: 'string', format: 'date-time' },
    declared: 'timestamp',
    values: quoted(instants, 'Z'),
  },
  'local timestamp': {
    schema: { type: 'string', format: 'date-time', airbyte_type: 'timestamp_without_timezone' },
    values: quoted(instants),
  },
};

type Answers = ReadonlyMap<string, string | undefined>;

/** By text: its JSON. Undefined: its record is missing. */
async function answersOf(extension: string, body: Buffer, { schema }: Golden, config: Json): Promise<Answers> {
  await using server = await serverWith({ [`lake/t/a.${extension}`]: body });
  const catalog = catalogJson({ t: { id: { type: 'integer' }, c: schema } });
  const { lines, failures } = await readHere(server, { config, catalog });
  assert.deepEqual(failures, []);
  const answers = new Map<string, string | undefined>(castTexts.map((text) => [text, undefined]));
  for (const line of lines.filter((one) => one.startsWith('{"type":"RECORD"'))) {
    const [, id, json] = /^\{"id":"?(\d+)"?,"c":(.*)\}$/u.exec(dataText(line)) ?? assert.fail(line);
    assert.equal(json === 'null', line.includes('"changes":[{"field":"c",'), line);
    answers.set(castTexts[Number(id)] ?? '', json);
  }
  return answers;
}

const formats: Readonly<Record<string, (golden: Golden) => Promise<Answers>>> = {
  async Parquet(of) {
    const rows = castTexts.map((text, id) => `(${id}, ${literal(text)})`).join(', ');
    const body = await parquet(`SELECT * FROM (VALUES ${rows}) AS t(id, c)`);
    return answersOf('parquet', body, of, {});
  },
  CSV: (of) => csvAnswers(of, []),
  async 'JSON lines'(of) {
    const body = Buffer.from(castTexts.map((c, id) => `${JSON.stringify({ id, c })}\n`).join(''));
    return answersOf('jsonl', body, of, { data_format: { format: 'jsonl' } });
  },
  async Avro(of) {
    const rows = castTexts.map((c, id) => ({ id, c }));
    const body = avroFile(recordOf({ id: 'int', c: 'string' }), rows);
    return answersOf('avro', body, of, { data_format: { format: 'avro' } });
  },
};

async function csvAnswers(of: Golden, column_types: readonly Json[]): Promise<Answers> {
  const rows = castTexts.map((text, id) => `${id},"${text}"`);
  const data_format = { format: 'csv', null_values: ['no such'], column_types };
  const body = Buffer.from(`id,c\n${rows.join('\n')}\n`);
  return answersOf('csv', body, of, { data_format, invalid_records: 'skip' });
}

/** Places where a text that does not fit makes its record invalid. */
const strictPlaces: Readonly<Record<string, (golden: Golden, declared: string) => Promise<Answers>>> = {
  'a declared CSV column': (of, type) => csvAnswers(of, [{ name: 'c', type }]),
  'a folder’s name': (_, type) => folderAnswers(type),
};

async function folderAnswers(type: string): Promise<Answers> {
  const objects = castTexts.map((text, id) => [`lake/t${id}/c=${encodeURIComponent(text)}/a.jsonl`, '{}\n'] as const);
  await using server = await serverWith(Object.fromEntries(objects));
  const config = {
    data_format: { format: 'jsonl' },
    data_partitioning: { mode: 'partitioned', column_types: [{ name: 'c', type }] },
  };
  const streams = Object.fromEntries(castTexts.map((_, id) => [`t${id}`, { c: {} }]));
  const { lines, failures } = await readHere(server, { config, catalog: catalogJson(streams) });
  for (const { code } of failures) assert.equal(code, 'PARTITION_VALUE_INVALID');
  const answers = new Map<string, string | undefined>(castTexts.map((text) => [text, undefined]));
  for (const line of lines) {
    const [, id] = /^\{"type":"RECORD","record":\{"stream":"t(\d+)"/u.exec(line) ?? [];
    if (id === undefined) continue;
    const json = dataText(line).slice('{"c":'.length, -1);
    assert.equal(json === 'null', line.includes('"changes":[{"field":"c",'), line);
    answers.set(castTexts[Number(id)] ?? '', json);
  }
  return answers;
}

for (const [type, of] of Object.entries(golden)) {
  suite(`a text as ${type}`, () => {
    const expected = castTexts.map((text) => [text, of.values[text]] as const);
    test('is a value of the type for texts that the formats are asked about', () => {
      assert.equal(expected.filter(([, json]) => json !== undefined).length, Object.keys(of.values).length);
    });
    const orNull = new Map(expected.map(([text, json]) => [text, json ?? 'null']));
    for (const [format, answers] of Object.entries(formats)) {
      test(`has one answer in ${format}`, async () => assert.deepEqual(await answers(of), orNull));
    }
    const { declared } = of;
    if (declared === undefined) return;
    const isNull = (text: string): boolean => declared === 'number' && notFinite.includes(text);
    const orMissing = new Map(expected.map(([text, json]) => [text, isNull(text) ? 'null' : json]));
    for (const [place, answers] of Object.entries(strictPlaces)) {
      test(`has one answer in ${place}`, async () => assert.deepEqual(await answers(of, declared), orMissing));
    }
  });
}

import assert from 'node:assert/strict';
import { beforeEach, suite, test } from 'node:test';
import * as fc from 'fast-check';
import type { S3TestServer } from '../../../tools/s3-server/types.ts';
import { catalogJson, recordLine, type Json } from '../../support/destination-input.ts';
import { queryParquet, runWrite } from '../support/batch.ts';
import { emptyServer } from '../../support/empty-server.ts';

const text: Json = { type: ['null', 'string'] };
const properties: Json = {
  time: { ...text, format: 'date-time' },
  local: { ...text, format: 'date-time', airbyte_type: 'timestamp_without_timezone' },
  birthday: { ...text, format: 'date' },
  clock: { ...text, airbyte_type: 'time_without_timezone' },
  big: { type: 'integer' },
  real: { type: 'number' },
  flag: { type: 'boolean' },
  name: text,
  list: {
    type: 'array',
    items: { type: 'object', properties: { n: { type: 'integer' }, tags: { type: 'array', items: text } } },
  },
};

suite('Parquet', () => {
  const running = emptyServer();
  let server: S3TestServer;
  beforeEach(() => (server = running()));

  test('has the types and encodings that BigQuery exports, all of them optional', async () => {
    const row = '{"time":"2026-01-15T00:00:00Z","list":[{"n":1,"tags":["a"]}]}';
    await runWrite(server, [recordLine('visits', row)], { catalog: catalogJson({ name: 'visits', properties }) });
    const tree = await queryParquet(
      server,
      'data/',
      `SELECT name, type, repetition_type AS repetition, converted_type AS converted, coalesce(logical_type, '') AS logical FROM parquet_schema(GLOB)`,
    );
    const lines = tree.map(({ name, type, repetition, converted, logical }) =>
      [name, type, repetition, converted, /=(\d)/u.exec(logical as string)?.[1]].join(' '),
    );
    // The last word: whether a time is adjusted to UTC.
    assert.deepEqual(lines.slice(1), [
      'time INT64 OPTIONAL TIMESTAMP_MICROS 1',
      'local INT64 OPTIONAL TIMESTAMP_MICROS 0',
      'birthday INT32 OPTIONAL DATE ',
      'clock BYTE_ARRAY OPTIONAL UTF8 ',
      'big INT64 OPTIONAL INT_64 ',
      'real DOUBLE OPTIONAL  ',
      'flag BOOLEAN OPTIONAL  ',
      'name BYTE_ARRAY OPTIONAL UTF8 ',
      'list  OPTIONAL LIST ',
      'list  REPEATED  ',
      'element  OPTIONAL  ',
      'n INT64 OPTIONAL INT_64 ',
      'tags  OPTIONAL LIST ',
      'list  REPEATED  ',
      'element BYTE_ARRAY OPTIONAL UTF8 ',
    ]);
    const columns = await queryParquet(server, 'data/', 'SELECT DISTINCT compression FROM parquet_metadata(GLOB)');
    assert.deepEqual(columns, [{ compression: 'SNAPPY' }]);
    const statistics = await queryParquet(
      server,
      'data/',
      "SELECT stats_min_value AS least FROM parquet_metadata(GLOB) WHERE path_in_schema = 'time'",
    );
    assert.match(String(statistics[0]?.['least']), /2026-01-15/u);
  });

  for (const { time_as, type } of [
    { time_as: 'text', type: 'BYTE_ARRAY UTF8' },
    { time_as: 'time_micros', type: 'INT64 TIME_MICROS' },
  ]) {
    test(`stores times of day as ${type} with time_as: ${time_as}, in lists and objects too`, async () => {
      const deep = {
        clock: properties['clock'],
        clocks: { type: 'array', items: properties['clock'] },
        o: { type: 'object', properties: { clock: properties['clock'] } },
      } as Json;
      const row = '{"clock":"14:30:00","clocks":["14:30:00.5",null],"o":{"clock":"23:59:59"}}';
      await runWrite(server, [recordLine('visits', row)], {
        catalog: catalogJson({ name: 'visits', properties: deep }),
        config: { time_as },
      });
      const leaves = await queryParquet(
        server,
        'data/',
        "SELECT type || ' ' || converted_type AS type FROM parquet_schema(GLOB) WHERE type IS NOT NULL AND name IN ('clock', 'element')",
      );
      assert.deepEqual(leaves, [{ type }, { type }, { type }]);
      const sql = 'SELECT clock::VARCHAR AS clock, clocks[1]::VARCHAR AS item, o.clock::VARCHAR AS member FROM files';
      assert.deepEqual(await queryParquet(server, 'data/', sql), [
        { clock: '14:30:00', item: '14:30:00.5', member: '23:59:59' },
      ]);
    });
  }

  test('keeps a text that is not a time of day in the column of text', async () => {
    const sent = ['"14:30:00.123456789"', '"14:30+02:00"', '"half past two"'];
    const { error, said } = await runWrite(
      server,
      sent.map((clock) => recordLine('visits', `{"clock":${clock}}`)),
      { catalog: catalogJson({ name: 'visits', properties }) },
    );
    assert.equal(error, undefined);
    const rows = await queryParquet(server, 'data/', 'SELECT clock FROM files');
    assert.deepEqual(rows.map(({ clock }) => JSON.stringify(clock)).sort(), sent.sort());
    assert.equal(said.filter(([level]) => level === 'WARN').length, 0, JSON.stringify(said));
  });

  test('keeps the type TIME of a table that has it, and warns that Spark refuses its files', async () => {
    const row = recordLine('visits', '{"clock":"14:30:00","o":{"clocks":["14:30:00"]}}');
    const deep = {
      clock: properties['clock'],
      o: { type: 'object', properties: { clocks: { type: 'array', items: properties['clock'] } } },
    } as Json;
    const catalog = catalogJson({ name: 'visits', properties: deep });
    const earlier = await runWrite(server, [row], { catalog, config: { time_as: 'time_micros' } });
    assert.equal(earlier.said.filter(([level]) => level === 'WARN').length, 0);
    const { said } = await runWrite(server, [row], { catalog });
    const types = await queryParquet(
      server,
      'data/',
      "SELECT DISTINCT converted_type AS type FROM parquet_schema(GLOB) WHERE name = 'clock'",
    );
    assert.deepEqual(types, [{ type: 'TIME_MICROS' }]);
    assert.match(
      said
        .filter(([level]) => level === 'WARN')
        .map(([, message]) => message)
        .join(),
      /^The table "visits" keeps the Parquet type TIME for clock, o\.clocks, .*Spark.*"types"/u,
    );
  });

  test('says in each footer that its dates are of the calendar of today, as Spark asks for old ones', async () => {
    const row = recordLine('visits', '{"time":"1600-01-01T00:00:00Z","birthday":"1500-01-01"}');
    await runWrite(server, [row], { catalog: catalogJson({ name: 'visits', properties }) });
    const keys = await queryParquet(
      server,
      'data/',
      'SELECT decode(key) AS key, decode(value) AS value FROM parquet_kv_metadata(GLOB)',
    );
    assert.deepEqual(keys, [{ key: 'org.apache.spark.version', value: '3.0.0' }]);
  });

  test('holds every value as it was received', async () => {
    const row =
      '{"time":"2026-01-15T14:30:00.123456Z","local":"1969-12-31T23:59:59.999999","birthday":"0001-01-01","clock":"23:59:59.5","big":-9223372036854775808,"real":1.7976931348623157e308,"flag":false,"name":"a\\u0000b","list":[]}';
    const other =
      '{"big":9007199254740993,"real":0.1,"name":"\\ud83d\\ude00 ü “\\"\\\\\\n”","list":[{"n":1,"tags":[]},null,{"tags":["x",null]}]}';
    const { error } = await runWrite(
      server,
      [recordLine('visits', row.replace('\\u0000', '')), recordLine('visits', other)],
      {
        catalog: catalogJson({ name: 'visits', properties }),
      },
    );
    assert.equal(error, undefined);
    const sql = `SELECT big::VARCHAR AS big, real, name, epoch_us(time) AS us, local::VARCHAR AS local, birthday::VARCHAR AS birthday,
      clock::VARCHAR AS clock, flag, to_json(list)::VARCHAR AS list FROM files ORDER BY big`;
    assert.deepEqual(await queryParquet(server, 'data/', sql), [
      {
        big: '-9223372036854775808',
        real: 1.7976931348623157e308,
        name: 'ab',
        us: '1768487400123456',
        local: '1969-12-31 23:59:59.999999',
        birthday: '0001-01-01',
        clock: '23:59:59.5',
        flag: false,
        list: '[]',
      },
      {
        big: '9007199254740993',
        real: 0.1,
        name: '😀 ü “"\\\n”',
        us: null,
        local: null,
        birthday: null,
        clock: null,
        flag: null,
        list: '[{"n":1,"tags":[]},null,{"n":null,"tags":["x",null]}]',
      },
    ]);
  });

  test('takes rows of whatever shape', async () => {
    const name = fc.constantFrom('a', 'A', 'b', 'list', '', 'ü', 'a"b', "it's", 'a__json', 'ſ', 'İ', 'i̇');
    const rows = fc.array(fc.dictionary(name, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 5 }), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(rows, async (json) => {
        for (const { key } of server.objects('publisher-data')) server.remove('publisher-data', key);
        const lines = json.map((row) => recordLine('visits', row as Json));
        const { error } = await runWrite(server, lines, { catalog: catalogJson('visits') });
        assert.equal(error, undefined);
        const [counted] = await queryParquet(server, 'data/', 'SELECT count(*)::INTEGER AS n FROM files');
        assert.deepEqual(counted, { n: json.length });
      }),
      { numRuns: 60, seed: 14, endOnFailure: true },
    );
  });

  test('takes a row of many megabytes among small ones, and cuts large files', async () => {
    const large = `{"id":1,"x":"${'x'.repeat(30 * 1024 * 1024)}"}`;
    await runWrite(
      server,
      [recordLine('visits', { id: 0 }), recordLine('visits', large), recordLine('visits', { id: 2 })],
      {
        catalog: catalogJson('visits'),
        config: { max_file_mb: 1 },
      },
    );
    const rows = await queryParquet(server, 'data/', 'SELECT id, length(x)::INTEGER AS n FROM files ORDER BY id');
    assert.deepEqual(rows, [
      { id: '0', n: null },
      { id: '1', n: 30 * 1024 * 1024 },
      { id: '2', n: null },
    ]);
  });
});

// Records that repeat a top-level field, in streams whose rows are made from some of their members. The last value counts, and `__json`
// has the others.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';

import { parseJson } from '@s3-connectors/common/json/parse-json.ts';

import { catalogJson, recordLine, type Json } from '../support/destination-input.ts';
import { emptyServer } from '../support/empty-server.ts';
import { jsonRows, runWrite } from './support/batch.ts';
import { publishedStream } from './support/published.ts';

type Member = readonly [name: string, text: string];
type Row = Readonly<Record<string, unknown>>;

const required: readonly Member[] = [
  ['time', '"1768487400123"'],
  ['user_id', '"u"'],
  ['organization_id', '"o"'],
  ['project_id', '"w"'],
];

const numbers = fc.constantFrom('1', '1e400', '12345678901234567', '{"b":1,"b":2}', '[1,{"c":1e999}]', '{}');
const texts = fc.constantFrom('"x"', '"y\\u0000"', '"Pageview"');
/** Fields with a column, and what a record may have in them. */
const eventFields = fc.oneof(
  fc.tuple(fc.constantFrom('session_id', 'view_id', 'event_name', 'event_\\u006eame'), texts),
  fc.tuple(fc.constant('properties'), fc.constantFrom('{"a":1}', '{"a":1e400}', '{"b":1,"b":2}', '{}')),
  fc.tuple(fc.constant('cohorts'), fc.constantFrom('["a"]', '["b"]', '[]')),
);
const anyFields = fc.oneof(
  fc.tuple(fc.constantFrom('country', 'c\\u006funtry', 'name'), texts),
  fc.tuple(fc.constant('value'), numbers),
);

function objectText(members: readonly Member[]): string {
  return `{${members.map(([name, text]) => `"${name}":${text}`).join(',')}}`;
}

/** The texts of the earlier members, by name; not those without content. */
function earlierOf(members: readonly Member[]): readonly Member[] {
  const named = members.map(([name, text]): Member => [String(parseJson(`"${name}"`)), text]);
  const isEmpty = (text: string): boolean => /^[{}[\]]+$/u.test(text);
  return named.filter(([name, text], at) => {
    return !isEmpty(text) && named.slice(at + 1).some(([later]) => later === name);
  });
}

function textOf(row: Row): string {
  const text = row['__json'] ?? '{}';
  assert.ok(typeof text === 'string');
  return text;
}

suite('A record that repeats a field', () => {
  const running = emptyServer();

  async function stored(
    catalog: Json,
    rows: readonly string[],
    stream: string,
    more: Json = {},
  ): Promise<readonly Row[]> {
    const lines = rows.map((row) => recordLine(stream, row));
    const ran = await runWrite(running(), lines, { catalog, config: { output_format: 'json', ...more } });
    assert.deepEqual([ran.error, ran.failures], [undefined, []]);
    assert.doesNotMatch(ran.said.map(([, text]) => text).join('\n'), /no columns for these fields[^\n]*__json/u);
    return jsonRows(running(), 'data/').map((row) => parseJson(row) as Row);
  }

  /** Each earlier value is in `__json`, under its name or `<name>__json`, and no `__json` has another one inside. */
  function assertKept(rows: readonly Row[], records: readonly (readonly Member[])[], id: string): void {
    assert.equal(rows.length, records.length);
    for (const row of rows) {
      const members = records[Number(row[id])] ?? [];
      const rest = textOf(row).replaceAll('\\u006f', 'o').replaceAll('\\u006e', 'n');
      for (const [name, text] of earlierOf(members)) {
        const found = [name, `${name}__json`].some((key) => rest.includes(`${JSON.stringify(key)}:${text}`));
        assert.ok(found, `${JSON.stringify(row)} of ${objectText(members)}`);
      }
      const properties = (row['properties'] ?? {}) as Row;
      for (const text of [rest, textOf(properties)]) {
        assert.equal(Object.hasOwn(parseJson(text) as Row, '__json'), false, JSON.stringify(row));
      }
    }
  }

  test('keeps all values in the tables of split events (500 generated records)', async () => {
    const records = fc
      .sample(fc.array(eventFields, { maxLength: 8 }), { seed: 7, numRuns: 500 })
      .map((fields, id): readonly Member[] => [
        ...required,
        ['event_name', '"Pageview"'],
        ...fields,
        ['event_id', `"${id}"`],
      ]);
    const rows = await stored(catalogJson(publishedStream('events')), records.map(objectText), 'events');
    assertKept(rows, records, 'event_id');
  });

  test('keeps all values in a table with partitions, and has the last one in its folder (500 generated records)', async () => {
    const records = fc
      .sample(fc.array(anyFields, { maxLength: 8 }), { seed: 7, numRuns: 500 })
      .map((fields, id): readonly Member[] => [['id', String(id)], ...fields]);
    const streams = [{ stream: 'visits', partition_by: ['country'] }];
    const rows = await stored(catalogJson('visits'), records.map(objectText), 'visits', { streams });
    assertKept(rows, records, 'id');
  });

  test('keeps all values in a table with the columns of Airbyte (500 generated records)', async () => {
    const records = fc
      .sample(fc.array(anyFields, { maxLength: 8 }), { seed: 7, numRuns: 500 })
      .map((fields, id): readonly Member[] => [['id', String(id)], ...fields]);
    const rows = await stored(catalogJson('visits'), records.map(objectText), 'visits', { airbyte_metadata: true });
    assertKept(rows, records, 'id');
  });

  test('is stored in the same way if the name of the stream comes after the data', async () => {
    const catalog = catalogJson('visits', publishedStream('events'));
    const visit = '{"id":1,"id":2,"price":1e400}';
    const event = objectText([
      ...required,
      ['event_id', '"e"'],
      ['event_name', '"Pageview"'],
      ['properties', '{"price":2}'],
      ['properties', '{"price":1e400}'],
    ]);
    const lines = Object.entries({ visits: visit, events: event }).map(([stream, data]) => {
      return `{"record":{"data":${data},"emitted_at":1700000000000,"stream":"${stream}"},"type":"RECORD"}\n`;
    });
    const ran = await runWrite(running(), lines, { catalog, config: { output_format: 'json' } });
    assert.deepEqual([ran.error, ran.failures], [undefined, []]);
    const [pageview, row] = jsonRows(running(), 'data/').map((text) => parseJson(text) as Row);
    assert.deepEqual(row, { id: 2, price__json: '1e400', __json: '{"id":1}' });
    assert.deepEqual(pageview?.['properties'], { price__json: '1e400' });
    assert.equal(pageview?.['__json'], '{"properties":{"price":2}}');
  });

  test('keeps the earlier aliases of a user with each alias', async () => {
    const aliases = (id: string): string => `[{"id":"${id}","tag":"t"}]`;
    const record = objectText([...required, ['aliases', aliases('a')], ['aliases', aliases('b')], ['user_id', '"v"']]);
    const [row] = await stored(catalogJson(publishedStream('sync_aliases')), [record], 'sync_aliases');
    assert.deepEqual([row?.['id'], row?.['permutive_id']], ['b', 'v']);
    assert.deepEqual(parseJson(textOf(row ?? {})), {
      aliases__json: [{ id: 'a', tag: 't' }],
      permutive_id: 'u',
    });
  });
});

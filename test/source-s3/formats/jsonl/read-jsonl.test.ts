// JSON lines through discover and read: the exact bytes of every value, and what is wrong with an invalid line.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';

import { parseJson } from '@s3-connectors/common/json/parse-json.ts';

import { array, assert as check, asyncProperty, dictionary, string } from 'fast-check';

import { ofType } from '../../../support/models/protocol-schema.ts';
import {
  bucket,
  catalogJson,
  dataText,
  discoverHere,
  readHere,
  serverWith,
  timeOf,
  type Json,
} from '../../support/source.ts';
import { idsOf, textRows } from '../../support/text.ts';

const text = '{"id":7,"name":"Zoë"}\n{"id":8,"name":null}\n';
const rows = [
  { id: 7, name: 'Zoë' },
  { id: 8, name: null },
];

function jsonl(more: Json = {}): Json {
  return { data_format: { format: 'jsonl' }, ...more };
}

const rowsOf = (objects: Parameters<typeof textRows>[0], config = jsonl()): ReturnType<typeof textRows> =>
  textRows(objects, config);

/** The data of the printed records, without what is added to each row. */
async function dataOf(body: string | Uint8Array): Promise<readonly string[]> {
  const { lines, failures } = await rowsOf({ 'lake/t/a.jsonl': body });
  assert.deepEqual(failures, []);
  return lines.map((line) => dataText(line).replace(/,?"_ab_source_file_url".*$/u, '}'));
}

suite('a file of JSON lines', () => {
  const forms: readonly (readonly [name: string, body: string | Uint8Array])[] = [
    ['of plain text', text],
    ['without a newline at its end', text.trimEnd()],
    ['with a byte order mark', `\uFEFF${text}`],
    ['with CRLF', text.replaceAll('\n', '\r\n')],
    ['with blank lines', `\n \r\n${text.replaceAll('\n', '\n\n\t\n')}`],
    ['that is gzipped', gzipSync(text)],
    ['of several gzip members', Buffer.concat([gzipSync(text.slice(0, 12)), gzipSync(text.slice(12))])],
    ['compressed with zstd', zstdCompressSync(text)],
    ['in UTF-16 with a mark', Buffer.from(`\uFEFF${text}`, 'utf16le')],
  ];
  for (const [name, body] of forms) {
    test(`${name} is read`, async () => {
      assert.deepEqual(await rowsOf({ 'lake/t/a.jsonl': body }).then(({ rows: found }) => found), rows);
    });
  }

  test('is recognised by its extension, with or without compression', async () => {
    const objects = {
      'lake/t/a.jsonl': text,
      'lake/t/b.NDJSON.gz': gzipSync(text),
      'lake/t/c.json.zst': zstdCompressSync(text),
      'lake/t/d': text,
      'lake/t/e.csv': 'x',
    };
    assert.equal((await rowsOf(objects)).rows.length, 8);
  });

  test('keeps the digits, the escapes and the white space of every value', async () => {
    const values = [
      '{"a":12345678901234567890,"b":1.10,"c":-0,"d":1E+2}',
      '{ "e" : "\\u00e9\\/\\ud83d\\ude00" , "f":[{"x": 1e-3} ,{}],"g":{},"h":""}',
      '{}',
      '{"i":false}',
    ];
    assert.deepEqual(await dataOf(values.join('\n')), [
      values[0],
      '{"e" : "\\u00e9\\/\\ud83d\\ude00" , "f":[{"x": 1e-3} ,{}],"g":{},"h":""}',
      '{}',
      '{"i":false}',
    ]);
  });

  test('gives the last of members with one name, as parseJson does, in whatever way the name is written', async () => {
    assert.deepEqual(await dataOf('{"a":1,"b":2,"\\u0061":3,"a":4}\n{"a":5,"b":6}\n'), [
      '{"b":2,"a":4}',
      '{"a":5,"b":6}',
    ]);
  });

  test('comes out as parseJson has it, whatever its names and texts', async () => {
    const row = dictionary(string({ maxLength: 4 }), string(), { maxKeys: 6 });
    await check(
      asyncProperty(array(row, { minLength: 1, maxLength: 8 }), async (written) => {
        const body = written.map((one) => JSON.stringify(one)).join('\n');
        const found = (await dataOf(body)).map((data) => parseJson(data));
        assert.deepEqual(
          found,
          body.split('\n').map((line) => parseJson(line)),
        );
      }),
      { numRuns: 40, seed: 14, endOnFailure: true },
    );
  });

  test('has the columns of its folders and its own name behind its members, and the folder’s value wins', async () => {
    const objects = {
      'lake/t/day=01/a.jsonl': '{"id":1,"Day":"01"}\n{}\n',
      'lake/t/day=02/b.jsonl': '{"id":2,"Day":3}\n',
    };
    const { rows: found, lines, said } = await rowsOf(objects);
    assert.deepEqual(found, [{ id: 1, Day: '01' }, { Day: '01' }, { id: 2, Day: '02' }]);
    assert.match(
      dataText(lines[1] ?? ''),
      /^\{"Day":"01","_ab_source_file_url":"s3:\/\/customer-data\/lake\/t\/day=01/u,
    );
    assert.match(said.join(), /"Day" differs in 1 of 2 rows, first in "lake\/t\/day=02\/b\.jsonl"/u);
  });

  test('has null for a column of folders that neither its folders nor the line tell', async () => {
    const objects = { 'lake/t/day=01/a.jsonl': '{"id":1}\n', 'lake/t/b.jsonl': '{"id":2}\n{}\n{"day":"7","id":3}\n' };
    const { rows: found } = await rowsOf(objects);
    assert.deepEqual(found, [{ id: 1, day: '01' }, { id: 2, day: null }, { day: null }, { day: '7', id: 3 }]);
  });

  test('gives its own value for such a column when that is configured', async () => {
    const partitioning = { mode: 'partitioned', on_conflict: 'file' };
    const objects = { 'lake/t/day=01/a.jsonl': '{"day":9}\n', 'lake/t/day=02/b.jsonl': '{"id":2}\n' };
    const { rows: found } = await rowsOf(objects, jsonl({ data_partitioning: partitioning }));
    assert.deepEqual(found, [{ day: 9 }, { id: 2, day: '02' }]);
  });

  test('gives only the members that the catalog declares, and says that there are others', async () => {
    await using server = await serverWith({ 'lake/t/a.jsonl': '{"x":1,"a":2,"y":3,"b":4}\n{"x":5}\n{"b":6,"a":7}\n' });
    const catalog = catalogJson({ t: { a: { type: 'integer' }, b: { type: 'integer' } } });
    const { messages, said } = await readHere(server, { config: jsonl(), catalog });
    assert.deepEqual(
      ofType(messages, 'RECORD').map(({ record }) => record.data),
      [{ a: 2, b: 4 }, { a: null }, { b: 6, a: 7 }], // A platform drops records without data.
    );
    assert.equal(
      said.filter((line) => line.includes('does not declare are omitted: "x" (first in "lake/t/a.jsonl").')).length,
      1,
    );
  });

  test('may have lines of tens of megabytes, and none above 64 MiB', async () => {
    const long = 'x'.repeat(30 * 1024 * 1024);
    const body = gzipSync(`{"a":"${long}"}\n{"a":"${long}é"}\n{"a":1}`, { level: 1 });
    const { rows: found } = await rowsOf({ 'lake/t/a.jsonl': body });
    assert.deepEqual(
      found.map(({ a }) => (typeof a === 'string' ? a.length : a)),
      [long.length, long.length + 1, 1],
    );
    const endless = gzipSync(`{"a":1}\n{"a":"${'x'.repeat(65 * 1024 * 1024)}`, { level: 1 });
    const { failures } = await rowsOf({ 'lake/t/a.jsonl': '{"a":0}', 'lake/t/b.jsonl': endless });
    assert.match(failures[0] ?? '', /"lake\/t\/b\.jsonl" cannot be read: the line at byte 8 .* longer than 64 MiB/u);
  });
});

suite('a line that is no JSON object', () => {
  const bad: readonly (readonly [name: string, line: string | Uint8Array, reason: RegExp])[] = [
    ['a number', '7', /is not a JSON object/u],
    ['a string', '"{}"', /is not a JSON object/u],
    ['an array', '[{"id":1}]', /is a JSON array/u],
    ['two objects', '{"id":1}{"id":2}', /is not a JSON object/u],
    ['with NaN', '{"id":NaN}', /is not a JSON object/u],
    ['with Infinity', '{"id":-Infinity}', /is not a JSON object/u],
    ['with a trailing comma', '{"id":1,}', /is not a JSON object/u],
    ['with a trailing comma in an array', '{"id":[1,]}', /is not a JSON object/u],
    ['with single quotes', "{'id':1}", /is not a JSON object/u],
    ['with a comment', '{"id":1} // one', /is not a JSON object/u],
    ['with a leading zero', '{"id":01}', /is not a JSON object/u],
    ['with a raw tab in a string', '{"id":"\t"}', /is not a JSON object/u],
    ['that is cut', '{"id":1,"name":"Zo', /is not a JSON object/u],
    ['that is not UTF-8', Buffer.from('{"id":1,"name":"Zo\xEB"}', 'latin1'), /is not UTF-8/u],
    ['with half a surrogate pair', '{"id":1,"name":"\\\\\\ud83d?"}', /half of a surrogate pair/u],
    ['with the second half of one', '{"id":1,"\\uDE00":0}', /half of a surrogate pair/u],
  ];
  for (const [name, line, reason] of bad) {
    const [first, second] = text.split('\n');
    const body = Buffer.concat([Buffer.from(`${first}\n`), Buffer.from(line), Buffer.from(`\n${second}\n`)]);
    test(`(${name}) fails the stream after the lines before it, with place and reason`, async () => {
      const { rows: found, failures } = await rowsOf({ 'lake/t/a.jsonl': body });
      assert.deepEqual(found, rows.slice(0, 1));
      assert.match(failures[0] ?? '', /FILE_UNREADABLE "lake\/t\/a\.jsonl": the record at byte 23 of the text/u);
      assert.match(failures[0] ?? '', reason);
    });

    test(`(${name}) is skipped and named when that is configured`, async () => {
      const result = await rowsOf({ 'lake/t/a.jsonl': body }, jsonl({ invalid_records: 'skip' }));
      assert.deepEqual(result.failures, []);
      assert.deepEqual(result.rows, rows);
      assert.match(result.said.join('\n'), reason);
    });
  }

  test('says nothing of the values', async () => {
    const { failures, said } = await rowsOf({ 'lake/t/a.jsonl': `${text}{"id":"canary"` });
    assert.ok(!`${failures.join('')}${said.join('')}`.includes('canary'));
  });
});

suite('a file that is not JSON lines', () => {
  const bodies: Readonly<Record<string, string | Uint8Array>> = {
    'pretty-printed numbers': JSON.stringify([1, 2], undefined, 2),
    'an array of arrays': '[[1,2],[3,4]]',
    CSV: 'id,name\n1,Zoë\n',
    binary: Buffer.from(Array.from({ length: 4000 }, (_, index) => (index * 7919) % 251)),
  };
  for (const [name, body] of Object.entries(bodies)) {
    test(`(${name}) is omitted from the catalog, and fails its stream alone when it is read`, async () => {
      await using server = await serverWith({ 'lake/t/a.json': body, 'lake/u/a.json': text });
      const config = jsonl();
      const { said } = await discoverHere(server, config);
      assert.match(said.join('\n'), /WARN lake\.t is omitted .*none of its first lines, from byte 0 on, is a JSON/u);
      const catalog = catalogJson({ t: { id: { type: 'integer' } }, u: { id: { type: 'integer' } } });
      const { messages, failures } = await readHere(server, { config, catalog });
      assert.equal(ofType(messages, 'RECORD').length, 2);
      assert.deepEqual(
        failures.map(({ code, stream }) => [code, stream?.name]),
        [['FILE_UNREADABLE', 't']],
      );
    });
  }
});

suite('a run over JSON lines', () => {
  const count = 40_000;
  const body = Array.from({ length: count }, (_, id) => {
    return `{"id":${id},"text":"${'é value '.repeat(40)}"}\r\n${id % 9000 === 8999 ? 'torn\n' : ''}`;
  }).join('');
  const catalog = catalogJson({ t: { id: { type: 'integer' }, text: { type: 'string' } } });
  const config = jsonl({ invalid_records: 'skip' });

  for (const [name, stored] of [
    ['plain', body],
    ['gzipped', gzipSync(body, { level: 1 })],
  ] as const) {
    test(`that are ${name} resumes from every state it printed`, { timeout: 60_000 }, async () => {
      await using server = await serverWith({ 'lake/t/b.jsonl': stored, 'lake/t/c.jsonl': '{"id":90000}\n' });
      const whole = await readHere(server, { catalog, config });
      assert.deepEqual(whole.failures, []);
      assert.deepEqual(idsOf(whole.messages), [...Array.from({ length: count }, (_, id) => id), 90_000]);
      const states = ofType(whole.messages, 'STATE');
      assert.ok(states.length >= 3 && states.length < 12, `${states.length} states`);
      for (const message of states) {
        const rest = await readHere(server, { catalog, config, state: [message.state] });
        assert.deepEqual(rest.failures, []);
        assert.deepEqual(idsOf(rest.messages), idsOf(whole.messages.slice(whole.messages.indexOf(message))));
      }
      server.seed(bucket, 'lake/t/d.jsonl', '{"id":90001}\n', { lastModified: timeOf(9) });
      const last = states.at(-1);
      const next = await readHere(server, { catalog, config, state: [last?.state] });
      assert.deepEqual(idsOf(next.messages), [90_001]);
    });
  }
});

// Any input of a source is stored byte for byte if readers accept it, or set aside with its reason, in the right place.
import assert from 'node:assert/strict';
import { beforeEach, suite, test } from 'node:test';
import { readableRow } from '@s3-connectors/common/records/readable-row.ts';
import * as fc from 'fast-check';
import type { S3TestServer } from '../../tools/s3-server/types.ts';
import { examples, publishedStream } from './support/published.ts';
import { emptyServer } from '../support/empty-server.ts';
import { catalogJson, recordLine, stateLine } from '../support/destination-input.ts';
import { withoutHalves } from '../support/models/without-halves.ts';
import { noise, runWrite, storedFiles, storedRows } from './support/streaming.ts';

const at = Date.UTC(2026, 0, 15, 14, 30);
const folder = 'permutive/type=pages/';
const catalog = catalogJson('pages');

function record(row: string): string {
  return recordLine('pages', row, at);
}

/** As stored: the same bytes except for halves of surrogate pairs and for values that go into `__json`. */
function storedOf(row: string): string {
  const bytes = Buffer.from(`${withoutHalves(row)}\n`);
  const readable = readableRow(bytes, { start: 0, end: bytes.length, value: bytes.indexOf('{') }, () => undefined);
  return (readable ?? bytes).toString().slice(0, -1);
}

/** Each is one JSON object. */
const rows = [
  '{}',
  '{ "a" : [ ] , "b":{ }\t}',
  '{"a":null,"b":true,"c":false}',
  '{"n":[0,-0,1e400,-1E-400,1.10,12345678901234567890,0.1e+1]}',
  '{"a":1,"a":"twice","a":{"a":1}}',
  '{"\\u0061":"\\ud800","b":"\\udc00\\ud800","c":"\\u0000\\u2028\\/"}',
  '{"é":"\u2028\u2029\u0085\ufeff🎉","":"","__proto__":{"constructor":1}}',
  '{"record":{"data":{}},"type":"STATE","stream":"other","emitted_at":5}',
  `{"deep":${'['.repeat(10_000)}${']'.repeat(10_000)}}`,
  `{"wide":[${Array.from({ length: 10_000 }, (_, index) => index).join(',')}]}`,
];

suite('input that nobody expects', () => {
  const running = emptyServer();
  let server: S3TestServer;
  beforeEach(() => (server = running()));

  async function written(input: Iterable<string | Uint8Array>, more: object = {}) {
    const result = await runWrite(server, input, { catalog, ...more });
    assert.equal(result.error, undefined);
    return result;
  }

  test('is stored byte for byte but for halves of surrogate pairs: odd values, byte order mark, CRLF, empty lines, no newline at the end', async () => {
    const lines = rows.map((row) => record(row).trimEnd());
    const text = `\ufeff${lines.slice(0, 4).join('\r\n')}\r\n\n \t\r\n${lines.slice(4).join('\n')}`;
    await written([text]);
    const [held, ...more] = storedFiles(server, folder).values();
    assert.deepEqual([held, more], [rows.map(storedOf), []]);
  });

  test('is stored byte for byte, whatever JSON it is and wherever the input is cut', async () => {
    const space = fc.constantFrom('', ' ', '\t', '\r', ' \r ');
    const row = fc
      .array(fc.tuple(fc.string({ unit: 'binary' }), fc.json({ maxDepth: 4 }), space), { maxLength: 6 })
      .map((members) => members.map(([key, value, gap]) => `${gap}${JSON.stringify(key)}${gap}:${gap}${value}`))
      .map((members) => `{${members.join(',')}}`);
    const cuts = fc.array(fc.nat(), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 20 }), cuts, async (many, places) => {
        for (const { key } of server.objects('publisher-data')) server.remove('publisher-data', key);
        const bytes = Buffer.from(many.map((one, n) => recordLine('pages', one, at + n)).join(''));
        const ends = [...places.map((place) => place % bytes.length), bytes.length].toSorted((a, b) => a - b);
        await written(ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end)));
        assert.deepEqual(storedRows(server, folder), many.map(storedOf).toSorted());
      }),
      { numRuns: 25, seed: 14, endOnFailure: true },
    );
  });

  test('is stored in a memory that is smaller than some of its rows', async () => {
    const large = Array.from({ length: 4 }, (_, n) => `{"x":"${noise(n).repeat(700_000)}"}`); // 21 MB each.
    const input = large.flatMap((row) => [record(row), record('{}')]);
    await written(input, { config: { max_memory_mb: 32, gzip_level: 1 } });
    const stored = storedRows(server, folder);
    assert.equal(stored.length, 8);
    assert.ok(large.every((row) => stored.includes(row)));
  });

  const emitted = '2026-01-15T14';
  const times = [
    ['"1768494600000"', '2026-01-15T16'],
    ['1768494600000', '2026-01-15T16'],
    ['1768494600', '2026-01-15T16'],
    ['"2026-01-15T16:30:00+00:00"', '2026-01-15T16'],
    ['"2026-01-15T23:30:00-02:00"', '2026-01-16T01'],
    ['1768487400000,"time":1768494600000', '2026-01-15T16'],
    ['1768494600000,"time":null', emitted],
    ['null,"\\u0074ime":1768494600000', '2026-01-15T16'],
    ['null', emitted],
    ['""', emitted],
    ['{"time":1768494600000}', emitted],
    ['"0000-01-01T00:00:00Z"', emitted],
    ['"+010000-01-01T00:00:00Z"', emitted],
    ['253402300800000', emitted],
    ['-1768494600000', emitted],
    ['1e999', emitted],
  ] as const;
  for (const [time, hour] of times) {
    test(`is in ${hour} when its time is ${time}`, async () => {
      const row = `{"time":${time}}`;
      await written([record(row)]);
      const [[key = '', held] = []] = storedFiles(server, folder);
      assert.deepEqual(held, [storedOf(row)]);
      const [, year, month, day, hours] = /year=(.+)\/month=(.+)\/day=(.+)\/hour=(\d+)/u.exec(key) ?? [];
      assert.equal(`${year}-${month}-${day}T${hours}`, hour);
    });
  }

  test('is below a folder that shows the name of its stream, whatever that is, also when replaced', async () => {
    const names = ['a/b', '/', 'a:b', 'a=b', 'a!b', 'a b', ' ', '', '.', '..', '%2F', 'a%2Fb', 'a\\b', '"', "'", '\u0000', 'a\nb']
      .concat(['*', '?', '#', '&', '+', '~', '_rejected', '_staging', 'constructor', '__proto__', '🎉', 'é', 'e\u0301', 'É'])
      .concat(['ü'.repeat(400)])
      .filter((name) => name !== ''); // prettier-ignore
    const rowsOf = (mode: string): readonly string[] =>
      names.map((name) => recordLine(name, { mode }, at) + stateLine(name, { mode }));
    for (const mode of ['append', 'overwrite']) {
      const streams = names.map((name) => ({ name, destination_sync_mode: mode }));
      const { lines } = await written(rowsOf(mode), { catalog: catalogJson(...streams) });
      assert.equal(lines.length, names.length);
      const files = [...storedFiles(server, 'permutive/type=')];
      const found = files.map(([key]) => decodeURIComponent(/^permutive\/type=([^/]+)\//u.exec(key)?.[1] ?? ''));
      assert.deepEqual(found.toSorted(), names.toSorted());
      assert.ok(files.every(([, held]) => held.join() === `{"mode":"${mode}"}`));
    }
  });

  const [{ segment }, published] = [examples, catalogJson(publishedStream('segment'))];
  const judged = [
    ['"code": 1057', '"\\u0063ode":1057', undefined],
    ['"code": 1057', '"code":7,"code": 1057', undefined],
    ['"code": 1057', '"code":1057,"code":null', 'missing_field'],
    ['"code": 1057', '"code":1e3', 'wrong_type'],
    ['"deleted": false', '"deleted":false,"unknown":[{}]', undefined],
    ['"tags": []', '"tags":["\\ud800"]', undefined],
    ['"name": "High Value Users"', '"name":""', undefined],
  ] as const;
  for (const [part, instead, reason] of judged) {
    test(`of a published type is ${reason ?? 'written'} with ${instead}`, async () => {
      const row = segment.replace(part, instead);
      await written([recordLine('segment', row, at)], { catalog: published });
      const rejected = storedRows(server, 'permutive/_rejected/');
      const held = storedRows(server, 'permutive/type=segment/');
      if (reason === undefined) assert.deepEqual([held, rejected], [[storedOf(row)], []]);
      else
        assert.deepEqual([held, rejected], [[], [`{"reason":"${reason}","field":"code","record":${storedOf(row)}}`]]);
    });
  }
});

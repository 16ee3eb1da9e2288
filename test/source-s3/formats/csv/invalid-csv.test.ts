// CSV files that contradict the configuration, and records that cannot be read: what is reported, and what is read.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { ofType } from '../../../support/models/protocol-schema.ts';
import { catalogJson, readHere, serverWith, type Json } from '../../support/source.ts';
import { textRows } from '../../support/text.ts';

const text = 'id,name\n007,"Zoë, ""Z"""\n2,\n';

function csv(format: Json = {}, more: Json = {}): Json {
  return { data_format: { format: 'csv', ...format }, ...more };
}

const rowsOf = (objects: Parameters<typeof textRows>[0], config = csv()): ReturnType<typeof textRows> =>
  textRows(objects, config);

suite('a CSV file with other settings or another encoding', () => {
  test('has the characters that Windows-1252 has beyond Latin-1', async () => {
    const body = Buffer.from('price,text\n\x80 5,\x93x\x94 \xfc\n', 'latin1');
    const { rows: found } = await rowsOf({ 'lake/t/a.csv': body }, csv({ encoding: 'windows-1252' }));
    assert.deepEqual(found, [{ price: '€ 5', text: '“x” ü' }]);
  });

  const bodies: readonly (readonly [name: string, body: Uint8Array, reason: RegExp])[] = [
    ['UTF-16 without a mark', Buffer.from(text, 'utf16le'), /is not text, or it is UTF-16 text, which "encoding"/u],
    ['Latin-1', Buffer.from(`größe${text}`, 'latin1'), /is not UTF-8 text; set "encoding"/u],
    ['a page of HTML', Buffer.from('<!DOCTYPE html><html><body>Not Found</body></html>'), /is a page of HTML or XML/u],
    ['JSON lines', Buffer.from('{"a":1}\n{"a":2}\n'), /is JSON, which data_format\.format "jsonl" reads/u],
    ['a JSON array', Buffer.from('[{"a":1},\n{"a":2}]\n'), /is JSON/u],
    ['JSON over several lines', Buffer.from(' {\r\n  "a": 1\r\n}\r\n'), /is JSON/u],
    ['an error of S3', Buffer.from('<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>'), /of HTML or XML/u],
    ['a picture', Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ', 'base64'), /is not UTF-8 text/u],
  ];
  for (const [name, body, reason] of bodies) {
    test(`(${name}) fails its stream with the reason, and no other`, async () => {
      await using server = await serverWith({ 'lake/t/a.csv': body, 'lake/u/a.csv': text });
      const columns = { id: { type: 'string' } };
      const { messages, failures } = await readHere(server, {
        config: csv(),
        catalog: catalogJson({ t: columns, u: columns }),
      });
      assert.deepEqual(
        failures.map(({ code, stream }) => [code, stream?.name]),
        [['FILE_UNREADABLE', 't']],
      );
      assert.match(failures[0]?.message ?? '', reason);
      assert.equal(ofType(messages, 'RECORD').length, 2);
    });
  }
});

suite('an invalid CSV record', () => {
  const bad: readonly (readonly [name: string, line: string | Uint8Array, reason: RegExp])[] = [
    ['with too few fields', '1', /has 1 field, 2 are expected/u],
    ['with too many fields', '1,2,3', /has 3 fields, 2 are expected/u],
    ['with text after a quote', '"1"x,2', /has text after the closing quote of its field 1/u],
    ['that is not UTF-8', Buffer.from([0x31, 0x2c, 0xff]), /is not UTF-8/u],
  ];
  for (const [name, line, reason] of bad) {
    const body = Buffer.concat([Buffer.from('a,b\n1,2\n'), Buffer.from(line), Buffer.from('\n3,4\n')]);
    test(`${name} fails the stream after the records before it, with place and reason`, async () => {
      const { rows: found, failures } = await rowsOf({ 'lake/t/a.csv': body }, csv());
      assert.deepEqual(found, [{ a: '1', b: '2' }]);
      assert.match(failures[0] ?? '', /FILE_UNREADABLE "lake\/t\/a\.csv": the record at byte 8 of the text/u);
      assert.match(failures[0] ?? '', reason);
    });

    test(`${name} is skipped and named when that is configured`, async () => {
      const {
        rows: found,
        failures,
        said,
      } = await rowsOf({ 'lake/t/a.csv': body }, csv({}, { invalid_records: 'skip' }));
      assert.deepEqual(failures, []);
      assert.deepEqual(
        found.map(({ a }) => a),
        ['1', '3'],
      );
      assert.match(said.join('\n'), reason);
    });
  }

  test('is counted when there are many', async () => {
    const { said } = await rowsOf(
      { 'lake/t/a.csv': `a,b\n${'1\n'.repeat(100)}` },
      csv({}, { invalid_records: 'skip' }),
    );
    assert.equal(said.length, 6);
    assert.match(said[5] ?? '', /100 invalid records were skipped/u);
  });

  test('that never closes its quote says so', async () => {
    const { failures } = await rowsOf({ 'lake/t/a.csv': 'a,b\n1,"2\n3,4\n' }, csv());
    assert.match(failures[0] ?? '', /at byte 4 of the text opens a quote that is not closed/u);
    const long = `a,b\n1,"${'x'.repeat(65 * 1024 * 1024)}`;
    const tooLong = await rowsOf({ 'lake/t/a.csv.gz': gzipSync(long, { level: 1 }) });
    assert.match(tooLong.failures[0] ?? '', /"lake\/t\/a\.csv\.gz": the record at byte 4 .* longer than 64 MiB/u);
  });

  test('says nothing of the values', async () => {
    const { failures } = await rowsOf({ 'lake/t/a.csv': 'a,b\ncanary\n' }, csv());
    assert.ok(!failures.join('').includes('canary'));
  });
});

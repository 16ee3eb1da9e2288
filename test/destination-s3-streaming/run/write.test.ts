import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { beforeEach, suite, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { S3TestServer } from '../../../tools/s3-server/types.ts';
import { emptyServer } from '../../support/empty-server.ts';
import { bucket, catalogJson, recordLine, stateLine } from '../../support/destination-input.ts';
import { noise, runWrite, storedFiles, storedRows } from '../support/streaming.ts';

const at = Date.UTC(2026, 0, 15, 14, 30);
const hourFolder = 'permutive/type=events/year=2026/month=01/day=15/hour=14/';

suite('writing', () => {
  const running = emptyServer();
  let server: S3TestServer;
  beforeEach(() => (server = running()));

  test('puts each row into the hour of its own time, byte for byte as received', async () => {
    const rows = [
      `{"time":"${at}","n":12345678901234567890,"d":1.10,"s":"\\u00e9 é","m":1}`,
      `{ "time" : ${at + 3_600_000} }`,
      `{"time":"2026-01-15T14:59:59+00:00","b":[ ]}`,
    ];
    const state = stateLine('events', { seen: 3 });
    const { lines, error } = await runWrite(server, [...rows.map((row) => recordLine('events', row)), state], {
      catalog: catalogJson('events'),
    });
    assert.equal(error, undefined);
    assert.deepEqual(lines, [state.replace('}}}', '}},"destinationStats":{"recordCount":3.0}}')]);
    const files = [...storedFiles(server)];
    assert.equal(files.length, 2);
    assert.deepEqual(
      files.map(([, held]) => held),
      [[rows[0], rows[2]], [rows[1]]],
    );
    assert.match(files[0]?.[0] ?? '', new RegExp(`^${hourFolder}${at}-[0-9a-f]{16}-0\\.jsonl\\.gz$`, 'u'));
    assert.match(files[1]?.[0] ?? '', /\/hour=15\/1768491000000-/u);
  });

  test('names a file by the state before it and its rows, so that a replay overwrites itself', async () => {
    const row = `{"time":${at}}`;
    const input = [stateLine('events', { a: 1 }), recordLine('events', row)];
    const catalog = catalogJson('events');
    await runWrite(server, input, { catalog });
    await runWrite(server, input, { catalog, config: { worker_id: '0' } });
    const hash = createHash('sha256').update('{"a":1}').update(`${row}\n`).digest('hex').slice(0, 16);
    assert.deepEqual([...storedFiles(server).keys()], [`${hourFolder}${at}-${hash}-0.jsonl.gz`]);
    await runWrite(server, [stateLine('events', { a: 2 }), recordLine('events', row)], { catalog });
    await runWrite(server, input, { catalog, config: { worker_id: 'w_2' } });
    assert.equal(storedRows(server).length, 3);
  });

  test('writes rows without a valid time by emitted_at, in seconds too, and counts them', async () => {
    const input = [
      recordLine('users', '{"id":1}', at),
      recordLine('users', '{"id":2,"time":"soon"}', at / 1000),
      recordLine('users', `{"id":3,"time":${at + 3_600_000}}`, at),
    ];
    const { said } = await runWrite(server, input, { catalog: catalogJson('users') });
    const files = storedFiles(server, 'permutive/type=users/year=2026/month=01/day=15/');
    assert.deepEqual(
      [...files.values()],
      [['{"id":1}', '{"id":2,"time":"soon"}'], [`{"id":3,"time":${at + 3_600_000}}`]],
    );
    assert.ok(said.some(([level, message]) => level === 'INFO' && message.includes('2 records had no valid time')));
  });

  test('writes a published segment stream without date folders', async () => {
    const properties = { id: {}, code: {}, name: {}, workspace: {} };
    const rows = ['a', 'b'].map((id) => `{"id":"${id}","code":1,"name":"n","workspace":"w"}`);
    const input = rows.map((row, index) => recordLine('segment', row, at + index * 3_600_000));
    await runWrite(server, input, { catalog: catalogJson({ name: 'segment', properties }) });
    const [[key, held] = ['', []], ...more] = [...storedFiles(server)];
    assert.match(key, new RegExp(`^permutive/type=segment/${at}-[0-9a-f]{16}-0\\.jsonl\\.gz$`, 'u'));
    assert.deepEqual(held, rows);
    assert.deepEqual(more, []);
  });

  test('sends the ACL, the encryption, a checksum, and gzip as what the file is', async () => {
    const config = { encryption: { mode: 'sse_kms', kms_key_id: 'arn:aws:kms:eu-central-1:1:key/k' } };
    await runWrite(server, [recordLine('events', { time: at })], { catalog: catalogJson('events'), config });
    const [object] = server.objects(bucket);
    assert.equal(object?.headers.acl, 'bucket-owner-full-control');
    assert.equal(object.headers.encryption, 'aws:kms');
    assert.equal(object.headers.kmsKeyId, 'arn:aws:kms:eu-central-1:1:key/k');
    assert.equal(object.headers.contentType, 'application/gzip');
    assert.equal(object.headers.contentEncoding, undefined);
    assert.ok(
      'crc32' in object.headers.checksums ||
        Object.keys(object.headers.checksums).some((name) => name.endsWith('crc32')),
    );
  });

  test('takes PyAirbyte’s shapes, unknown messages and empty lines', async () => {
    const record = `{"type":"RECORD","log":null,"record":{"namespace":null,"stream":"pages","data":{"time":${at}},"emitted_at":1700000000,"meta":null},"state":null}\n`;
    const status = '{"type":"TRACE","trace":{"type":"STREAM_STATUS","emitted_at":1700000000.5}}\n';
    const { lines, error, said } = await runWrite(
      server,
      [record, '\n \n', status, '{"type":"NEW"}\n', '{"type":"NEW"}\n'],
      {
        catalog: catalogJson({
          name: 'pages',
          generation_id: 1,
          minimum_generation_id: 1,
          sync_id: 1,
          destination_sync_mode: 'append_dedup',
        }),
      },
    );
    assert.equal(error, undefined);
    assert.deepEqual(lines, []);
    assert.deepEqual(storedRows(server), [`{"time":${at}}`]);
    assert.equal(said.filter(([level]) => level === 'WARN').length, 1);
    assert.equal(said.filter(([, message]) => message.includes('"NEW"')).length, 1);
  });

  test('prints a state only once the rows before it are in S3, a GLOBAL one for all streams', async () => {
    const global =
      '{"type":"STATE","state":{"type":"GLOBAL","global":{"shared_state":{"n":1},"stream_states":[]}, "id": 5}}\n';
    const input = [recordLine('a', { time: at }), recordLine('b', { time: at }), recordLine('b', { time: at }), global];
    const { lines } = await runWrite(server, input, { catalog: catalogJson('a', 'b') }, () => {
      assert.equal(storedRows(server).length, 3);
    });
    assert.deepEqual(lines, [global.replace('"id": 5', '"id": 5,"destinationStats":{"recordCount":3.0}')]);
  });

  test('writes one gzip member per file', async () => {
    const rows = Array.from({ length: 40_000 }, (_, index) => JSON.stringify({ time: at, x: noise(index) }));
    await runWrite(server, [rows.map((row) => recordLine('events', row)).join('')], { catalog: catalogJson('events') });
    const [object] = server.objects(bucket);
    assert.ok(object);
    const { buffer, engine } = gunzipSync(object.body, { info: true }) as unknown as {
      buffer: Buffer;
      engine: { bytesWritten: number };
    };
    assert.equal(buffer.toString().split('\n').length, rows.length + 1);
    assert.equal(engine.bytesWritten, object.body.length);
  });

  test('takes a row of many megabytes', async () => {
    const row = `{"time":${at},"x":"${'x'.repeat(30 * 1024 * 1024)}"}`;
    const input = [
      recordLine('events', { time: at }),
      recordLine('events', row),
      recordLine('events', { time: at + 1 }),
    ];
    const { error } = await runWrite(server, input, { catalog: catalogJson('events') });
    assert.equal(error, undefined);
    assert.deepEqual(
      storedRows(server)
        .map((held) => held.length)
        .sort((a, b) => a - b),
      [22, 22, row.length],
    );
  });

  const broken = [
    ['garbage\n', 'Line 4 of the input is not a message of the Airbyte protocol. Correct the program that writes the input.'],
    ['{"type":"RECORD","record":{"stream":"events","data":{"time"', 'Line 4 of the input is not a message of the Airbyte protocol. The input ended in the middle of it: look for the failure of the program that writes it, and run again.'],
    ['{"type":"STATE","state":null}\n', 'Line 4 of the input is a STATE without a "state" object. Correct the program that writes the input.'],
    ['{"type":"STATE","state":{"stream":{"stream_descriptor":{}}}}\n', 'Line 4 of the input is a STATE of a stream without a name. Correct the program that writes the input.'],
    ['{"type":"RECORD","record":{"stream":7,"data":{}}}\n', 'Line 4 of the input is a RECORD without the name of its stream. Correct the program that writes the input.'],
    ['{"type":"STATE","state":{"data":{"x":[1.5, NaN]}}}\n', 'Line 4 of the input holds NaN or Infinity, which JSON does not have: send null instead. Correct the program that writes the input.'],
    ['{"type":"STATE","state":{"data":{"x":-Infinity}}}\n', 'Line 4 of the input holds NaN or Infinity, which JSON does not have: send null instead. Correct the program that writes the input.'],
    [recordLine('events', `{"time":${at},"x":"a: NaN}",}`), 'Line 4 of the input is not a message of the Airbyte protocol. Correct the program that writes the input.'],
  ] as const; // prettier-ignore
  for (const [line, message] of broken) {
    test(`stores and acknowledges what came before ${line.slice(0, 30).trim()}…, then names the line`, async () => {
      const good =
        recordLine('events', { time: at }) + stateLine('events', { n: 1 }) + recordLine('events', { time: at });
      const { lines, error } = await runWrite(server, [good + line], { catalog: catalogJson('events') });
      assert.equal(lines.length, 1);
      assert.equal(storedRows(server).length, 2);
      assert.ok(error instanceof ConnectorError);
      assert.equal(error.code, 'INPUT_INVALID');
      assert.equal(error.message, message);
    });
  }

  test('refuses text that is not UTF-8, naming the line', async () => {
    const bytes = Buffer.concat([
      Buffer.from(recordLine('events', { time: at })),
      Buffer.from('{"type":"\xff"}\n', 'latin1'),
    ]);
    const { error } = await runWrite(server, [bytes], { catalog: catalogJson('events') });
    assert.match(String(error), /Line 2 of the input is not valid UTF-8/u);
    assert.equal(storedRows(server).length, 1);
  });
});

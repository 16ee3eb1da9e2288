// Every format on an S3 that refuses, cuts and changes what is being read: each row comes once, or the stream reports why not and
// does not affect the others.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { before, suite, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';

import { parquet } from '../../support/parquet.ts';
import { ofType, type ProtocolMessage } from '../../support/models/protocol-schema.ts';
import { avroFile, recordOf } from '../support/avro.ts';
import { bucket, catalogJson, readHere, serverWith, timeOf } from '../support/source.ts';
import { idsOf } from '../support/text.ts';

const columns = { id: { type: 'integer' }, text: { type: 'string' } };
const catalog = catalogJson({ t: columns, u: columns });
/** Rows of a file: more than is fetched with its beginning, also when it is compressed. */
const rowCount = 6000;

function range(from: number): readonly number[] {
  return Array.from({ length: rowCount }, (_, index) => from + index);
}

function rowsFrom(from: number): readonly { readonly id: number; readonly text: string }[] {
  return range(from).map((id) => ({ id, text: createHash('sha512').update(String(id)).digest('base64') }));
}

const csv = (from: number): string =>
  `id,text\n${rowsFrom(from)
    .map(({ id, text }) => `${id},${text}\n`)
    .join('')}`;
const jsonl = (from: number): string =>
  rowsFrom(from)
    .map((row) => `${JSON.stringify(row)}\n`)
    .join('');
const schema = recordOf({ id: 'int', text: 'string' });
const hashed = 'md5(i::VARCHAR) || md5((i + 1e6)::VARCHAR) || md5((i + 2e6)::VARCHAR)';
type Make = (from: number) => Promise<Uint8Array | string> | Uint8Array | string;
const formats: readonly (readonly [format: string, extension: string, make: Make])[] = [
  [
    'parquet',
    'parquet',
    (from) =>
      parquet(`SELECT i AS id, ${hashed} AS text FROM range(${from}, ${from + rowCount}) t(i)`, 'ROW_GROUP_SIZE 2048'),
  ],
  ['csv', 'csv', csv],
  ['csv', 'csv.gz', (from) => gzipSync(csv(from))],
  ['jsonl', 'jsonl', jsonl],
  ['jsonl', 'jsonl.zst', (from) => zstdCompressSync(jsonl(from))],
  ['avro', 'avro', (from) => avroFile(schema, rowsFrom(from), { codec: 'deflate', blockRows: 500 })],
];

/** The statuses of a stream. */
function statuses(messages: readonly ProtocolMessage[], stream: string): readonly string[] {
  return ofType(messages, 'TRACE').flatMap(({ trace }) => {
    if (trace.type !== 'STREAM_STATUS' || trace.stream_status.stream_descriptor.name !== stream) return [];
    return [trace.stream_status.status];
  });
}

function idsIn(messages: readonly ProtocolMessage[], stream: string): readonly number[] {
  return idsOf(messages.filter((message) => message.type !== 'RECORD' || message.record.stream === stream));
}

const whole = ['STARTED', 'RUNNING', 'COMPLETE'];

for (const [format, extension, make] of formats) {
  suite(`a read of .${extension}`, () => {
    const config = { data_format: { format } };
    const [first, second, third] = ['a', 'b', 'c'].map((name) => `lake/t/${name}.${extension}`) as [
      string,
      string,
      string,
    ];
    let bodies: readonly (Uint8Array | string)[];
    let newer: Uint8Array | string;
    before(async () => {
      bodies = [await make(0), await make(10_000), await make(20_000)];
      newer = await make(50_000);
    });
    const objects = (): Record<string, Uint8Array | string> => {
      const [one = '', two = '', three = ''] = bodies;
      return { [first]: one, [second]: two, [third]: three, [`lake/u/a.${extension}`]: one };
    };
    const all = [0, 10_000, 20_000].flatMap(range);

    test('has every row once though requests are refused, listings too, and bodies cut', async () => {
      await using server = await serverWith(objects());
      const refused = server.inject({ kind: 'error', code: 'SlowDown', every: 7, times: 10 });
      const listing = server.inject({
        operation: 'ListObjectsV2',
        kind: 'error',
        code: 'InternalError',
        every: 2,
        times: 2,
      });
      const cut = server.inject({
        operation: 'GetObject',
        kind: 'cut_in_body',
        afterBytes: 100_001,
        every: 3,
        times: 6,
      });
      server.inject({ operation: 'GetObject', kind: 'cut_before_answer', every: 5, times: 2 });
      const { messages, failures } = await readHere(server, { catalog, config });
      assert.deepEqual(failures, []);
      assert.deepEqual([idsIn(messages, 't'), idsIn(messages, 'u')], [all, range(0)]);
      assert.ok(refused.fired > 1 && listing.fired > 0 && cut.fired > 2);
    });

    test('reads an object that is replaced meanwhile once more, whole, with a WARN', async () => {
      await using server = await serverWith(objects());
      const change = { kind: 'replace', body: newer, lastModified: timeOf(30) } as const;
      server.inject({ operation: 'GetObject', prefix: second, skip: 1, ...change });
      const { messages, said, failures } = await readHere(server, { catalog, config });
      assert.deepEqual(failures, []);
      const found = idsIn(messages, 't');
      const old = found.filter((id) => id >= 10_000 && id < 20_000);
      assert.deepEqual(old, range(10_000).slice(0, old.length));
      assert.deepEqual(found, [...range(0), ...old, ...range(20_000), ...range(50_000)]);
      const warning = said.find((line) => line.includes('replaced while it was read')) ?? '';
      assert.ok(warning.includes(`"${second}"`) && warning.includes(`${old.length} rows`), warning);
    });

    test('fails the stream of an object that is replaced twice, and the next run reads its last version', async () => {
      await using server = await serverWith(objects());
      const change = { operation: 'GetObject', prefix: second, kind: 'replace', lastModified: timeOf(30) } as const;
      server.inject({ ...change, body: Buffer.concat([Buffer.from(newer), Buffer.from('x')]) });
      server.inject({ ...change, body: newer });
      const { messages, failures } = await readHere(server, { catalog, config });
      assert.deepEqual(
        failures.map(({ code, failureType, stream }) => [code, failureType, stream?.name]),
        [['S3_OBJECT_CHANGED', 'transient_error', 't']],
      );
      assert.deepEqual([statuses(messages, 't').at(-1), statuses(messages, 'u')], ['INCOMPLETE', whole]);
      const state = ofType(messages, 'STATE').map((message) => message.state);
      const again = await readHere(server, { catalog, config, state });
      assert.deepEqual(again.failures, []);
      assert.deepEqual(idsIn(again.messages, 't').slice(-rowCount), range(50_000));
    });

    test('leaves an object that is deleted meanwhile, with a WARN', async () => {
      await using server = await serverWith(objects());
      let reads = 0;
      server.setHooks({
        onRequest: ({ operation, key }) => {
          if (operation === 'GetObject' && key === second && ++reads === 2) server.remove(bucket, second);
        },
      });
      const { messages, said, failures } = await readHere(server, { catalog, config });
      assert.deepEqual(failures, []);
      const found = idsIn(messages, 't');
      const old = found.filter((id) => id >= 10_000 && id < 20_000);
      assert.deepEqual(found, [...range(0), ...range(10_000).slice(0, old.length), ...range(20_000)]);
      assert.ok(old.length < rowCount);
      assert.ok(said.some((line) => line.startsWith('WARN') && line.includes(`"${second}" was deleted`)));
    });

    test('fails the stream of an object that may not be read, by its name, and leaves the others whole', async () => {
      await using server = await serverWith(objects());
      server.inject({ operation: 'GetObject', prefix: second, kind: 'error', code: 'AccessDenied', times: Infinity });
      const { messages, failures } = await readHere(server, { catalog, config });
      assert.deepEqual(
        failures.map(({ code, failureType, stream }) => [code, failureType, stream?.name]),
        [['S3_ACCESS_DENIED', 'config_error', 't']],
      );
      assert.ok(failures[0]?.message.includes(second), failures[0]?.message);
      assert.deepEqual([statuses(messages, 't').at(-1), statuses(messages, 'u')], ['INCOMPLETE', whole]);
      assert.deepEqual(idsIn(messages, 'u'), range(0));
      server.clearFaults();
      await assertContinues(server, { messages, config });
    });

    test('fails with the reason when its token expires in the middle, and resumes from there with another', async () => {
      await using server = await serverWith(objects());
      server.inject({ operation: 'GetObject', kind: 'error', code: 'ExpiredToken', skip: 4, times: Infinity });
      const { messages, failures } = await readHere(server, { catalog, config });
      assert.ok(failures.length > 0);
      for (const { code, message } of failures) {
        assert.equal(code, 'S3_CREDENTIALS_EXPIRED');
        assert.match(message, /has expired/u);
      }
      server.clearFaults();
      await assertContinues(server, { messages, config });
    });

    /** The rows before a STATE and those of the next run are all rows, each once. */
    async function assertContinues(
      server: Awaited<ReturnType<typeof serverWith>>,
      run: { readonly messages: readonly ProtocolMessage[]; readonly config: typeof config },
    ): Promise<void> {
      const states = ofType(run.messages, 'STATE');
      const last = run.messages.findLastIndex(
        ({ type, ...rest }) => type === 'STATE' && JSON.stringify(rest).includes('"name":"t"'),
      );
      const kept = idsIn(run.messages.slice(0, last + 1), 't');
      const state = states.map((message) => message.state);
      const again = await readHere(server, { catalog, config: run.config, state });
      assert.deepEqual(again.failures, []);
      assert.deepEqual([...kept, ...idsIn(again.messages, 't')], all);
    }
  });
}

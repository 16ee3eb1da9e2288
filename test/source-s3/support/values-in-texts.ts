// No value of a record is in any text of the source, however its files are damaged: errors name only file, column and place.
import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import { crc32, gzipSync, zstdCompressSync } from 'node:zlib';

import * as fc from 'fast-check';

import { canary, isDefect, leakIn, printedOf } from '../../support/hostile/canary.ts';
import { damaged, damages } from '../../support/hostile/damage.ts';
import { parquet } from '../../support/parquet.ts';
import { avroFile, logical, recordOf } from './avro.ts';
import { discoverHere, readHere, serverWith, type Json } from './source.ts';

const seed = Number(process.env['FUZZ_SEED'] ?? 14);
const { text, key, integer, digits, decimal, date, time } = canary;

const sql = `SELECT i AS id, '${text}' || i % 3 AS text, ${digits} + i AS number, ${decimal}::DECIMAL(18, 5) AS decimal,
  DATE '${date}' AS day, TIMESTAMP '${time}' AS at, {'inner': '${text}', 'n': ${digits}} AS struct,
  ['${text}', NULL] AS list, MAP {'${key}': '${text}'} AS map, '{"a":"${text}"}'::JSON AS json,
  encode('${text}') AS binary, '${text}' || hash(i) AS plain FROM range(300) t(i)`;

const csvRows = Array.from(
  { length: 40 },
  (_, row) => `${row},${text},"${text} ""${key}""",${digits},${date},${time}\n`,
);
const csv = `id,text,quoted,number,day,at\n${csvRows.join('')}`;
const jsonRow = {
  text,
  number: integer,
  day: date,
  at: time,
  object: { [key]: text },
  list: [text, { inner: [text] }],
};
const jsonl = Array.from(
  { length: 40 },
  (_, id) => `${JSON.stringify({ id, ...jsonRow, json: JSON.stringify(jsonRow) })}\n`,
);

const avroSchema = recordOf({
  id: 'int',
  text: 'string',
  number: 'long',
  day: logical('int', 'date'),
  at: logical('long', 'timestamp-micros'),
  map: { type: 'map', values: 'string' },
  list: { type: 'array', items: ['null', 'string'] },
  bytes: 'bytes',
});
const avroRows = Array.from({ length: 60 }, (_, id) => ({
  id,
  text,
  number: BigInt(digits),
  day: Date.parse(date) / 86_400_000,
  at: BigInt(Date.parse(`${time}Z`)) * 1000n,
  map: { [key]: text },
  list: [null, { string: text }],
  bytes: Buffer.from(text),
}));
const avro = (codec: 'null' | 'deflate' | 'snappy' | 'zstandard'): Buffer =>
  avroFile(avroSchema, avroRows, { codec, blockRows: 20 });

type Kind = { readonly format: Json; readonly extension: string; readonly make: () => Promise<Buffer> | Buffer };

const kinds: Readonly<Record<string, Kind>> = {
  'plain Parquet': parquetKind('COMPRESSION uncompressed'),
  'Parquet in Snappy': parquetKind('COMPRESSION snappy, ROW_GROUP_SIZE 2048'),
  'Parquet in zstd with its second version': parquetKind('COMPRESSION zstd, PARQUET_VERSION V2'),
  CSV: { format: { format: 'csv' }, extension: 'csv', make: () => Buffer.from(csv) },
  'CSV in gzip': { format: { format: 'csv' }, extension: 'csv.gz', make: () => gzipSync(csv) },
  'JSON lines': { format: { format: 'jsonl' }, extension: 'jsonl', make: () => Buffer.from(jsonl.join('')) },
  'JSON lines in zstd': {
    format: { format: 'jsonl' },
    extension: 'jsonl.zst',
    make: () => zstdCompressSync(jsonl.join('')),
  },
  Avro: avroKind('null'),
  'Avro in deflate': avroKind('deflate'),
  'Avro in snappy': avroKind('snappy'),
  'Avro in zstandard': avroKind('zstandard'),
};

function parquetKind(options: string): Kind {
  return { format: { format: 'parquet' }, extension: 'parquet', make: () => parquet(sql, options) };
}

function avroKind(codec: 'null' | 'deflate' | 'snappy' | 'zstandard'): Kind {
  return { format: { format: 'avro' }, extension: 'avro', make: () => avro(codec) };
}

const casesOfKind = 100;

export function registerValuesInTexts(isOfFile: (kind: string) => boolean): void {
  suite('no value is in a text about a damaged file', () => {
    for (const [name, { format, extension, make }] of Object.entries(kinds)) {
      if (!isOfFile(name)) continue;
      suite(`of ${name}`, () => {
        let whole: Buffer;
        before(async () => (whole = await make()));

        for (const invalid_records of ['fail', 'skip']) {
          test(`where invalid records ${invalid_records}`, async (context) => {
            const samples = fc.sample(damages, { numRuns: casesOfKind / 2, seed: seed + salt(name + invalid_records) });
            const bodies = samples.map((sample) => damaged(whole, sample, [text, key, digits, date]));
            const entries = bodies.map((body, index) => [`lake/t${index}/a.${extension}`, body] as const);
            await using server = await serverWith(
              Object.fromEntries([[`lake/whole/a.${extension}`, whole], ...entries]),
            );
            const config = { data_format: format, invalid_records };
            const found = await discoverHere(server, config);
            const properties = found.catalog.streams.find((stream) => stream.name === 'whole')?.json_schema ?? {};
            const catalog = { streams: samples.map((_, index) => configuredStream(`t${index}`, properties)) };
            const { said, failures, messages } = await readHere(server, { config, catalog });
            const printed = messages.filter(({ type }) => type !== 'RECORD').map((message) => JSON.stringify(message));
            for (const one of [...found.said, ...said, ...failures.map(printedOf), ...printed]) {
              assert.equal(leakIn(one), undefined, one.slice(0, 2000));
            }
            for (const failure of failures) {
              assert.ok(!isDefect(failure), printedOf(failure));
              assert.ok(failure.message.length < 1000, failure.message);
            }
            const reasons = new Map<string, number>();
            for (const { message } of failures) {
              const reason = message.replaceAll(/"lake[^"]*"/gu, '').replaceAll(/\d+/gu, '#');
              reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
            }
            context.diagnostic(`${samples.length} files, ${failures.length} refused`);
            if (process.env['FUZZ_VERBOSE'] !== undefined)
              for (const [reason, count] of reasons) context.diagnostic(`${count} × ${reason}`);
          });
        }
      });
    }
  });
}

/** Each kind of file gets its own damage. */
function salt(name: string): number {
  return crc32(name) % 1_000_000;
}

function configuredStream(name: string, json_schema: unknown): Json {
  return {
    stream: { name, namespace: 'lake', json_schema },
    sync_mode: 'full_refresh',
    destination_sync_mode: 'append',
  };
}

// Files of all formats, read as a sync reads them: by discover and read, through an S3 server in this process.
import assert from 'node:assert/strict';
import { gzipSync, zstdCompressSync } from 'node:zlib';

import type * as fc from 'fast-check';

import { avroFile, recordOf } from '../../source-s3/support/avro.ts';
import { bucket, readHere, serverWith, timeOf, type Json } from '../../source-s3/support/source.ts';
import { zipOf } from '../../source-s3/support/zip.ts';
import { parquet } from '../../support/parquet.ts';
import { damaged } from '../damaged.ts';
import { codeOf, type FuzzTarget, type Outcome, type Subject } from '../target.ts';

type FileTarget = {
  readonly name: string;
  readonly key: string;
  readonly format: Json;
  readonly inputs: () => Promise<fc.Arbitrary<Uint8Array>> | fc.Arbitrary<Uint8Array>;
};

function fileTarget({ name, key, format, inputs }: FileTarget): FuzzTarget {
  return {
    name,
    async open(): Promise<Subject> {
      const server = await serverWith({});
      const arbitrary = await inputs();
      return {
        inputs: arbitrary,
        async check(input): Promise<Outcome> {
          server.seed(bucket, key, input, { lastModified: timeOf(1) });
          try {
            const { messages, failures } = await readHere(server, { config: { data_format: format } });
            const codes = failures.map(codeOf);
            if (codes.length > 0) return codes.join(' ');
            assert.equal(countedRows(messages), messages.filter(({ type }) => type === 'RECORD').length);
            return 'rows';
          } catch (error) {
            return codeOf(error);
          }
        },
        [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
      };
    },
  };
}

/** By the STATEs: none may count what was no record. */
function countedRows(messages: readonly { readonly type: string }[]): number {
  const states = messages.filter(({ type }) => type === 'STATE') as unknown as readonly {
    readonly state: { readonly sourceStats: { readonly recordCount: number } };
  }[];
  return states.reduce((sum, { state }) => sum + state.sourceStats.recordCount, 0);
}

const rowsSql = `SELECT i::BIGINT AS id, 'text ' || i AS name, i / 7 AS part, i % 2 = 0 AS even,
  DATE '2026-01-01' + i::INTEGER AS day, TIMESTAMP '2026-01-01' + INTERVAL (i) HOUR AS at, [i, NULL] AS list,
  {'a': i, 'b': {'c': [i::VARCHAR]}} AS deep, MAP {'k': i} AS map, i::DECIMAL(18, 3) AS price, 'b'::BLOB AS bytes
  FROM range(40) t(i)`;
const schema = recordOf({
  id: 'long',
  name: ['null', 'string'],
  part: 'double',
  list: { type: 'array', items: ['null', 'int'] },
  map: { type: 'map', values: 'boolean' },
  kind: { type: 'enum', name: 'kind', symbols: ['a', 'b'] },
  hash: { type: 'fixed', name: 'hash', size: 4 },
  bytes: 'bytes',
  at: { type: 'int', logicalType: 'date' },
});
const avroRows = Array.from({ length: 20 }, (_, index) => ({
  id: BigInt(index) * 1_000_000_007n,
  name: index % 3 === 0 ? null : { string: `text ${index}` },
  part: index / 7,
  list: [{ int: index }, null],
  map: { k: true },
  kind: 'b',
  hash: Buffer.from('abcd'),
  bytes: Buffer.from('bytes'),
  at: index,
}));
const csvTexts = [
  'id,name,"a ""b"""\n1,x,"y, ""z"""\r\n2,,"line\nline"\n\n3,é,\n',
  'id;name\n1;a\n2;b\n',
  '\ufeffid\tname\r1\t2\r',
];
const jsonlTexts = [
  '{"id":1,"name":"x","deep":{"a":[1,{"b":null}],"c":1e5}}\n{"id":2,"name":"\\u00e9\\n","at":"2026-01-01T00:00:00Z"}\r\n\n',
  '{"a":{"b":[[1],[]]}}\n{"a":12345678901234567890}\n{"a":true}',
];

const jsonTexts = [
  '[{"id":1,"deep":{"a":[1]}},\n{"id":2}]\n',
  '{"id":1}{"id":2,"b":"}"}',
  '{\n "id": 1\n}\n{\n "id": 2\n}\n',
];

function compressed(texts: readonly string[]): readonly Uint8Array[] {
  return texts.flatMap((text) => [
    gzipSync(text),
    zstdCompressSync(text),
    Buffer.concat([gzipSync(text), gzipSync(text)]),
  ]);
}

const bytesOf = (texts: readonly string[]): readonly Uint8Array[] => texts.map((text) => Buffer.from(text));
const csvTokens = ['"', '""', ',', ';', '\t', '\r', '\n', '\r\n', '\ufeff', '\\', '\0'];
const jsonTokens = ['{', '}', '[', ']', '"', ':', ',', '\\u', '\\', 'null', '1e999', '-', '{"a":', '\n', '"id":1'];

export const fileTargets: readonly FuzzTarget[] = [
  fileTarget({
    name: 'parquet',
    key: 'lake/t/file.parquet',
    format: { format: 'parquet' },
    async inputs() {
      const options = ['COMPRESSION uncompressed', 'COMPRESSION zstd', 'COMPRESSION snappy, ROW_GROUP_SIZE 2048'];
      const files = await Promise.all([
        ...options.map((how) => parquet(rowsSql, how)),
        parquet('SELECT 1 AS id'),
        parquet('SELECT i AS id FROM range(5000) t(i)', 'PARQUET_VERSION v2'),
      ]);
      return damaged(files, { nearEnd: 3000, tokens: ['PAR1', 'PARE'] });
    },
  }),
  fileTarget({
    name: 'avro',
    key: 'lake/t/file.avro',
    format: { format: 'avro' },
    inputs: () =>
      damaged(
        (['null', 'deflate', 'snappy', 'zstandard'] as const).map((codec) =>
          avroFile(schema, avroRows, { codec, blockRows: 7 }),
        ),
        {
          tokens: ['avro.codec', 'avro.schema', '"type":', '"record"', '"int"', '"array"', '[', ']', '{', '}', '"row"'],
        },
      ),
  }),
  fileTarget({
    name: 'csv',
    key: 'lake/t/file.csv',
    format: { format: 'csv' },
    inputs: () => damaged(bytesOf(csvTexts), { tokens: csvTokens }),
  }),
  fileTarget({
    name: 'csv-gzip',
    key: 'lake/t/file.csv.gz',
    format: { format: 'csv' },
    inputs: () => damaged(compressed(csvTexts)),
  }),
  fileTarget({
    name: 'jsonl',
    key: 'lake/t/file.jsonl',
    format: { format: 'jsonl' },
    inputs: () => damaged(bytesOf(jsonlTexts), { tokens: jsonTokens }),
  }),
  fileTarget({
    name: 'json-array',
    key: 'lake/t/file.json',
    format: { format: 'jsonl' },
    inputs: () => damaged(bytesOf(jsonTexts), { tokens: jsonTokens }),
  }),
  fileTarget({
    name: 'zip',
    key: 'lake/t/file.zip',
    format: { format: 'csv' },
    inputs: () =>
      damaged(
        [
          zipOf(csvTexts.map((body, index) => ({ name: `${index}.csv`, body }))),
          zipOf([{ name: 'a', body: 'a\n1\n' }]),
        ],
        {
          nearEnd: 200,
          tokens: csvTokens,
        },
      ),
  }),
  fileTarget({
    name: 'jsonl-zstd',
    key: 'lake/t/file.jsonl.zst',
    format: { format: 'jsonl' },
    inputs: () => damaged(compressed(jsonlTexts)),
  }),
];

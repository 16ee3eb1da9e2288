// Writes one Parquet file for each option of the writers that npm has, below a folder of its own: a table for source-s3.
// Usage: make-parquet.ts <folder of node_modules> <folder to write to> <Arrow stream>…
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';

const [packages = '', target = '', ...streams] = process.argv.slice(2);
const refused: string[] = [];

function attempt(name: string, write: () => Uint8Array | ArrayBuffer): void {
  try {
    const body = write();
    mkdirSync(join(target, name), { recursive: true });
    writeFileSync(join(target, name, 'data.parquet'), new Uint8Array(body));
  } catch (error) {
    refused.push(`${name}: ${String(error).slice(0, 100)}`); // Each writer has its own.
  }
}

type Column = Readonly<Record<string, unknown>>;
type Hyparquet = { readonly parquetWriteBuffer: (options: Column) => ArrayBuffer };

const rows = 60;
const column = (type: string, make: (index: number) => unknown): Column => {
  const data = Array.from({ length: rows }, (_, index) => (index % 5 === 3 ? null : make(index)));
  return { name: type.toLowerCase(), type, data };
};
const numbers = [0, -0, 0.5, -1.25, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
const texts = ['', 'a', 'quote " \\ /', 'line\nend\r\t\0\u001f', 'Zoë 日本 😀 \u2028', 'x'.repeat(200)];
const columns: readonly Column[] = [
  column('BOOLEAN', (index) => index % 2 === 0),
  column('INT32', (index) => [0, -1, 2_147_483_647, -2_147_483_648, index][index % 5]),
  column('INT64', (index) => [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), BigInt(index)][index % 5]),
  column('FLOAT', (index) => numbers[index % numbers.length]),
  column('DOUBLE', (index) => [...numbers, 1e300, 5e-324, 0.1][index % 10]),
  column('BYTE_ARRAY', (index) => Uint8Array.of(index, 255, 0)),
  column('STRING', (index) => texts[index % texts.length]),
  column('JSON', (index) => ({ a: index, b: texts[index % texts.length], c: [null, 1.5] })),
  column('TIMESTAMP', (index) => new Date(Date.UTC(1969 + index, 0, 15, 14, 30, 0, index))),
  column('UUID', (index) => `00112233-4455-6677-8899-aabbccddee${String(index).padStart(2, '0')}`),
  column('FLOAT16', (index) => numbers[index % numbers.length]),
];
/** By the types that may have them. */
const encodings = {
  PLAIN: /./u,
  RLE: /^BOOLEAN$/u,
  RLE_DICTIONARY: /./u,
  DELTA_BINARY_PACKED: /^(?:INT|TIMESTAMP)/u,
  DELTA_LENGTH_BYTE_ARRAY: /^(?:BYTE_ARRAY|STRING|JSON)$/u,
  DELTA_BYTE_ARRAY: /^(?:BYTE_ARRAY|STRING|JSON)$/u,
  BYTE_STREAM_SPLIT: /^(?:INT|FLOAT|DOUBLE|TIMESTAMP|UUID)/u,
};
const compressors = { GZIP: gzipSync, ZSTD: zstdCompressSync, BROTLI: brotliCompressSync };

function byHyparquet({ parquetWriteBuffer }: Hyparquet): void {
  const all = { columnData: columns, compressors };
  for (const codec of ['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'ZSTD', 'BROTLI']) {
    attempt(`hyparquet_${codec}`, () => parquetWriteBuffer({ ...all, codec }));
  }
  attempt('hyparquet_small_pages', () => parquetWriteBuffer({ ...all, pageSize: 64 }));
  attempt('hyparquet_groups', () => parquetWriteBuffer({ ...all, rowGroupSize: [1, 7] }));
  attempt('hyparquet_bare', () => parquetWriteBuffer({ ...all, statistics: false, dictionarySize: 0 }));
  const indexed = columns.map((one) => ({ ...one, columnIndex: true, bloomFilter: true }));
  attempt('hyparquet_indexed', () => parquetWriteBuffer({ ...all, columnData: indexed }));
  const required = columns.map((one) => {
    return { ...one, nullable: false, data: (one['data'] as readonly unknown[]).filter((value) => value !== null) };
  });
  attempt('hyparquet_required', () => parquetWriteBuffer({ ...all, columnData: required }));
  for (const [encoding, types] of Object.entries(encodings)) {
    for (const one of columns.filter(({ type }) => types.test(String(type)))) {
      const name = `hyparquet_${encoding}_${String(one['type'])}`;
      attempt(name, () => parquetWriteBuffer({ columnData: [{ ...one, encoding }] }));
    }
  }
  const untyped = {
    a: [1, 2, 3],
    b: [1n, null, 3n],
    c: [0.5, 1, null],
    d: ['x', null, 'y'],
    e: [{ x: 1 }, null, [1]],
    f: [new Date(0), null, new Date(1e12)],
  };
  const guessed = Object.entries(untyped).map(([name, data]) => ({ name, data }));
  attempt('hyparquet_guessed', () => parquetWriteBuffer({ columnData: guessed }));
}

type Builder = { readonly build: () => unknown } & Readonly<Record<string, (...values: readonly unknown[]) => Builder>>;
type Wasm = {
  readonly Table: { readonly fromIPCStream: (bytes: Uint8Array) => unknown };
  readonly WriterPropertiesBuilder: new () => Builder;
  readonly writeParquet: (table: unknown, properties: unknown) => Uint8Array;
} & Readonly<
  Record<'Compression' | 'Encoding' | 'WriterVersion' | 'EnabledStatistics', Readonly<Record<string, number>>>
>;

function byWasm(wasm: Wasm): void {
  const { Compression, EnabledStatistics, Encoding, WriterVersion } = wasm;
  type Settings = Readonly<Record<string, unknown>>;
  const options: Record<string, Settings> = {
    default: {},
    version_1: { setWriterVersion: WriterVersion['V1'] },
    version_2: { setWriterVersion: WriterVersion['V2'] },
    plain: { setDictionaryEnabled: false },
    small_pages: { setDataPageSizeLimit: 64, setWriteBatchSize: 4 },
    small_dictionary: { setDictionaryPageSizeLimit: 64 },
    groups: { setMaxRowGroupSize: 7 },
    no_statistics: { setStatisticsEnabled: EnabledStatistics['None'] },
    page_statistics: { setStatisticsEnabled: EnabledStatistics['Page'] },
  };
  for (const name of Object.keys(Compression).filter((one) => /^[A-Z]/u.test(one))) {
    options[`codec_${name}`] = { setCompression: Compression[name] };
  }
  for (const name of Object.keys(Encoding).filter((one) => /^[A-Z]/u.test(one))) {
    options[`encoding_${name}`] = { setDictionaryEnabled: false, setEncoding: Encoding[name] };
  }
  for (const path of streams) {
    for (const [name, settings] of Object.entries(options)) {
      attempt(`wasm_${basename(path, '.arrows')}_${name}`, () => {
        let builder = new wasm.WriterPropertiesBuilder();
        for (const [set, value] of Object.entries(settings)) builder = builder[set]?.(value) ?? builder;
        return wasm.writeParquet(wasm.Table.fromIPCStream(readFileSync(path)), builder.build());
      });
    }
  }
}

const require = createRequire(join(packages, 'node_modules/any.js'));
byHyparquet(
  (await import(String(pathToFileURL(join(packages, 'node_modules/hyparquet-writer/src/index.js'))))) as Hyparquet,
);
byWasm(require('parquet-wasm') as Wasm);
process.stdout.write(JSON.stringify({ refused }));

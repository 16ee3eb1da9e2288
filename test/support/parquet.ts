// Parquet files for tests, written by the engine from SQL on demand: no data file is in the repository.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';

let connection: Promise<DuckDBConnection> | undefined;

async function connect(): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const opened = await instance.connect();
  await opened.run("SET TimeZone = 'UTC'");
  return opened;
}

/** `options` as COPY takes them, such as `ROW_GROUP_SIZE 2048`. */
export async function parquet(sql: string, options = 'COMPRESSION zstd'): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 's3-connectors-parquet-'));
  const path = join(folder, 'file.parquet');
  try {
    connection ??= connect();
    await (await connection).run(`COPY (${sql}) TO '${path}' (FORMAT parquet, ${options})`);
    return await readFile(path);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * The file with other names for its columns and members, whatever they are: the engine writes no empty name, none with a NUL, and
 * no two that differ in case. The footer has each name with its length before it, and nothing else in a file depends on it.
 */
export function renamed(body: Buffer, names: ReadonlyMap<string, string>): Buffer {
  return withFooter(body, (footer) => {
    return [...names].reduce((text, [from, to]) => text.replaceAll(thriftText(from), () => thriftText(to)), footer);
  });
}

/**
 * The file with columns and members of that name, which are INTs, as NullType: pyarrow, pandas and polars write a column of only
 * nulls like that. LogicalType (field 10) is then UNKNOWN (field 11), and there is no ConvertedType (field 6).
 */
export function nullTyped(body: Buffer, name: string): Buffer {
  const asInteger = `${thriftText(name)}\x25\x22\0`;
  return withFooter(body, (footer) => {
    if (!footer.includes(asInteger)) throw new Error(`no column "${name}" is an INT`);
    return footer.replaceAll(asInteger, `${thriftText(name)}\x6c\xbc\0\0\0`);
  });
}

/** `change`: of a footer as Latin-1. */
function withFooter(body: Buffer, change: (footer: string) => string): Buffer {
  const start = body.length - 8 - body.readUInt32LE(body.length - 8);
  const footer = change(body.toString('latin1', start, body.length - 8));
  const trailer = Buffer.from(body.subarray(-8));
  trailer.writeUInt32LE(footer.length);
  return Buffer.concat([body.subarray(0, start), Buffer.from(footer, 'latin1'), trailer]);
}

/** As Latin-1: its length as a varint, and its bytes. */
function thriftText(text: string): string {
  const bytes = Buffer.from(text);
  const length: number[] = [];
  for (let rest = bytes.length; ; rest >>>= 7) {
    length.push(rest < 0x80 ? rest : (rest & 0x7f) | 0x80);
    if (rest < 0x80) break;
  }
  return Buffer.concat([Buffer.from(length), bytes]).toString('latin1');
}

/** The rows of a query as the engine's JavaScript values: the independent reading that values are compared with. */
export async function rowsOf(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  connection ??= connect();
  return (await (await connection).runAndReadAll(sql)).getRowObjectsJS();
}

/** The rows of a file as JSON, by the engine alone. */
export async function parquetJson(body: Buffer): Promise<readonly string[]> {
  return withFile(body, async (path) => {
    // No column has this name.
    const rows = await rowsOf(`SELECT to_json(whole_row_) AS json FROM read_parquet('${path}') AS whole_row_`);
    return rows.map(({ json }) => String(json));
  });
}

/** The engine's description of the file's column chunks, in their order. */
export async function chunksOf(body: Buffer): Promise<readonly Readonly<Record<string, unknown>>[]> {
  return withFile(body, (path) => rowsOf(`SELECT * FROM parquet_metadata('${path}') ORDER BY row_group_id, column_id`));
}

async function withFile<T>(body: Buffer, use: (path: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 's3-connectors-parquet-'));
  const path = join(folder, 'file.parquet');
  try {
    await writeFile(path, body);
    return await use(path);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Nanoseconds of the day and the Julian day. */
type Int96 = { readonly nanoseconds: bigint; readonly day: number };

/**
 * A file with one column `v` of INT96 (by default 2026-01-15 14:30:01.5), which Impala and older Sparks write and the engine does
 * not: an interval has the same twelve bytes (nanoseconds of the day in 8, the Julian day in 4) under another name.
 */
export async function int96Parquet(
  rows: readonly Int96[] = [{ nanoseconds: 52_201_500_000_000n, day: 2_461_056 }],
): Promise<Buffer> {
  const interval = `SELECT to_months(1000 + i::INT) + to_days(7) + to_milliseconds(9) AS v FROM range(${rows.length}) t(i)`;
  const hex = (await parquet(interval, 'COMPRESSION uncompressed')).toString('hex');
  const asInt96 = rows
    .reduce(
      (text, row, index) =>
        text.replace(twelveBytes(BigInt(1000 + index) + (7n << 32n), 9), twelveBytes(row.nanoseconds, row.day)),
      hex,
    )
    .replace('150e15181502180176252a00', '150615181502180176f52a00') // Schema: INT96, the annotation INTERVAL made unknown.
    .replace('1c150e1905', '1c15061905'); // The same in the column's metadata.
  return Buffer.from(asInt96, 'hex');
}

/** As hex. */
function twelveBytes(nanoseconds: bigint, day: number): string {
  const bytes = Buffer.alloc(12);
  bytes.writeBigInt64LE(nanoseconds);
  bytes.writeUInt32LE(day, 8);
  return bytes.toString('hex');
}

// Files with hostile names in each format, written by the engine and by avsc under plain names that are then replaced, and by hand.
import { literal } from '@s3-connectors/common/columns/sql.ts';

import { parquet, renamed } from '../../support/parquet.ts';
import { avroFile, recordOf } from '../support/avro.ts';
import type { Json } from '../support/source.ts';
import { objectOf, type Naming, type Row, type TableColumn, type Value } from './tables.ts';

export type HostileFormat = Naming & {
  readonly config: Json;
  readonly write: (columns: readonly TableColumn[], rows: readonly Row[]) => Buffer | Promise<Buffer>;
};

const isAny = (): boolean => true;

export const hostileFormats: Readonly<Record<string, HostileFormat>> = {
  Parquet: {
    extension: 'parquet',
    allows: isAny,
    kinds: ['text', 'text', 'struct', 'map'],
    config: { format: 'parquet' },
    write: parquetFile,
  },
  // A header with an empty name or with a NUL is not valid: the connector gives it another name, or refuses the file.
  CSV: {
    extension: 'csv',
    allows: (name) => name !== '' && !name.includes('\0'),
    kinds: ['text'],
    config: { format: 'csv' },
    write: csvFile,
  },
  'JSON lines': {
    extension: 'jsonl',
    allows: isAny,
    kinds: ['text', 'struct'],
    config: { format: 'jsonl' },
    write: jsonlFile,
  },
  Avro: {
    extension: 'avro',
    allows: isAny,
    kinds: ['text', 'text', 'struct', 'map'],
    config: { format: 'avro' },
    write: hostileAvro,
  },
};

/** A name that occurs nowhere else in a file. */
function plainName(column: number, member?: number): string {
  return member === undefined ? `plain_${column}_` : `plain_${column}_${member}_`;
}

function plainNames(columns: readonly TableColumn[]): ReadonlyMap<string, string> {
  const names = columns.flatMap(({ name, kind, members }, column) => {
    const own = kind === 'struct' ? members.map((text, member) => [plainName(column, member), text] as const) : [];
    return [[plainName(column), name] as const, ...own];
  });
  return new Map(names);
}

async function parquetFile(columns: readonly TableColumn[], rows: readonly Row[]): Promise<Buffer> {
  const selects = rows.map((row) => {
    const values = columns.map(
      (column, index) => `${valueSql(column, index, row.get(column.name))} AS ${plainName(index)}`,
    );
    return `SELECT ${values.join(', ')}`;
  });
  return renamed(await parquet(selects.join(' UNION ALL ')), plainNames(columns));
}

function valueSql({ kind, members }: TableColumn, column: number, value: Value | undefined): string {
  if (kind === 'text') return textSql(value);
  const texts = members.map((name) => textSql(memberOf(value, name)));
  if (kind === 'struct') return `{${texts.map((text, index) => `${plainName(column, index)}: ${text}`).join(', ')}}`;
  return `map([${members.map(textSql).join(', ')}], [${texts.join(', ')}])`;
}

/** No literal can express each text. */
function textSql(value: Value | undefined): string {
  return typeof value === 'string' ? `decode(unhex(${literal(Buffer.from(value).toString('hex'))}))` : 'NULL::VARCHAR';
}

function memberOf(value: Value | undefined, name: string): Value {
  return typeof value === 'object' && value !== null ? (value[name] ?? null) : null;
}

/** A mark first: a reader would remove the mark of a text that begins with one. */
function csvFile(columns: readonly TableColumn[], rows: readonly Row[]): Buffer {
  const texts = rows.map((row) => columns.map(({ name }) => row.get(name)));
  const lines = [columns.map(({ name }) => name), ...texts].map((fields) => `${fields.map(quoted).join(',')}\n`);
  return Buffer.from(`\ufeff${lines.join('')}`);
}

function quoted(text: Value | undefined): string {
  return typeof text === 'string' ? `"${text.replaceAll('"', '""')}"` : '""'; // Nothing alone on a line would not be a record.
}

function jsonlFile(_columns: readonly TableColumn[], rows: readonly Row[]): Buffer {
  return Buffer.from(rows.map((row) => `${JSON.stringify(objectOf(row))}\n`).join(''));
}

function hostileAvro(columns: readonly TableColumn[], rows: readonly Row[]): Buffer {
  const schema = (isTold: boolean): Json => {
    const names = plainNames(columns);
    const nameOf = (plain: string): string => (isTold ? (names.get(plain) ?? plain) : plain);
    const fields = columns.map(({ kind, members }, index) => {
      const inner = members.map((_, member) => ({ name: nameOf(plainName(index, member)), type: ['null', 'string'] }));
      const types = {
        text: ['null', 'string'],
        struct: { type: 'record', name: `inner_${index}`, fields: inner },
        map: { type: 'map', values: ['null', 'string'] },
      };
      return { name: nameOf(plainName(index)), type: types[kind] };
    });
    return { ...recordOf({}), fields };
  };
  const values = rows.map((row) => {
    const fields = columns.map(({ name, kind, members }, index): [string, unknown] => {
      const value = row.get(name);
      if (kind === 'text') return [plainName(index), wrapped(value)];
      const inner = members.map((member, place): [string, unknown] => [
        kind === 'struct' ? plainName(index, place) : member,
        wrapped(memberOf(value, member)),
      ]);
      return [plainName(index), objectOf(inner)];
    });
    return objectOf(fields);
  });
  return avroFile(schema(false), values, { told: schema(true) });
}

/** In avsc's form of a union value. */
function wrapped(value: Value | undefined): Json | null {
  return typeof value === 'string' ? { string: value } : null;
}

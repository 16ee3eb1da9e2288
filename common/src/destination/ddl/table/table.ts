// A table as `ddl` describes it to an engine: plain data, from what a destination knows about its files. Pure.

/**
 * `json`: a text that contains JSON. `any`: any JSON value, only in JSON lines. `instant`: in UTC; `local`: a clock without a
 * zone.
 */
export type ScalarKind =
  | 'boolean'
  | 'integer'
  | 'number'
  | 'string'
  | 'json'
  | 'any'
  | 'date'
  | 'time'
  | 'instant'
  | 'local';

export type SqlType =
  | { readonly kind: ScalarKind }
  | { readonly kind: 'list'; readonly items: SqlType }
  | { readonly kind: 'struct'; readonly fields: readonly SqlColumn[] };

export type SqlColumn = { readonly name: string; readonly type: SqlType };

type FileFormat = 'parquet' | 'json';

/** A folder of each file below that of the table, `name=value/`. `key`: the encoded name. */
export type Folder = {
  readonly name: string;
  readonly key: string;
  /** Absent: the values are texts that are not known in advance. */
  readonly range?: { readonly from: number; readonly to: number; readonly digits: number };
};

export type DdlTable = {
  readonly name: string;
  readonly columns: readonly SqlColumn[];
  readonly format: FileFormat;
  /** The end of the file names. */
  readonly extension: string;
  /** Ends with a slash. */
  readonly location: string;
  readonly folders: readonly Folder[];
  /** The folders that exist now, each as `year=2026/month=1/day=5`. */
  readonly partitions: () => AsyncIterable<string>;
  /** Sentences for readers of the statement. */
  readonly notes: readonly string[];
};

/** No row is older: earlier times are not accepted as times. */
const leastYear = 2000;
const lastYear = 2100;

type DateFolders = {
  readonly period: 'hour' | 'day';
  /** `month=01`. */
  readonly isPadded: boolean;
  /** Undefined for a table without files. */
  readonly firstYear: number | undefined;
};

/** From year to day or hour. */
export function dateFolders({ period, isPadded, firstYear = leastYear }: DateFolders): readonly Folder[] {
  const digits = isPadded ? 2 : 1;
  const folder = (name: string, from: number, to: number, width = digits): Folder => {
    return { name, key: name, range: { from, to, digits: width } };
  };
  return [
    folder('year', firstYear, lastYear, 1),
    folder('month', 1, 12),
    folder('day', 1, 31),
    ...(period === 'hour' ? [folder('hour', 0, 23)] : []),
  ];
}

export function folderNamesOf({ folders }: DdlTable): readonly string[] {
  return folders.map(({ name }) => name);
}

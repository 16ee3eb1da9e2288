// Tables in a bucket with hostile names, and what a sync must print of them: made from the documentation, not from the connector's
// code.
import * as fc from 'fast-check';

import {
  hostileName,
  hostilePartition,
  hostileSegment,
  type HostilePartition,
} from '../../support/hostile/hostile-names.ts';

/** A value of a row, as JSON has it. */
export type Value = string | null | { readonly [member: string]: Value };
export type Row = ReadonlyMap<string, Value>;

/** Columns by name: text, or an object whose members or keys also have names. */
export type TableColumn = {
  readonly name: string;
  readonly kind: 'text' | 'struct' | 'map';
  readonly members: readonly string[];
};

export type HostileFile = {
  readonly key: string;
  readonly columns: readonly TableColumn[];
  readonly partitions: readonly HostilePartition[];
  readonly rows: readonly Row[];
};

export type HostileTable = {
  readonly namespace: string;
  readonly name: string;
  readonly columns: readonly TableColumn[];
  readonly files: readonly HostileFile[];
};

export type Naming = {
  readonly extension: string;
  /** Whether a file of the format can have a column of this name. */
  readonly allows: (name: string) => boolean;
  readonly kinds: readonly TableColumn['kind'][];
};

const fileUrl = '_ab_source_file_url';
const lastModified = '_ab_source_file_last_modified';
const hiveNull = '__HIVE_DEFAULT_PARTITION__';
const rowsOfFile = 3;

/** Tables of one bucket below `lake/<namespace>/`; no two have the same name and no folder is one that is skipped. */
export function hostileTables(naming: Naming): fc.Arbitrary<readonly HostileTable[]> {
  return fc.uniqueArray(hostileTable(naming), {
    minLength: 2,
    maxLength: 2,
    selector: ({ namespace, name }) => JSON.stringify([namespace, name]),
  });
}

function hostileTable({ extension, allows, kinds }: Naming): fc.Arbitrary<HostileTable> {
  const folder = hostileSegment(60).filter(isShown);
  const names = fc.uniqueArray(hostileName({ minLength: 0, maxBytes: 300 }), { minLength: 1, maxLength: 4 });
  const column = fc.record({
    name: hostileName({ minLength: 0, maxBytes: 2000 }).filter(allows),
    kind: fc.constantFrom(...kinds),
    members: names,
  });
  const table = fc.record({
    namespace: folder,
    // A folder `type=x` is the table x.
    place: fc.oneof(
      {
        weight: 5,
        arbitrary: folder.filter((name) => !name.startsWith('type=')).map((name) => ({ name, folder: name })),
      },
      {
        weight: 1,
        arbitrary: hostileName({ maxBytes: 30 }).map((name) => ({ name, folder: `type=${encodeURIComponent(name)}` })),
      },
    ),
    columns: fc.uniqueArray(column, { minLength: 1, maxLength: 6, selector: ({ name }) => name }),
    files: fc.uniqueArray(fileOf(extension), { minLength: 5, maxLength: 5, selector: ({ path }) => path }),
  });
  return table.chain(({ namespace, place, columns, files }) => {
    // A column that is also in folders is text in all files.
    const inFolders = new Set(files.flatMap(({ partitions }) => partitions.map((one) => one.name.toLowerCase())));
    const told = columns.map((one) =>
      inFolders.has(one.name.toLowerCase()) ? { ...one, kind: 'text' as const } : one,
    );
    const filled = files.map(({ path, partitions }) => {
      return fileRows(told).map((file) => ({
        ...file,
        key: `lake/${namespace}/${place.folder}/${path}`,
        partitions,
      }));
    });
    const { name } = place;
    return fc.tuple(...filled).map((all) => ({ namespace: `lake/${namespace}`, name, columns: told, files: all }));
  });
}

/** Rows of a file that has some of the columns, in any order. */
function fileRows(columns: readonly TableColumn[]): fc.Arbitrary<Pick<HostileFile, 'columns' | 'rows'>> {
  return fc.shuffledSubarray([...columns], { minLength: 1 }).chain((own) => {
    const rows = fc.array(rowOf(own), { minLength: rowsOfFile, maxLength: rowsOfFile });
    return rows.map((all) => ({ columns: own, rows: all }));
  });
}

/** A path below a table: folders that are partitions or others, and a file. */
function fileOf(
  extension: string,
): fc.Arbitrary<{ readonly path: string; readonly partitions: readonly HostilePartition[] }> {
  const passed = hostileSegment(40).filter((name) => isShown(name) && !name.includes('='));
  const folder = fc.oneof(
    { weight: 3, arbitrary: hostilePartition().filter(({ folder: text }) => !text.startsWith('.')) },
    { weight: 1, arbitrary: fc.oneof(passed, fc.constant('')).map((text) => ({ folder: text, name: '', value: '' })) },
  );
  return fc.tuple(fc.array(folder, { maxLength: 2 }), hostileSegment(60).filter(isShown)).map(([folders, name]) => ({
    path: [...folders.map((one) => one.folder), `${name}.${extension}`].join('/'),
    partitions: folders.filter((one) => one.name !== ''),
  }));
}

/** Names with such a beginning are of other programs, and skipped. */
function isShown(name: string): boolean {
  return !name.startsWith('.') && !name.startsWith('_');
}

function rowOf(columns: readonly TableColumn[]): fc.Arbitrary<Row> {
  const text = fc.oneof(
    { weight: 5, arbitrary: hostileName({ maxBytes: 300 }) },
    { weight: 1, arbitrary: fc.constant(null) },
  );
  const values = columns.map(({ kind, members }): fc.Arbitrary<Value> => {
    if (kind === 'text') return text;
    return fc
      .tuple(...members.map(() => text))
      .map((all) => objectOf(members.map((name, index) => [name, all[index] ?? null])));
  });
  return fc.tuple(...values).map((row) => new Map(columns.map(({ name }, index) => [name, row[index] ?? null])));
}

/** Also with a member `__proto__`. */
export function objectOf<T>(entries: Iterable<readonly [string, T]>): { readonly [name: string]: T } {
  return Object.fromEntries(entries);
}

/** The data of the table's records by key of the file, without members that are null. */
export function expectedRows(table: HostileTable, bucket: string, timeOf: (key: string) => Date) {
  const columns = table.columns.map(({ name }) => name);
  const listed = table.files.toSorted((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
  const spellings = listed.flatMap(({ partitions }) => partitions.map(({ name }) => name));
  return new Map(
    table.files.map(({ key, partitions, rows }) => {
      const folders = new Map<string, string>();
      for (const { name, value } of partitions) {
        if (![...folders.keys()].some((other) => other.toLowerCase() === name.toLowerCase())) folders.set(name, value);
      }
      const fromFolders = [...folders].map(([name, value]): [string, Value] => {
        const first = spellings.find((other) => other.toLowerCase() === name.toLowerCase());
        return [sameColumn(columns, name) ?? first ?? name, value === hiveNull ? null : value];
      });
      const modified = timeOf(key).toISOString().replace('Z', '000Z');
      const own: [string, Value][] = [
        [fileUrl, `s3://${bucket}/${key}`],
        [lastModified, modified],
      ];
      return [key, rows.map((row) => shown(new Map([...row, ...fromFolders, ...own])))] as const;
    }),
  );
}

/** Entries in the order of names, without those that are null. */
export function shown(row: ReadonlyMap<string, unknown>): readonly (readonly [string, unknown])[] {
  return [...row].filter(([, value]) => value !== null).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Hive's names ignore case. */
function sameColumn(names: readonly string[], name: string): string | undefined {
  return names.find((other) => other === name) ?? names.find((other) => other.toLowerCase() === name.toLowerCase());
}

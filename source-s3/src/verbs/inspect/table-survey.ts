// What a table's listing shows, collected object by object in bounded memory. Pure, for the layout report.
import type { ListedObject } from '@s3-connectors/common/s3/list.ts';

import type { DeclaredType } from '../../layout/declared-column.ts';
import { FileSample, mostSampled } from '../file-sample.ts';
import { shownExtension } from '../../layout/file-name.ts';
import { hiveFolders, type FolderColumns } from '../../layout/folder-columns.ts';
import type { SkipReason } from '../../layout/layout.ts';
import type { Skipped } from '../../listing/skip-report.ts';
import { ColumnSurvey } from './column-survey.ts';
import { dayOf, DayVolumes } from './day-volumes.ts';

const examplesKept = 3;
const maxShapes = 50;
const maxNames = 100;

type Count = { files: number; bytes: number };
export type SkipCount = { count: number; readonly examples: string[] };

/** Files whose folders define the same columns in the same order. */
type Shape = { readonly columns: readonly string[]; files: number; readonly example: ListedObject };

type Folder = {
  readonly shape: Shape | undefined;
  readonly columns: readonly ColumnSurvey[];
  readonly day: number | undefined;
};

/** Bound: some hundreds of names and keys, and the values of each column, bounded by `ColumnSurvey`. */
export class TableSurvey {
  files = 0;
  bytes = 0;
  readonly sample = new FileSample();
  /** By extension, including `.gz`; "" for none. */
  readonly extensions = new Map<string, Count>();
  /** Skipped files of other formats, by extension. */
  readonly foreign = new Map<string, SkipCount>();
  readonly skips = new Map<SkipReason, SkipCount>();
  /** By the names of the columns. */
  readonly shapes = new Map<string, Shape>();
  readonly columns = new Map<string, ColumnSurvey>();
  /** Folders directly below the table that define no column, and the files below each. */
  readonly plainFolders = new Map<string, SkipCount>();
  /** Files in no folder of the table. */
  readonly direct: SkipCount = { count: 0, examples: [] };
  /** Keys with oddly named folders, by what is odd. */
  readonly odd = new Map<string, SkipCount>();
  readonly days = new DayVolumes();
  readonly #prefix: string;
  readonly #typeOf: (column: string) => DeclaredType;
  readonly #partitionsOf: FolderColumns['partitionsOf'];
  #path: string | undefined;
  #folder: Folder = { shape: undefined, columns: [], day: undefined };

  /** All keys begin with `prefix`. */
  constructor(
    prefix: string,
    typeOf: (column: string) => DeclaredType,
    { partitionsOf }: Pick<FolderColumns, 'partitionsOf'> = hiveFolders,
  ) {
    this.#prefix = prefix;
    this.#partitionsOf = partitionsOf;
    this.#typeOf = typeOf;
  }

  see(object: ListedObject): void {
    const path = object.key.slice(this.#prefix.length);
    const folder = path.slice(0, path.lastIndexOf('/') + 1);
    this.files++;
    this.bytes += object.size;
    this.sample.see(object);
    if (folder !== this.#path) this.#enter(folder, object);
    if (this.#folder.shape !== undefined) this.#folder.shape.files++;
    for (const column of this.#folder.columns) column.countFile();
    if (this.#folder.day !== undefined) this.days.add(this.#folder.day, object.size);
    if (folder === '') note(this.direct, object.key);
    else this.#notePlain(folder, object.key);
    const extension = shownExtension(path);
    const count = this.extensions.get(extension) ?? { files: 0, bytes: 0 };
    if (this.extensions.size < maxNames) this.extensions.set(extension, count);
    count.files++;
    count.bytes += object.size;
  }

  pass({ reason, key }: Skipped): void {
    noteUnder(this.skips, reason, key);
    if (reason === 'extension') noteUnder(this.foreign, shownExtension(key), key);
  }

  /** The files to inspect: all if there are few; otherwise the newest, the oldest, one of each shape, and others. */
  get samples(): readonly ListedObject[] {
    const shapes = [...this.shapes.values()].map(({ example }) => example);
    return this.sample.files(mostSampled, shapes);
  }

  #enter(folder: string, object: ListedObject): void {
    this.#path = folder;
    const columns: ColumnSurvey[] = [];
    const partitions = this.#partitionsOf(folder);
    for (const partition of partitions) {
      const name = partition.column.toLowerCase();
      const type = this.#typeOf(partition.column);
      const column = this.columns.get(name) ?? new ColumnSurvey(partition.column, type);
      this.columns.set(name, column);
      column.see(partition, object.key);
      columns.push(column);
    }
    const names = partitions.map(({ column }) => column.toLowerCase());
    const shape = this.shapes.get(names.join('/')) ?? { columns: names, files: 0, example: object };
    if (this.shapes.size < maxShapes) this.shapes.set(names.join('/'), shape);
    this.#folder = { shape, columns, day: dayOf(partitions) };
    for (const oddity of odditiesOf(folder)) noteUnder(this.odd, oddity, object.key);
  }

  #notePlain(folder: string, key: string): void {
    const top = folder.slice(0, folder.indexOf('/'));
    const isDate = this.#partitionsOf !== hiveFolders.partitionsOf && this.#folder.columns.length > 0;
    if (!top.includes('=') && !isDate) noteUnder(this.plainFolders, top, key);
  }
}

function noteUnder<Name>(counts: Map<Name, SkipCount>, name: Name, key: string): void {
  const count = counts.get(name) ?? { count: 0, examples: [] };
  if (counts.size < maxNames) counts.set(name, count);
  note(count, key);
}

function note(count: SkipCount, key: string): void {
  count.count++;
  if (count.examples.length < examplesKept) count.examples.push(key);
}

/** What is odd in the names of folders, in words. */
function odditiesOf(folder: string): readonly string[] {
  const names = folder.split('/').slice(0, -1);
  const found = new Set<string>();
  for (const name of names) {
    if (name === '') found.add('a folder without a name (two slashes in a row)');
    if (name.startsWith('=')) found.add('a folder "=…", which names no column and carries none');
    if (/^[^=]+=$/u.test(name)) found.add('a folder "…=" without a value, which is read as empty text');
    if (name !== name.trim()) found.add('a folder whose name begins or ends with a blank');
    if (name.includes('=') && /%(?![0-9A-Fa-f]{2})/u.test(name))
      found.add('a folder with a "%" that encodes nothing and is read as it stands');
  }
  return [...found];
}

// Objects of one table in little memory: a table can have ten million files. They are rows of a temporary database, which SQLite
// keeps in memory up to the size of its cache, and beyond that in files without a name (docs/adr/0020).
import { tmpdir } from 'node:os';
import { DatabaseSync, type StatementSync } from 'node:sqlite';

import type { ListedObject } from '@s3-connectors/common/s3/list.ts';

const cacheKibibytes = 16 * 1024;
/** No one else has the database, and nothing of it outlives the run. */
const settings = `PRAGMA cache_size = -${cacheKibibytes}; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF`;

/** Bound: 16 MiB of memory; on disk the bytes of the keys and about 80 for each file, twice that if there are many. */
export class ListedObjects implements Disposable {
  readonly #prefix: string;
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  #length = 0;
  #totalBytes = 0;

  /** All keys begin with `prefix`. @throws as a failure of the disk, with the system's code. */
  constructor(prefix: string) {
    this.#prefix = prefix;
    process.env['SQLITE_TMPDIR'] ??= tmpdir(); // Otherwise SQLite has its own order of the system's folders.
    this.#database = onDisk(() => new DatabaseSync(''));
    this.#database.exec(`${settings}; CREATE TABLE object (time INTEGER, path BLOB, etag BLOB, size INTEGER); BEGIN`);
    this.#insert = this.#database.prepare('INSERT INTO object VALUES (?, ?, ?, ?)');
  }

  get length(): number {
    return this.#length;
  }

  /** The sum of all sizes. */
  get totalBytes(): number {
    return this.#totalBytes;
  }

  add({ key, etag, size, lastModified }: ListedObject): void {
    const path = Buffer.from(key.slice(this.#prefix.length));
    onDisk(() => this.#insert.run(lastModified.getTime(), path, Buffer.from(etag), size));
    this.#length++;
    this.#totalBytes += size;
  }

  /** By LastModified, then by the bytes of the key: the order of reading. They are sorted now, and yielded as they are taken. */
  sorted(): Iterable<ListedObject> {
    const query = this.#database.prepare('SELECT time, path, etag, size FROM object ORDER BY time, path');
    query.setReturnArrays(true);
    const rows = query.iterate() as Iterator<unknown> as Iterator<Row, undefined>;
    return objects(
      this.#prefix,
      rows,
      onDisk(() => rows.next()),
    );
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}

type Row = readonly [time: number, path: Uint8Array, etag: Uint8Array, size: number];

function* objects(
  prefix: string,
  rows: Iterator<Row, undefined>,
  first: IteratorResult<Row, undefined>,
): Generator<ListedObject> {
  for (let row = first; row.done !== true; row = onDisk(() => rows.next())) {
    const [time, path, etag, size] = row.value;
    yield { key: prefix + textOf(path), size, etag: textOf(etag), lastModified: new Date(time) };
  }
}

/** As bytes, because a text of the database would end at a NUL. */
function textOf({ buffer, byteOffset, length }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, length).toString();
}

/** The system's codes for SQLite's disk errors. */
const systemCodes: ReadonlyMap<number, string> = new Map([
  [10, 'EIO'],
  [13, 'ENOSPC'],
  [14, 'EACCES'],
]);

function onDisk<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const { errcode = 0 } = error as { readonly errcode?: number };
    const code = systemCodes.get(errcode % 256); // The higher bits have details.
    if (code === undefined) throw error;
    throw Object.assign(new Error(`${code}: the listing cannot be kept`, { cause: error }), { code, syscall: 'write' });
  }
}

// Finds the tables: every folder directly below a schema prefix is one, and a stream; with `tables_from: files` every data file
// there. A listing with a delimiter costs a request per thousand of them, however many objects the folders contain.
import { ConnectorError, type StreamDescriptor } from '@s3-connectors/common/protocol/errors.ts';
import { streamKey, streamLabel, type StreamKey } from '@s3-connectors/common/protocol/stream-key.ts';
import type { S3 } from '@s3-connectors/common/s3/connection/client.ts';
import { listPages, type ListedObject, type ListPage } from '@s3-connectors/common/s3/list.ts';
import { ahead } from '@s3-connectors/common/streams/ahead.ts';
import { mapConcurrent } from '@s3-connectors/common/streams/map-concurrent.ts';

import type { SchemaPrefix, SourceConfig } from '../config/config.ts';
import { namingOf, stemOf, type Naming } from '../layout/file-name.ts';
import { folderGlob } from '../layout/folder-glob.ts';
import { namespaceOf, skipReason, tableName, type SkipReason } from '../layout/layout.ts';
import { countSkip, gather, type Gathered, type SkipReport } from './skip-report.ts';
import { tableFormat } from './table-format.ts';

export type Table = {
  readonly stream: StreamDescriptor;
  /** The folder with its `/` that contains all its keys. */
  readonly prefix: string;
  /** Set if one file is the table. */
  readonly file?: ListedObject;
};

/** The folder or the file. */
export function tablePlace({ prefix, file }: Table): string {
  return file?.key ?? prefix;
}

/** With the objects directly below the schema prefixes that belong to no table. */
export type Tables = Gathered & {
  /** In the order of the prefixes and then of the keys. */
  readonly byStream: ReadonlyMap<StreamKey, Table>;
  /** Invalid schema prefixes, and streams that would exist twice; the errors name them. */
  readonly refused: readonly ConnectorError[];
};

const prefixesAtOnce = 8;

type TablesConfig = Pick<SourceConfig, 'schemaPrefixes' | 'tablesFrom' | 'format' | 'selection'>;

export async function findTables(s3: S3, config: TablesConfig, signal: AbortSignal): Promise<Tables> {
  const byStream = new Map<StreamKey, Table>();
  const skips: SkipReport = new Map();
  const foreign: Gathered['foreign'] = new Map();
  const refused: ConnectorError[] = [];
  const twice = new Set<StreamKey>();
  const listed = mapConcurrent(
    schemaPaths(s3, { prefixes: config.schemaPrefixes, skips }, signal),
    prefixesAtOnce,
    async (path, stop) => {
      const level = ahead(async () => {
        const content = await listLevel(s3, path, stop);
        return { path, ...content, format: await tableFormatOf(s3, path, content.folders, stop) };
      });
      await Promise.allSettled([level()]);
      return level; // A failure comes in its turn, so that the first prefix is named and not the first answer.
    },
    signal,
  );
  for await (const one of listed) {
    const { path, objects, folders, format } = await one();
    if (format !== undefined) {
      refused.push(tableAsPrefix(path, format));
      continue;
    }
    const level = { path, objects, folders, skips, foreign };
    for (const table of config.tablesFrom === 'files' ? fileTables(level, config) : folderTables(level)) {
      const key = streamKey(table.stream);
      const twin = byStream.get(key);
      if (twin === undefined) byStream.set(key, table);
      else {
        twice.add(key);
        refused.push(twins(table, twin));
      }
    }
  }
  for (const key of twice) byStream.delete(key);
  return { byStream, skips, foreign, refused };
}

type Level = ListPage & Gathered & { readonly path: string };

function* folderTables({ path, objects, folders, skips }: Level): Generator<Table> {
  countStrays(skips, path, objects);
  for (const folder of folders) {
    const name = folder.slice(path.length, -1);
    const reason = folderSkip(name);
    if (reason === undefined) yield { stream: streamOf(path, tableName(name)), prefix: folder };
    else countSkip(skips, reason, folder);
  }
}

/** By name only: a file that is too old or archived is a table without a file to read, like a folder of such files. */
function* fileTables({ path, objects, folders, ...counts }: Level, config: TablesConfig): Generator<Table> {
  const naming = namingOf(config.format.format);
  for (const folder of folders) {
    gather(counts, { reason: folderSkip(folder.slice(path.length, -1)) ?? 'folder', key: folder });
  }
  for (const file of objects) {
    const name = file.key.slice(path.length);
    const isAsked = (extension: string | undefined): boolean => config.selection.asksFor(name, extension);
    const byName = skipReason({ path: name, size: 1, archived: false, isAsked }, naming);
    const reason = byName ?? (config.selection.matches(name) ? undefined : 'file_pattern');
    if (reason === undefined) yield { stream: streamOf(path, stemOf(name)), prefix: path, file };
    else gather(counts, { reason, key: file.key });
  }
}

function folderSkip(name: string): SkipReason | undefined {
  if (name === '') return 'no_table'; // `a//b`
  return name.startsWith('_') || name.startsWith('.') ? 'hidden' : undefined;
}

function streamOf(path: string, name: string): StreamDescriptor {
  const namespace = namespaceOf(path);
  return { name, ...(namespace !== undefined && { namespace }) };
}

/** The schema prefixes, each once. Those with wildcards are replaced by the folders that they match. */
export async function* schemaPaths(
  s3: S3,
  { prefixes, skips }: { readonly prefixes: readonly SchemaPrefix[]; readonly skips: SkipReport },
  signal: AbortSignal,
): AsyncGenerator<string> {
  const seen = new Set<string>();
  for (const { path, levels } of prefixes) {
    for await (const folder of matchingFolders(s3, { path, levels, skips }, signal)) {
      if (!seen.has(folder)) yield folder;
      seen.add(folder);
    }
  }
}

type Wildcards = SchemaPrefix & { readonly skips: SkipReport };

async function* matchingFolders(
  s3: S3,
  { path, levels, skips }: Wildcards,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const [name, ...deeper] = levels;
  if (name === undefined) {
    yield path;
    return;
  }
  if (!name.includes('*')) {
    yield* matchingFolders(s3, { path: `${path}${name}/`, levels: deeper, skips }, signal);
    return;
  }
  const [head = ''] = name.split('*');
  const { objects, folders } = await listLevel(s3, `${path}${head}`, signal);
  countStrays(skips, path, objects);
  const pattern = folderGlob(name);
  for (const folder of folders) {
    const own = folder.slice(path.length, -1);
    const reason = head === '' ? folderSkip(own) : undefined; // A name that is spelled is wanted.
    if (reason !== undefined) countSkip(skips, reason, folder);
    else if (pattern.test(own)) yield* matchingFolders(s3, { path: folder, levels: deeper, skips }, signal);
  }
}

async function listLevel(s3: S3, prefix: string, signal: AbortSignal): Promise<ListPage> {
  const pages = await Array.fromAsync(listPages(s3, { prefix, delimiter: '/' }, signal));
  return {
    objects: pages.flatMap(({ objects }) => objects),
    folders: pages.flatMap(({ folders }) => folders),
  };
}

/** The content of a schema prefix may be of any format. */
const anyJson = { jsonIsData: true };
const anyFormat: Naming = { extensions: [], compressible: true };

function countStrays(skips: SkipReport, path: string, objects: readonly ListedObject[]): void {
  for (const { key } of objects) {
    const reason = skipReason({ path: key.slice(path.length), size: 1, archived: false }, anyFormat);
    countSkip(skips, reason === undefined || reason === 'extension' ? 'no_table' : reason, key);
  }
}

/** A schema prefix can itself be a table of such a format, and its folders would look like plain tables. */
async function tableFormatOf(
  s3: S3,
  path: string,
  folders: readonly string[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const byFolder = folders
    .map((folder) => tableFormat(folder.slice(path.length), anyJson))
    .find((format) => format !== undefined);
  // Iceberg's two folders. A plain table may be called "metadata" and be large.
  const isLikeIceberg = ['metadata/', 'data/'].every((name) => folders.includes(`${path}${name}`));
  if (byFolder !== undefined || !isLikeIceberg) return byFolder;
  const { objects } = await listLevel(s3, `${path}metadata/`, signal);
  return objects.map(({ key }) => tableFormat(key.slice(path.length), anyJson)).find((format) => format !== undefined);
}

function tableAsPrefix(path: string, format: string): ConnectorError {
  return new ConnectorError(
    'TABLE_FORMAT_UNSUPPORTED',
    `The schema prefix "${path}" is itself a table in ${format} format: its files still contain deleted rows. Use a connector for ${format}, or export it as plain files.`,
  );
}

function twins(table: Table, other: Table): ConnectorError {
  const { stream, file } = table;
  const what = file === undefined ? 'folders' : 'files';
  const remedy =
    file === undefined
      ? ''
      : ' If they are parts of one table, put them in a folder and set tables_from to "folders", or choose one by file_pattern.';
  return new ConnectorError(
    'CONFIG_INVALID',
    `The ${what} "${tablePlace(other)}" and "${tablePlace(table)}" would both become the stream "${streamLabel(stream)}". Neither is read. Rename one, or list their schema prefixes in separate connections.${remedy}`,
    { stream },
  );
}

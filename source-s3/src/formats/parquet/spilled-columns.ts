// A row group whose pages do not fit in memory together: the JSON texts of its columns are made in turns, into files of small pages
// that are then read together. They are texts and not values, so for every type the lines equal those of the direct way.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { literal } from '@s3-connectors/common/columns/sql.ts';

import { LocalFile } from '@s3-connectors/common/local-disk/local-file.ts';
import type { TempFolder } from '@s3-connectors/common/local-disk/temp-folder.ts';

import type { Engine } from '../../engine/engine.ts';
import { textsSql, type RecordQuery } from '../../records/record-sql.ts';
import type { LocalRowGroup } from './fetch-row-group.ts';
import { vectorRows } from './page-memory.ts';
import type { ColumnGroup } from './column-groups.ts';
import { neededChunks, uncompressedBytes } from './footer/row-group.ts';

/** In the order of the groups. Removed when disposed of. */
type ColumnTexts = AsyncDisposable & { readonly paths: readonly string[] };

type Work = {
  readonly query: RecordQuery;
  readonly local: LocalRowGroup;
  readonly groups: readonly ColumnGroup[];
  readonly folder: TempFolder;
};

/** Of the files' row groups, all columns together. One page of each column is in memory when they are read. */
const rowGroupBytes = 8 * 1024 * 1024;
const mostVectors = 5;

/**
 * Takes the columns from the last to the first, and cuts the local file after those that are still needed, so that both together
 * take hardly more disk than the row group. The local file cannot be used afterwards.
 */
export async function spillColumns(
  engine: Engine,
  { query, local, groups, folder }: Work,
  signal: AbortSignal,
): Promise<ColumnTexts> {
  const rowBytes = uncompressedBytes(local.group.chunks) / Math.max(1, local.group.rows);
  const vectors = Math.floor(rowGroupBytes / Math.max(1, rowBytes) / vectorRows);
  const options = `FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE ${vectorRows * Math.max(1, Math.min(mostVectors, vectors))}`;
  const paths = groups.map((_, index) => join(folder.path, `texts-${index}.parquet`));
  const remove = async (): Promise<void> => {
    for (const path of paths) await rm(path, { force: true });
  };
  try {
    for (const [index, { columns }] of [...groups.entries()].toReversed()) {
      await engine.run(`COPY (${textsSql(query, columns)}) TO ${literal(paths[index] ?? '')} (${options})`, signal);
      await folder.use(() => cutBehind(local, groups.slice(0, index)));
    }
    return { paths, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** The footer goes to the new end of the file. Its positions count from the file's start. */
async function cutBehind({ path, file, group }: LocalRowGroup, needed: readonly ColumnGroup[]): Promise<void> {
  const chunks = needed.flatMap(({ columns }) => neededChunks(group, columns));
  const end = Math.max(0, ...chunks.map((chunk) => chunk.end));
  await using output = await LocalFile.open(path, 'change');
  await output.truncate(end);
  await output.write(file.footerOf(group), end);
}

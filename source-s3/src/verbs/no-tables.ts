// The answer if the schema prefixes have no table: what is there, or next to it, instead.
import { countOf } from '@s3-connectors/common/program/text-layout.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { S3 } from '@s3-connectors/common/s3/connection/client.ts';
import { listPages } from '@s3-connectors/common/s3/list.ts';

import { shownPrefix, type SchemaPrefix, type SourceConfig } from '../config/config.ts';
import { parentOf } from '../layout/layout.ts';
import type { Tables } from '../listing/tables.ts';
import { NothingRead } from './no-data.ts';

/** For files directly below a schema prefix. */
export const strayRemedy =
  'If they are one table, put them in a folder or give the path above as the schema prefix; if each is a table, set tables_from to "files".';

/** CONFIG_INVALID, with what is there instead. */
export async function noTables(
  s3: S3,
  config: SourceConfig,
  { skips, foreign, refused }: Tables,
  signal: AbortSignal,
): Promise<ConnectorError> {
  const [first] = refused;
  if (first !== undefined) return first;
  const { connection, schemaPrefixes } = config;
  const paths = schemaPrefixes.map((prefix) => `"${shownPrefix(prefix)}"`).join(', ');
  const stray = skips.get('no_table');
  const beside = (): Promise<string> => neighbours(s3, schemaPrefixes, signal);
  const text = `There is no table below ${paths} in the bucket "${connection.bucket}".`;
  if (config.tablesFrom === 'files') {
    const nothing = new NothingRead();
    nothing.add('', { skips, foreign });
    const instead = skips.size === 0 ? `Correct schema_prefixes. ${await beside()}` : nothing.advice(config);
    return new ConnectorError(
      'CONFIG_INVALID',
      `${text} With tables_from "files" a table is a file directly below a schema prefix. ${instead}`.trim(),
    );
  }
  const instead =
    stray === undefined
      ? await beside()
      : `${countOf(stray.count, 'key')} ${stray.count === 1 ? 'is' : 'are'} directly below it, in no folder, such as "${stray.example}". ${strayRemedy}`;
  const folders =
    'A table is a folder directly below a schema prefix, with its files in it: <schema prefix>/<table>/<file>.';
  return new ConnectorError('CONFIG_INVALID', `${text} ${folders} Correct schema_prefixes. ${instead}`.trim());
}

const neighboursNamed = 5;

/** The folders next to the first schema prefix, in case it is mistyped. Empty if they may not be listed. */
async function neighbours(s3: S3, prefixes: readonly SchemaPrefix[], signal: AbortSignal): Promise<string> {
  try {
    return await foldersBeside(s3, prefixes[0]?.path ?? '', signal);
  } catch (error) {
    if (error instanceof ConnectorError && error.code === 'S3_ACCESS_DENIED') return '';
    throw error;
  }
}

/** On the nearest level above that has some: the first part may be wrong, such as the bucket's own name. */
async function foldersBeside(s3: S3, path: string, signal: AbortSignal): Promise<string> {
  if (path === '') return 'The bucket has no folder at its root.';
  const parent = parentOf(path);
  for await (const { folders } of listPages(s3, { prefix: parent, delimiter: '/' }, signal)) {
    if (folders.length === 0) break;
    const named = folders
      .slice(0, neighboursNamed)
      .map((folder) => `"${folder}"`)
      .join(', ');
    const where = parent === '' ? 'At the root of the bucket' : `Below "${parent}"`;
    return `${where} there are ${named}${folders.length > neighboursNamed ? ', …' : ''}.`;
  }
  return await foldersBeside(s3, parent, signal);
}

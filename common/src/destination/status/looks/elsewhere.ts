// Looks for data of this layout where a mistake in the setting would put it, outside the prefix. A folder that may not be
// listed is skipped: the policy of a destination allows only its prefix.
import { ConnectorError } from '../../../protocol/errors.ts';
import { listPages, type ListPage } from '../../../s3/list.ts';
import { finding } from '../report/finding.ts';
import type { StatusCode } from '../report/report.ts';
import type { Look } from './look.ts';

const foldersTried = 20;

type Probe = { readonly prefix: string; readonly code: StatusCode; readonly setting: string };

/** Bound: 3 and `foldersTried` listings of one page. `isEmpty`: nothing was found below the prefix. */
export async function lookElsewhere(look: Look, isEmpty: boolean, signal: AbortSignal): Promise<void> {
  const { prefix, s3, layout } = look;
  const probes = prefix === '' ? [] : [...mistakes(look)];
  if (isEmpty) probes.push(...(await rootFolders(look, signal)));
  for (const { prefix: tried, code, setting } of probes) {
    const page = await firstPage(look, { prefix: `${tried}${layout.parent}`, pageSize: 1 }, signal);
    const [object] = page?.objects ?? [];
    if (object === undefined || layout.readKey(object.key.slice(tried.length)) === undefined) continue;
    const text = `Data files of this layout are below "${tried}" in the bucket "${s3.bucket}", not below "${prefix}": ${setting}.`;
    look.findings.add(finding(code, text, { examples: [object.key] }));
  }
}

function* mistakes({ prefix, s3 }: Look): Generator<Probe> {
  const remedy = `write "prefix": ${JSON.stringify(prefix.slice(0, -1))}`;
  yield {
    prefix: `/${prefix}`,
    code: 'leading_slash',
    setting: `the prefix of their writer begins with a slash; ${remedy}`,
  };
  yield {
    prefix: `${s3.bucket}/${prefix}`,
    code: 'bucket_in_prefix',
    setting: `the prefix of their writer begins with the bucket’s name; ${remedy}`,
  };
}

async function rootFolders(look: Look, signal: AbortSignal): Promise<readonly Probe[]> {
  const page = await firstPage(look, { prefix: '', delimiter: '/' }, signal);
  const { prefix } = look;
  const others = (page?.folders ?? []).filter(
    (folder) => folder !== '/' && folder !== prefix && folder !== `${look.s3.bucket}/`,
  );
  const folders = others.filter((folder) => !folder.startsWith(look.layout.parent)).slice(0, foldersTried);
  const isAtRoot = prefix !== '' && others.some((folder) => folder.startsWith(look.layout.parent));
  const setting = 'if they are the ones you look for, their "prefix" is this one';
  return [...(isAtRoot ? [''] : []), ...folders].map((folder) => ({
    prefix: folder,
    code: 'found_elsewhere',
    setting,
  }));
}

async function firstPage(
  { s3 }: Look,
  listing: Parameters<typeof listPages>[1],
  signal: AbortSignal,
): Promise<ListPage | undefined> {
  try {
    for await (const page of listPages(s3, listing, signal)) return page;
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.code !== 'S3_ACCESS_DENIED') throw error;
  }
  return undefined;
}

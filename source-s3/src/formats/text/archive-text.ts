// The files in a ZIP archive as texts, one after another.
import type { Log } from '@s3-connectors/common/protocol/log.ts';
import type { ListedObject } from '@s3-connectors/common/s3/list.ts';

import type { Encoding } from '../../config/csv-config.ts';
import type { Naming } from '../../layout/file-name.ts';
import { skipReason } from '../../layout/layout.ts';
import { countSkip, describeSkips, type SkipReport } from '../../listing/skip-report.ts';
import type { ObjectBytes } from '../contract/object-bytes.ts';
import { unreadable } from '../contract/unreadable.ts';
import { inflatedBytes } from './compression/compression.ts';
import { asUnreadable, decodedFrom, type ObjectText } from './readable-text.ts';
import { isEmpty, memberBytes, refusalOf, zipMembers, type ZipMember } from './compression/zip.ts';

type ToOpen = {
  readonly object: ListedObject;
  readonly encoding: Encoding;
  /** Of the table's format. */
  readonly naming: Naming;
  readonly log: Log;
};

/** The first text of an archive, which leads to the others. An empty text if there is none. */
export async function openArchive(
  { from }: Pick<ObjectBytes, 'from'>,
  { object, encoding, naming, log }: ToOpen,
  signal: AbortSignal,
): Promise<ObjectText> {
  const archive = { size: object.size, from };
  const members = await zipMembers(archive, signal).catch((error: unknown) => {
    throw asUnreadable(object.key, error, signal);
  });
  const { wanted, skips } = chooseMembers(members, naming);
  const left = describeSkips(skips);
  if (left !== undefined) {
    const isOdd = wanted.length === 0 || skips.has('empty');
    log(isOdd ? 'WARN' : 'INFO', `"${object.key}": not read from the archive, by reason: ${left}`);
  } else if (wanted.length === 0) log('WARN', `"${object.key}": the archive has no file`);
  const [twins] = Map.groupBy(wanted, pathOf)
    .entries()
    .filter(([, named]) => named.length > 1);
  if (twins !== undefined) log('WARN', twinsText(object.key, twins));
  let text: ObjectText | undefined;
  let end = Number.POSITIVE_INFINITY;
  for (const { member, base } of placed(wanted).toReversed()) {
    const key = `${object.key}/${member.name}`;
    const refusal = refusalOf(member);
    if (refusal !== undefined) throw unreadable({ key }, `it ${refusal}`);
    const open = (stop: AbortSignal) => memberBytes(archive, { member, pieceBytes: inflatedBytes }, stop);
    text = { compression: 'zip', key, base, end, from: decodedFrom(open, encoding, key), next: text };
    end = base;
  }
  return text ?? { compression: 'zip', key: object.key, base: 0, end, from: () => noBytes() };
}

/** The archive may have been updated by a program that adds the new file and keeps the old one. */
function twinsText(key: string, [path, { length }]: readonly [string, readonly ZipMember[]]): string {
  return `"${key}": ${length} files of the archive are named "${path}", and all are read. Programs that unpack it keep one of them. If rows are repeated, write the archive again.`;
}

async function* noBytes(): AsyncGenerator<Uint8Array> {
  // No piece.
}

/** Text in UTF-8 has at most twice the bytes of any other encoding. The position after the last byte is its own. */
function placed(members: readonly ZipMember[]): readonly { readonly member: ZipMember; readonly base: number }[] {
  let base = 0;
  return members.map((member) => {
    const found = { member, base };
    base += 2 * member.bytes + 1;
    return found;
  });
}

/** The data files among the members, by their names. If there are none, those that only have the extension of another format. */
function chooseMembers(members: readonly ZipMember[], naming: Naming) {
  const skips: SkipReport = new Map();
  const reasons = members.map((member) => {
    return skipReason({ path: pathOf(member), size: isEmpty(member) ? 0 : 1, archived: false }, naming);
  });
  const least = reasons.includes(undefined) ? undefined : 'extension';
  const wanted = members.filter(({ name }, index) => {
    const reason = reasons[index];
    if (reason === least) return true;
    if (reason !== undefined) countSkip(skips, reason, name);
    return false;
  });
  return { wanted, skips };
}

/** The path of a member may be written with folders that are not names: `./a.json`. */
function pathOf({ name }: ZipMember): string {
  return name
    .split('/')
    .filter((part) => part !== '.' && part !== '..')
    .join('/');
}

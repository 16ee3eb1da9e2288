// The write of a rehearsal, with the headers of a sync. If it is denied, the same write with other headers shows what is
// missing.
import type { Line, Rehearsal } from '../../permissions/rehearsal.ts';
import { ConnectorError } from '../../protocol/errors.ts';
import type { WriteHeaders } from '../../s3/write.ts';
import type { Probes } from './probes.ts';

/** @returns whether it was written. */
export async function rehearseWrite(
  rehearsal: Rehearsal,
  needs: readonly Line['need'][],
  probes: Probes,
): Promise<boolean> {
  const { headers } = probes.place;
  const step = `Write an object${headers.acl === undefined ? '' : ` with the ACL ${headers.acl}`}`;
  try {
    await probes.write(headers);
    for (const need of needs) rehearsal.note(step, need, { state: 'ok' });
    return true;
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    if (error.code !== 'S3_ACCESS_DENIED') rehearsal.refuse(step, needs, error);
    else await tellApart(rehearsal, { step, needs, error }, probes);
    return false;
  }
}

type Denied = { readonly step: string; readonly needs: readonly Line['need'][]; readonly error: ConnectorError };

async function tellApart(rehearsal: Rehearsal, { step, needs, error }: Denied, probes: Probes): Promise<void> {
  const resource = needs.find(({ action }) => action === 's3:PutObjectAcl')?.resource ?? needs[0]?.resource ?? '';
  const others = [...otherHeaders(probes.place.headers)];
  const allowed = await Promise.all(others.map(({ headers }) => isAllowed(probes, headers)));
  for (const { missing, remedy } of others.filter((_, index) => allowed[index])) {
    const { code, message, answer } = error;
    const told = new ConnectorError(code, `${message} ${remedy(resource)}`, { answer });
    const passed = missing === undefined ? [] : needs.filter(({ action }) => allowedWithout[missing].includes(action));
    for (const need of passed) rehearsal.note(step, need, { state: 'ok' });
    rehearsal.refuse(
      step,
      needs.filter((need) => !passed.includes(need)),
      told,
    );
    return;
  }
  rehearsal.refuse(step, needs, error);
}

function isAllowed(probes: Probes, headers: WriteHeaders): Promise<boolean> {
  return probes.write(headers).then(
    () => true,
    () => false,
  );
}

type OtherHeaders = {
  readonly headers: WriteHeaders;
  /** The permission that the headers of the config need and these do not. */
  readonly missing?: keyof typeof allowedWithout;
  readonly remedy: (resource: string) => string;
};

/** By the permission that is missing: the actions that are certainly allowed if the write without its headers passes. */
const allowedWithout = {
  's3:PutObjectAcl': ['s3:PutObject'],
  's3:PutObjectTagging': ['s3:PutObject', 's3:PutObjectAcl'],
} satisfies Record<string, readonly string[]>;

const tagsMissing = (resource: string): string =>
  `Without the tags the same write is allowed: it is s3:PutObjectTagging on ${resource} that is missing. Allow that, or remove "object_tags".`;

const aclMissing = (aclResource: string): string =>
  `Without the ACL the same write is allowed: it is s3:PutObjectAcl on ${aclResource} that is missing, or a condition that does not let this ACL pass. Allow that, or set "acl" to "none".`;
const aclWanted = (): string => 'With the ACL the same write is allowed: set "acl" to "bucket-owner-full-control".';
const encryptionWanted = (): string =>
  'With the header of SSE-S3 the same write is allowed: set "encryption" to sse_s3.';

/** Headers to try if those of the config are denied, and what it means if they pass. */
function* otherHeaders(headers: WriteHeaders): Generator<OtherHeaders> {
  const { acl, tags, ...others } = headers;
  const tagged = tags === undefined ? {} : { tags };
  const untagged = { ...others, ...(acl === undefined ? {} : { acl }) };
  if (tags !== undefined) yield { headers: untagged, missing: 's3:PutObjectTagging', remedy: tagsMissing };
  if (acl !== undefined) yield { headers: { ...others, ...tagged }, missing: 's3:PutObjectAcl', remedy: aclMissing };
  else yield { headers: { ...headers, acl: 'bucket-owner-full-control' }, remedy: aclWanted };
  if (headers.encryption.mode !== 'bucket_default') return;
  yield { headers: { ...headers, encryption: { mode: 'sse_s3' } }, remedy: encryptionWanted };
}

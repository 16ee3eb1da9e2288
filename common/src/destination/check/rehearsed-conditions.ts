// The conditional writes of a rehearsal. Documents in the bucket are created only if they are new, and overwritten only in the
// version that was read, so that one of two runs fails instead of undoing the other's work. Some storages refuse such a write;
// others ignore the condition, which is worse.
import type { Line, Rehearsal } from '../../permissions/rehearsal.ts';
import { ConnectorError } from '../../protocol/errors.ts';
import type { Probes } from './probes.ts';

const steps = {
  create: 'Write it only if it is new',
  replace: 'Write it only over the version that was read',
} as const;
/** No object of this connector has this ETag: no known content has this MD5. */
const otherEtag = '"00000000000000000000000000000000"';

const remedy =
  'Set "conditional_writes" to false, and let only one run at a time write below the prefix: the connector then notices another run only by reading before each write';

type Refusal = ConnectorError | undefined;

/** `create`: creating an object that exists. `other`: overwriting a version that does not exist. A storage must refuse both. */
export type Refusals = { readonly create: Refusal; readonly other: Refusal };

/** These writes change nothing unless the storage ignores a condition. Undefined if no sync sends conditions. */
export async function refusedWrites(probes: Probes): Promise<Refusals | undefined> {
  const { headers } = probes.place;
  if (headers.conditions === 'looked_up') return undefined;
  const [create, other] = await Promise.all([
    refusalOf(() => probes.write(headers, { ifNoneMatch: '*' })),
    refusalOf(() => probes.write(headers, { ifMatch: otherEtag })),
  ]);
  return { create, other };
}

/** Whether one of these writes changed the object. */
export function changedObject(refusals: Refusals | undefined): boolean {
  return refusals !== undefined && (refusals.create === undefined || refusals.other === undefined);
}

/** @param need the need of a write, with the cases in which it must be conditional. */
export async function rehearseConditions(
  rehearsal: Rehearsal,
  need: Line['need'],
  { probes, refusals }: { readonly probes: Probes; readonly refusals: Refusals | undefined },
): Promise<void> {
  if (refusals === undefined) {
    for (const step of Object.values(steps)) {
      rehearsal.skip(step, [need], '"conditional_writes" is false: let only one run at a time write below the prefix');
    }
    return;
  }
  note(rehearsal, steps.create, need, verdict(refusals.create, 'If-None-Match'));
  const ifMatch = probes.written?.etag ?? otherEtag;
  const replace = await refusalOf(() => probes.write(probes.place.headers, { ifMatch }));
  note(rehearsal, steps.replace, need, replace ?? verdict(refusals.other, 'If-Match'));
}

async function refusalOf(write: () => Promise<unknown>): Promise<Refusal> {
  try {
    await write();
    return undefined;
  } catch (error) {
    if (error instanceof ConnectorError) return error;
    throw error;
  }
}

/** What is wrong if a write that must conflict did not. */
function verdict(refusal: Refusal, header: string): ConnectorError | undefined {
  if (refusal?.code === 'S3_OBJECT_CONFLICT') return undefined;
  if (refusal !== undefined) return refusal;
  const text = `The storage ignores ${header}: it wrote over an object that it should have refused to replace. ${remedy}.`;
  return new ConnectorError('S3_REQUEST_REFUSED', text);
}

/** Does not fail the check: a storage without this feature may have all others. */
function note(rehearsal: Rehearsal, step: string, need: Line['need'], error: ConnectorError | undefined): void {
  rehearsal.note(step, need, error === undefined ? { state: 'ok' } : { state: 'refused', error });
}

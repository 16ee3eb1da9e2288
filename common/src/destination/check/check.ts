// `check` of both destinations rehearses a sync with the same headers: it writes a small object below the prefix, reads, lists
// and copies it, and deletes it again.
import type { Access } from '../../permissions/needs/access.ts';
import { needsOf } from '../../permissions/needs/needs.ts';
import { rehearsalPatience, Rehearsal, type Line } from '../../permissions/rehearsal.ts';
import type { VerbContext } from '../../protocol/connector.ts';
import { closeS3, openS3, type S3 } from '../../s3/connection/client.ts';
import { asksOf, type Action, type Operation } from '../../s3/address/operation.ts';
import { publicAccess } from '../../s3/public-access.ts';
import { Probes, type CheckedPlace } from './probes.ts';
import { rehearseConditions } from './rehearsed-conditions.ts';
import { rehearseWrite } from './rehearsed-write.ts';

/**
 * @param access the requests that the connector sends with this config. @throws an S3 code when a sync would fail, naming
 * everything that is missing. What only replaced streams need is a WARN.
 */
export async function check(place: CheckedPlace, access: Access, { log, signal }: VerbContext): Promise<void> {
  const s3 = openS3(place.connection, { log, ...rehearsalPatience });
  const probes = new Probes(s3, place, signal);
  const rehearsal = new Rehearsal(signal);
  const needs = needsFinder(access);
  try {
    const written = await rehearseWrite(rehearsal, needs('PutObject'), probes);
    const reading = needs('GetObject');
    const copying = [copyNeed(needs('CopyObject'))];
    const looking = reading.map((need) => ({ ...need, when: 'replacing' as const }));
    if (written === undefined) {
      rehearsal.skip('Read it', reading, 'nothing could be written');
      rehearsal.skip('Copy it', copying, 'nothing could be written');
    } else {
      const read = await rehearsal.try('Read it', reading, async () => {
        await probes.read(written);
        return true;
      });
      if (read === undefined) rehearsal.skip('Copy it', copying, 'it cannot be read');
      else {
        await rehearsal.try('Look at it', looking, () => probes.look(written));
        await rehearsal.try('Copy it', copying, () => probes.copy(written.key));
        if (!rehearsal.isOver) await rehearseConditions(rehearsal, conditionNeed(access), { probes, written });
      }
    }
    await rehearsal.try('List the folder', needs('ListObjectsV2'), () => probes.list());
    const always = probes.left.length > 0;
    await rehearsal.try('Delete what was written', needs('DeleteObjects'), () => probes.remove(), { always });
    await lookAtPublicAccess(rehearsal, needs('GetPublicAccessBlock'), s3, signal);
    const [left] = probes.left;
    if (left !== undefined) log('WARN', `The test object stays, because it may not be deleted: ${left}`);
    rehearsal.conclude(log);
  } finally {
    await probes.close();
    closeS3(s3);
  }
}

/** One line for everything that a copy needs: reading and writing were tried separately. */
function copyNeed(needs: readonly Line['need'][]): Line['need'] {
  const action = needs.map((need) => need.action).join(' and ');
  return { action, resource: needs[0]?.resource ?? '', when: 'replacing' };
}

/** The write is allowed; the question is whether the storage checks its condition. */
function conditionNeed({ conditions = 'replacing', ...access }: Access): Line['need'] {
  const need = needsOf(access).find(({ action }) => action === 's3:PutObject');
  return { action: 's3:PutObject', resource: need?.resource ?? '', when: conditions };
}

/** The need of an operation, from the list of needs, which has its conditions. */
function needsFinder(access: Access): (operation: Operation) => readonly Line['need'][] {
  const needs = needsOf(access);
  const { acl, encryption, tags } = access.headers ?? {};
  const sent = {
    acl: acl !== undefined,
    tags: tags !== undefined,
    ...(encryption?.mode === 'sse_kms' ? { kmsKeyId: encryption.kmsKeyId } : {}),
  };
  return (operation) => {
    const isWrite = operation === 'PutObject' || operation === 'CopyObject';
    const actions = asksOf({ operation, ...sent, acl: isWrite && sent.acl, tags: isWrite && sent.tags }).map(
      ([action]): Action => action,
    );
    return needs.filter(({ action }) => actions.includes(action));
  };
}

async function lookAtPublicAccess(
  rehearsal: Rehearsal,
  [need]: readonly Line['need'][],
  s3: S3,
  signal: AbortSignal,
): Promise<void> {
  if (need === undefined || rehearsal.isOver) return;
  const step = 'See whether public access is blocked';
  const access = await publicAccess(s3, signal);
  if (access === 'blocked') rehearsal.note(step, need, { state: 'ok' });
  else if (access === 'unknown')
    rehearsal.note(step, need, { state: 'not tried', text: 'not checked: it may not be read' });
  else {
    const text = `The bucket "${s3.bucket}" does not block public access by itself. Turn on all four settings of "Block public access", unless the account does.`;
    rehearsal.note(step, need, { state: 'advice', text });
  }
}

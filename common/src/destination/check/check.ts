// `check` of both destinations rehearses a sync with the same headers: it writes a small object below the prefix, reads, lists
// and copies it, and deletes it again.
import type { Access } from '../../permissions/needs/access.ts';
import { asksWith, needsOf } from '../../permissions/needs/needs.ts';
import { rehearsalPatience, Rehearsal, type Line } from '../../permissions/rehearsal.ts';
import { ahead } from '../../streams/ahead.ts';
import type { VerbContext } from '../../protocol/connector.ts';
import { openS3, type S3 } from '../../s3/connection/client.ts';
import type { Action, Operation } from '../../s3/address/operation.ts';
import { publicAccess } from '../../s3/public-access.ts';
import { Probes, type CheckedPlace } from './probes.ts';
import { changedObject, refusedWrites, rehearseConditions } from './rehearsed-conditions.ts';
import { rehearseWrite } from './rehearsed-write.ts';

/**
 * @param access the requests that the connector sends with this config. @throws an S3 code when a sync would fail, naming
 * everything that is missing. A missing permission that only replaced streams need is a WARN.
 */
export async function check(place: CheckedPlace, access: Access, { log, signal }: VerbContext): Promise<void> {
  using s3 = openS3(place.connection, { log, ...rehearsalPatience });
  await using probes = new Probes(s3, place, signal);
  const rehearsal = new Rehearsal(signal);
  const needs = needsFinder(access);
  const isWritten = await rehearseWrite(rehearsal, needs('PutObject'), probes);
  const asked = await askAhead({ probes, s3, signal }, { isWritten, isOver: rehearsal.isOver });
  const refusals = isWritten ? await asked.refusals() : undefined;
  const reading = needs('GetObject');
  const copying = [copyNeed(needs('CopyObject'))];
  const looking = reading.map((need) => ({ ...need, when: 'replacing' as const }));
  if (!isWritten) {
    rehearsal.skip('Read it', reading, 'nothing could be written');
    rehearsal.skip('Copy it', copying, 'nothing could be written');
  } else {
    const read = await rehearsal.try('Read it', reading, async () => {
      await (changedObject(refusals) ? probes.read() : asked.read());
      return true;
    });
    if (read === undefined) rehearsal.skip('Copy it', copying, 'it cannot be read');
    else {
      await rehearsal.try('Look at it', looking, asked.look);
      await rehearsal.try('Copy it', copying, asked.copy);
      if (!rehearsal.isOver) await rehearseConditions(rehearsal, conditionNeed(access), { probes, refusals });
    }
  }
  await rehearsal.try('List the folder', needs('ListObjectsV2'), asked.list);
  const always = probes.left.length > 0;
  await rehearsal.try('Delete what was written', needs('DeleteObjects'), () => probes.remove(), { always });
  await lookAtPublicAccess(rehearsal, needs('GetPublicAccessBlock'), { access: asked.access, bucket: s3.bucket });
  const [left] = probes.left;
  if (left !== undefined) log('WARN', `The test object stays, because it may not be deleted: ${left}`);
  rehearsal.conclude(log);
}

/** Does not start the request before the rehearsal tries it. */
function later<T>(ask: () => Promise<T>): () => Promise<T> {
  return ask;
}

/** Starts everything that needs at most the written object, and waits until all of it has ended. */
async function askAhead(
  { probes, s3, signal }: { readonly probes: Probes; readonly s3: S3; readonly signal: AbortSignal },
  { isWritten, isOver }: { readonly isWritten: boolean; readonly isOver: boolean },
) {
  const [start, startWritten] = [isOver ? later : ahead, isWritten ? ahead : later];
  const read = startWritten(() => probes.read());
  const look = startWritten(() => probes.look());
  const copy = startWritten(() => probes.copy());
  const refusals = startWritten(() => refusedWrites(probes));
  const list = start(() => probes.list());
  const access = start(() => publicAccess(s3, signal));
  if (isWritten) await Promise.allSettled([read(), look(), copy(), refusals()]);
  if (!isOver) await Promise.allSettled([list(), access()]);
  return { read, look, copy, list, refusals, access };
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

/** Finds the needs of an operation in the list of all needs, which has their conditions. */
function needsFinder(access: Access): (operation: Operation) => readonly Line['need'][] {
  const needs = needsOf(access);
  return (operation) => {
    const actions = asksWith(operation, access.headers).map(([action]): Action => action);
    return needs.filter(({ action }) => actions.includes(action));
  };
}

async function lookAtPublicAccess(
  rehearsal: Rehearsal,
  [need]: readonly Line['need'][],
  { access, bucket }: { readonly access: () => ReturnType<typeof publicAccess>; readonly bucket: string },
): Promise<void> {
  if (need === undefined || rehearsal.isOver) return;
  const step = 'See whether public access is blocked';
  const found = await access();
  if (found === 'blocked') rehearsal.note(step, need, { state: 'ok' });
  else if (found === 'unknown')
    rehearsal.note(step, need, { state: 'not tried', text: 'not checked: it may not be read' });
  else {
    const text = `The bucket "${bucket}" does not block public access by itself. Turn on all four settings of "Block public access", unless the account does.`;
    rehearsal.note(step, need, { state: 'advice', text });
  }
}

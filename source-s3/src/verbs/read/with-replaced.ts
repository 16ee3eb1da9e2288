// The hop for objects that were replaced while they were read: they are listed again and read once more, completely, after all
// others.
import { countOf } from '@s3-connectors/common/program/text-layout.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import { listPages, type ListedObject } from '@s3-connectors/common/s3/list.ts';

import type { ReadPart, TableReading, VersionPart } from './steps.ts';

/** `read`: the parts of one version of each object. @throws S3_OBJECT_CHANGED for an object that is replaced again. */
export async function* withReplaced(
  reading: TableReading,
  objects: Iterable<ListedObject>,
  read: (objects: Iterable<ListedObject>) => AsyncIterable<VersionPart>,
  signal: AbortSignal,
): AsyncGenerator<ReadPart> {
  const changed = new Map<string, number>();
  for await (const part of read(objects)) {
    if (part.kind === 'changed') changed.set(part.object.key, (changed.get(part.object.key) ?? 0) + part.rows);
    else yield part.kind === 'end' ? { kind: 'finished', object: part.object, again: false } : part;
  }
  const again: ListedObject[] = [];
  for (const [key, rows] of changed) {
    const object = await listAgain(reading, key, signal);
    const what = object === undefined ? 'deleted' : 'replaced';
    const then = object === undefined ? '' : ' It is now read again from the start.';
    reading.log(
      'WARN',
      `"${key}" was ${what} while it was read; ${countOf(rows, 'row')} of the old version ${rows === 1 ? 'was' : 'were'} sent.${then}`,
    );
    if (object !== undefined) again.push(object);
  }
  for await (const part of read(again)) {
    if (part.kind === 'changed') throw changedTwice(part.object);
    yield part.kind === 'end' ? { kind: 'finished', object: part.object, again: true } : part;
  }
}

async function listAgain({ s3 }: TableReading, key: string, signal: AbortSignal): Promise<ListedObject | undefined> {
  for await (const page of listPages(s3, { prefix: key, pageSize: 1 }, signal)) {
    return page.objects.find((object) => object.key === key); // The first in byte order: a prefix sorts before everything that begins with it.
  }
  return undefined;
}

function changedTwice(object: ListedObject): ConnectorError {
  const text = `"${object.key}" was replaced twice while it was read. Run again when its writer has finished.`;
  return new ConnectorError('S3_OBJECT_CHANGED', text);
}

// The owners of a table's rows, from its document in `_schemas/`, and the event of the table. Pure.
import { createHash } from 'node:crypto';

import type { StreamDescriptor } from '@s3-connectors/common/protocol/errors.ts';
import { streamKey } from '@s3-connectors/common/protocol/stream-key.ts';

/** `stream`: the first owner. `also`: another one; one is enough to know that the table is shared. */
export type Owners = { readonly stream: StreamDescriptor; readonly also?: StreamDescriptor };

/** The owners after rows of the stream came. */
export function withOwner(owners: Owners | undefined, stream: StreamDescriptor): Owners {
  if (owners === undefined) return { stream };
  return otherOwner(owners, stream) === undefined || owners.also !== undefined ? owners : { ...owners, also: stream };
}

/** A stream of the owners that is not this one. */
export function otherOwner({ stream: first, also }: Owners, stream: StreamDescriptor): StreamDescriptor | undefined {
  return [first, also].find((owner) => owner !== undefined && streamKey(owner) !== streamKey(stream));
}

/** Whether the stream is one of the owners. */
export function isOwner({ stream: first, also }: Owners, stream: StreamDescriptor): boolean {
  return [first, also].some((owner) => owner !== undefined && streamKey(owner) === streamKey(stream));
}

/** Represents the name of an event, ignoring case, because `_schemas/` contains no value of a record. */
export function eventMark(name: string): string {
  return createHash('sha256').update(Buffer.from(name.toLowerCase(), 'utf16le')).digest('hex'); // UTF-8 cannot express half surrogate pairs.
}

// Whose rows a table has, by its document in `_schemas/`, and for which event it was made. Pure.
import { createHash } from 'node:crypto';

import type { StreamDescriptor } from '@s3-connectors/common/protocol/errors.ts';
import { streamKey } from '@s3-connectors/common/protocol/stream-key.ts';

/** `stream`: the first. `also`: another one; one is enough to know that the table is shared. */
export type Owners = { readonly stream: StreamDescriptor; readonly also?: StreamDescriptor };

/** After rows of the stream came. */
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

/** Stands for the name of an event, but for its case, since `_schemas/` holds no value of a record. */
export function eventMark(name: string): string {
  return createHash('sha256').update(Buffer.from(name.toLowerCase(), 'utf16le')).digest('hex'); // UTF-8 has no half surrogate pairs.
}

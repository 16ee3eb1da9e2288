// Refuses to replace a stream by much less data, which is more likely a fault of the source.
import { countOf } from '../../program/text-layout.ts';
import { ConnectorError, type StreamDescriptor } from '../../protocol/errors.ts';
import { streamLabel } from '../../protocol/stream-key.ts';
import { smallFirst } from './document-memory.ts';
import { readRecords, type Area } from './manifest-store.ts';
import type { DataPlace } from './own-keys.ts';

/** `places`: all places of the stream. `rows`: in all of them together after the replacement. */
type Shrinking = {
  readonly stream: StreamDescriptor;
  readonly places: readonly DataPlace[];
  readonly rows: number;
  readonly maxShrinkPercent: number;
};

const readsAtOnce = 16;

/** Call it before any of the places is replaced. @throws REPLACEMENT_REFUSED */
export async function refuseShrinking(
  area: Area,
  { stream, places, rows, maxShrinkPercent }: Shrinking,
  signal?: AbortSignal,
): Promise<void> {
  let before = 0;
  const reads = smallFirst(
    area,
    { items: places, limit: readsAtOnce },
    async (place, reading, linked) => (await readRecords(reading, place, linked)).latest?.current?.rows ?? 0,
    signal,
  );
  for await (const rowsOfPlace of reads) before += rowsOfPlace;
  if (rows >= before * (1 - maxShrinkPercent / 100)) return;
  throw new ConnectorError(
    'REPLACEMENT_REFUSED',
    `The stream "${streamLabel(stream)}" would shrink from ${countOf(before, 'row')} to ${rows}, by more than ${maxShrinkPercent} %: the previous data stays current. Correct the source, or raise "max_shrink_percent".`,
    { stream },
  );
}

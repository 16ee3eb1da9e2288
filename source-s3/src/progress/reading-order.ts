// The order in which the objects of a table are read: by LastModified, then by the bytes of the key.
import type { ListedObject } from '@s3-connectors/common/s3/list.ts';

/** `time`: ms since 1970. */
export type Watermark = { readonly time: number; readonly key: string };

/** For sorting. */
export function inReadingOrder(a: ListedObject, b: ListedObject): number {
  return a.lastModified.getTime() - b.lastModified.getTime() || compareKeys(a.key, b.key);
}

export function placeOf(object: ListedObject): Watermark {
  return { time: object.lastModified.getTime(), key: object.key };
}

/** Undefined is before all. */
export function isAfter(place: Watermark, other: Watermark | undefined): boolean {
  if (other === undefined) return true;
  return place.time > other.time || (place.time === other.time && compareKeys(place.key, other.key) > 0);
}

function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

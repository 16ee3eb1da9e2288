// Objects that are dated in the future, by S3's clock or, if its answers have no date, by this machine's. Copy tools of other
// storages set such times. Read in their order, they would move the watermark into the future, and nothing that is written until
// then would be read.
import { countOf } from '@s3-connectors/common/program/text-layout.ts';
import type { S3 } from '@s3-connectors/common/s3/connection/client.ts';
import type { ListedObject } from '@s3-connectors/common/s3/list.ts';

/** Clocks differ. S3 itself refuses requests that are dated a quarter of an hour away. */
const toleranceMs = 3_600_000;

type Clocks = Pick<S3, 'contact'> & { readonly clock: Pick<S3['clock'], 'wall'> };

export type FutureObjects = ReturnType<typeof futureObjects>;

export function futureObjects(s3: Clocks) {
  let count = 0;
  let example: ListedObject | undefined;
  return {
    /** The object, with the present as its time if it is dated in the future. */
    at(object: ListedObject): ListedObject {
      const now = currentTime(s3);
      if (!isFuture(object.lastModified.getTime(), now)) return object;
      count++;
      example ??= object;
      return { ...object, lastModified: new Date(now) };
    },
    /** For the log. Empty if all times are in the past. */
    remarks(): readonly string[] {
      if (example === undefined) return [];
      const { key, lastModified } = example;
      const [are, they] = count === 1 ? ['is', 'it counts'] : ['are', 'they count'];
      return [
        `${countOf(count, 'file')} ${are} dated in the future by ${clockOwner(s3)} clock, such as "${key}" (${lastModified.toISOString()}); ${they} as modified now.`,
      ];
    },
  };
}

/** In ms since 1970. */
export function currentTime({ contact, clock }: Clocks): number {
  return contact.serverTime ?? clock.wall();
}

/** The clock that defines the present, for people. */
export function clockOwner({ contact }: Clocks): string {
  return contact.serverTime === undefined ? 'this machine’s' : "S3's";
}

export function isFuture(time: number, now: number): boolean {
  return time > now + toleranceMs;
}

// Objects that are dated in the future, by S3's clock or, if its answers have no date, by this machine's. Copy tools of other
// storages set such times. Read in their order, they would move the watermark into the future, and nothing that is written until
// then would be read.
import { countOf } from '@s3-connectors/common/program/text-layout.ts';
import type { S3 } from '@s3-connectors/common/s3/connection/client.ts';
import type { ListedObject } from '@s3-connectors/common/s3/list.ts';

/** Clocks differ. S3 itself refuses requests that are dated a quarter of an hour away. */
const toleranceMs = 3_600_000;

type Clocks = Pick<S3, 'contact'> & { readonly clock: Pick<S3['clock'], 'wall'> };

export class FutureObjects {
  readonly #s3: Clocks;
  #future = 0;
  #example: ListedObject | undefined;

  constructor(s3: Clocks) {
    this.#s3 = s3;
  }

  /** The object, with the present as its time if it is dated in the future. */
  at(object: ListedObject): ListedObject {
    const now = currentTime(this.#s3);
    if (!isFuture(object.lastModified.getTime(), now)) return object;
    this.#future++;
    this.#example ??= object;
    return { ...object, lastModified: new Date(now) };
  }

  /** For the log. Empty if all times are in the past. */
  get remarks(): readonly string[] {
    if (this.#example === undefined) return [];
    const { key, lastModified } = this.#example;
    const [are, they] = this.#future === 1 ? ['is', 'it counts'] : ['are', 'they count'];
    const clock = `${clockOwner(this.#s3)} clock`;
    return [
      `${countOf(this.#future, 'file')} ${are} dated in the future by ${clock}, such as "${key}" (${lastModified.toISOString()}); ${they} as modified now.`,
    ];
  }
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

// Objects that are dated in the future, by S3's own clock: another storage's copy tools set such times. Read in their order
// they would move the watermark there, and nothing written until then would be read.
import type { S3 } from '@s3-connectors/common/s3/connection/client.ts';
import type { ListedObject } from '@s3-connectors/common/s3/list.ts';

/** Clocks differ; S3 itself refuses requests that are dated a quarter of an hour away. */
const toleranceMs = 3_600_000;

export class Present {
  readonly #contact: S3['contact'];
  #future = 0;
  #example: ListedObject | undefined;

  constructor({ contact }: Pick<S3, 'contact'>) {
    this.#contact = contact;
  }

  /** The object, modified now if it is dated in the future. An answer without a date says nothing. */
  at(object: ListedObject): ListedObject {
    const { serverTime } = this.#contact;
    if (!isFuture(object.lastModified.getTime(), serverTime)) return object;
    this.#future++;
    this.#example ??= object;
    return { ...object, lastModified: new Date(serverTime) };
  }

  /** For the log; none where all is past. */
  get remarks(): readonly string[] {
    if (this.#example === undefined) return [];
    const { key, lastModified } = this.#example;
    const text = `${this.#future} files are dated in the future by S3's clock, such as "${key}" (${lastModified.toISOString()}); they count as modified now.`;
    return [text];
  }
}

/** `serverTime`: S3's own, undefined where its answers have no date. */
export function isFuture(time: number, serverTime: number | undefined): serverTime is number {
  return serverTime !== undefined && time > serverTime + toleranceMs;
}

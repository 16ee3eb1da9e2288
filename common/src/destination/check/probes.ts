// The objects that `check` writes, and their removal.
import { randomUUID } from 'node:crypto';

import type { S3 } from '../../s3/connection/client.ts';
import { deleteObjects } from '../../s3/delete.ts';
import { headObject } from '../../s3/head.ts';
import { listPages } from '../../s3/list.ts';
import { readObject, readRange } from '../../s3/read.ts';
import { copyObject, putObject, type WriteHeaders } from '../../s3/write.ts';
import type { Bounds, OwnKey } from '../../s3/own-key.ts';
import type { Shared } from '../config/config.ts';
import { ownKey } from '../replacing/own-keys.ts';

const cleanUpWithinMs = 5000;
const mostBytes = 1024;

export type CheckedPlace = Pick<Shared<unknown>, 'prefix' | 'headers' | 'connection'>;

type Condition = { readonly ifMatch?: string; readonly ifNoneMatch?: '*' };

type WrittenProbe = { readonly key: OwnKey; readonly etag: string };

export class Probes {
  readonly place: CheckedPlace;
  readonly #s3: S3;
  readonly #signal: AbortSignal;
  // Hive readers skip names that begin with an underscore, in case an object stays.
  readonly #name: OwnKey;
  readonly #keys = new Set<OwnKey>();
  #written: WrittenProbe | undefined;

  constructor(s3: S3, place: CheckedPlace, signal: AbortSignal) {
    this.#s3 = s3;
    this.place = place;
    this.#signal = signal;
    this.#name = ownKey(place.prefix, `${place.prefix}_connection-check-${randomUUID()}`);
  }

  get #bounds(): Bounds {
    return { s3: this.#s3, prefix: this.place.prefix };
  }

  /** Keys of objects that may still exist. */
  get left(): readonly OwnKey[] {
    return [...this.#keys];
  }

  /** The last version that was written. */
  get written(): WrittenProbe | undefined {
    return this.#written;
  }

  async write(headers: WriteHeaders, condition: Condition = {}): Promise<void> {
    const key = this.#name;
    const body = Buffer.from('Written to try the connection. It may be deleted.\n');
    const object = { key, body, contentType: 'text/plain', ...condition };
    const written = await putObject(this.#s3, object, headers, this.#signal);
    this.#keys.add(key);
    this.#written = { key, ...written };
  }

  /** Reads as a sync does: a range, and the complete document. */
  async read(): Promise<void> {
    const written = this.#written;
    if (written === undefined) return;
    await together([
      () => readRange(this.#s3, { ...written, start: 0, end: 1 }, this.#signal),
      () => readObject(this.#s3, written.key, mostBytes, this.#signal),
    ]);
  }

  async look(): Promise<void> {
    await headObject(this.#s3, this.#name, this.#signal);
  }

  async copy(): Promise<void> {
    const from = this.#name;
    const to = ownKey(this.place.prefix, `${this.#name}-copy`);
    await copyObject(this.#bounds, { from, to }, this.place.headers, this.#signal);
    this.#keys.add(to);
  }

  async list(): Promise<void> {
    const asked = { prefix: this.#name, pageSize: 1 };
    await together([
      () => listPages(this.#s3, asked, this.#signal).next(),
      () => listPages(this.#s3, { ...asked, delimiter: '/' }, this.#signal).next(),
    ]);
  }

  async remove(signal = this.#signal): Promise<void> {
    await deleteObjects(this.#bounds, this.#keys.size === 0 ? [this.#name] : this.left, signal);
    this.#keys.clear();
  }

  /** After an abort: removes what can still be removed at once. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#signal.aborted || this.#keys.size === 0) return;
    await this.remove(AbortSignal.timeout(cleanUpWithinMs)).catch(() => undefined);
  }
}

/** Waits until all have ended. @throws the failure of the first in the list that failed. */
async function together(asks: readonly (() => Promise<unknown>)[]): Promise<void> {
  for (const ended of await Promise.allSettled(asks.map((ask) => ask()))) {
    if (ended.status === 'rejected') throw ended.reason;
  }
}

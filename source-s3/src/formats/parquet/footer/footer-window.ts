// The description of row groups in a footer, once the footer itself is gone: the part of it that has their descriptions.
import type { S3 } from '@s3-connectors/common/s3/connection/client.ts';
import type { ListedObject } from '@s3-connectors/common/s3/list.ts';
import { readRange } from '@s3-connectors/common/s3/read.ts';

const windowBytes = 256 * 1024; // The next row groups, with one request.

type Window = { readonly start: number; readonly end: number; readonly bytes: Buffer };

/** Bound: a short footer, or 256 KiB of a long one, or one description that is longer. */
export class FooterWindow {
  readonly #s3: S3;
  readonly #object: ListedObject;
  readonly #start: number;
  readonly #whole: Buffer | undefined;
  #window: Window | undefined;

  /** `start`: where the footer begins in the object; `bytes`: all of it, if it is short. */
  constructor(s3: S3, object: ListedObject, footer: { readonly start: number; readonly bytes: Buffer | undefined }) {
    this.#s3 = s3;
    this.#object = object;
    this.#start = footer.start;
    this.#whole = footer.bytes;
  }

  /** The bytes from `start` to `end`, counted from the footer's first one. @throws S3_OBJECT_CHANGED */
  async read({ start, end }: { readonly start: number; readonly end: number }, signal: AbortSignal): Promise<Buffer> {
    if (this.#whole !== undefined) return this.#whole.subarray(start, end);
    let window = this.#window;
    if (window === undefined || start < window.start || end > window.end) {
      const { key, etag, size } = this.#object;
      const [from, to] = [this.#start + start, Math.min(size, this.#start + Math.max(end, start + windowBytes))];
      const bytes = await readRange(this.#s3, { key, etag, start: from, end: to }, signal);
      window = { start, end: start + bytes.length, bytes };
      this.#window = window;
    }
    return window.bytes.subarray(start - window.start, end - window.start);
  }
}

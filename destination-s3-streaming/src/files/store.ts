// Closed files on their way to S3: one PutObject each, several at once. The first one that S3 refuses permanently ends the run. It
// still waits for those under way, because their rows may be acknowledged.
import { countText } from '@s3-connectors/common/program/text-layout.ts';
import { FileNames } from '@s3-connectors/common/destination/files/file-names.ts';
import { putObject, type WrittenBody } from '@s3-connectors/common/s3/write.ts';
import type { S3 } from '@s3-connectors/common/s3/connection/client.ts';
import { TaskQueue } from '@s3-connectors/common/streams/task-queue.ts';

import type { StreamingConfig } from '../config/config.ts';
import { fileExtension as extension } from '../layout/layout.ts';
import type { Account, OpenFile } from './open-file.ts';
import type { RotationReason } from './rotation.ts';

const uploadsAtOnce = 16;
/**
 * With this many waiting, no upload waits for a file. Thousands that are closed at once would block the thread and fill its heap.
 */
const mostUnderWay = 2 * uploadsAtOnce;
/**
 * The file is declared as gzip. With `Content-Encoding: gzip` some clients would decompress it and save plain text under a name
 * that ends in .gz.
 */
const contentType = 'application/gzip';

type Options = {
  readonly s3: S3;
  readonly config: Pick<StreamingConfig, 'headers' | 'workerId'>;
  /** Where to store a file whose final key is `key`. */
  readonly keyFor: (file: OpenFile, key: string) => string;
  readonly onStored: (file: OpenFile, key: string, written: WrittenBody) => void;
  /** Something changed: a file was stored, or the run has failed. */
  readonly onChange: () => void;
};

/** Bound: `held.bytes`, which the loop keeps within the memory budget by pausing the input. */
export class FileStore {
  /** Files stored, by why they were closed. */
  readonly reasons: Record<RotationReason, number> = { age: 0, size: 0, memory: 0, end: 0 };
  /** Memory of the files that are not stored yet. */
  readonly held: Account = { bytes: 0 };
  readonly #options: Options;
  readonly #queue = new TaskQueue(uploadsAtOnce);
  readonly #names = new FileNames();
  readonly #stop = new AbortController();
  #underWay = 0;
  #failure: unknown;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Files that are not stored yet. */
  get size(): number {
    return this.#underWay;
  }

  /** Whether another file should be closed now. There is room when a file is stored. */
  get hasRoom(): boolean {
    return this.#underWay < mostUnderWay;
  }

  /** Why the run cannot continue. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Closes the file and stores it. After a failure the file is dropped. */
  put(file: OpenFile, reason: RotationReason): void {
    const { hash, body } = file.close(this.held);
    const { s3, config, keyFor, onStored } = this.#options;
    const { folder, partition, timestamp } = file;
    const key = this.#names.key({ folder, partition, timestamp, workerId: config.workerId, extension }, hash);
    this.#underWay += 1;
    void this.#queue.run(async () => {
      let sent: readonly Uint8Array[] = [];
      try {
        if (this.#failure !== undefined) return;
        const parts = await body();
        const object = { key: keyFor(file, key), body: parts, contentType };
        const written = await putObject(s3, object, config.headers, this.#stop.signal);
        sent = parts;
        this.reasons[reason] += 1;
        onStored(file, key, written);
        s3.log(
          'DEBUG',
          `Stored ${object.key}: ${countText(file.rows, 'row')}, ${file.compressedBytes} bytes, closed for its ${reason}.`,
        );
      } catch (error) {
        this.fail(error);
      } finally {
        file.release(sent);
        this.#underWay -= 1;
        this.#options.onChange();
      }
    });
  }

  /** Nothing new is begun; uploads under way continue. The first failure counts. */
  fail(error: unknown): void {
    this.#failure ??= error;
    this.#options.onChange();
  }

  /** Cuts uploads under way. A file that S3 has already accepted may remain. */
  abort(reason: unknown): void {
    this.fail(reason);
    this.#stop.abort(reason);
  }
}

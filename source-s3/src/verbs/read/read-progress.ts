// How much of a stream has been sent, for the progress line and for metrics.
import type { Point } from '@s3-connectors/common/protocol/metrics.ts';
import type { ListedObject } from '@s3-connectors/common/s3/list.ts';

import type { LinesPart } from './steps.ts';

export class ReadProgress {
  records = 0;
  /** Bytes of records. */
  bytes = 0;
  /** Files read to their end. */
  files = 0;
  /** Stored bytes of objects. */
  #finishedBytes = 0;
  #file: LinesPart['file'] | undefined;
  #rowsOfFile = 0;

  add({ rows, bytes, file }: LinesPart): void {
    this.records += rows;
    this.bytes += bytes.length;
    this.#rowsOfFile = rows + (this.#file === file ? this.#rowsOfFile : 0);
    this.#file = file;
  }

  finish({ size }: ListedObject): void {
    this.files += 1;
    this.#finishedBytes += size;
    this.#file = undefined;
  }

  *points(stream: string): Generator<Point> {
    yield { metric: 's3_connectors.read.records', value: this.records, of: { stream } };
    yield { metric: 's3_connectors.read.io', value: this.bytes, of: { stream } };
    yield { metric: 's3_connectors.read.files', value: this.files, of: { stream } };
  }

  /** From 0 to 1, of `totalBytes` of objects. The current file counts with the share of its known rows that were read. */
  shareOf(totalBytes: number): number {
    const { object, rows = 0 } = this.#file ?? {};
    const current = object === undefined || rows === 0 ? 0 : object.size * Math.min(1, this.#rowsOfFile / rows);
    return totalBytes === 0 ? 1 : (this.#finishedBytes + current) / totalBytes;
  }
}

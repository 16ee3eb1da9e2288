// How a table's files would be divided among readers. Pure, for the layout report.
import type { ListedObject } from '@s3-connectors/common/s3/list.ts';

import { shardIndex } from '../../layout/shard.ts';
import type { ShardsReport } from './report.ts';

/** Bound: two numbers for each shard. */
export class ShardSurvey {
  readonly #shards: { files: number; bytes: number }[];
  #largest: ListedObject | undefined;

  constructor(count: number) {
    this.#shards = Array.from({ length: count }, () => ({ files: 0, bytes: 0 }));
  }

  see(object: ListedObject): void {
    const shard = this.#shards[shardIndex(object.key, this.#shards.length)];
    if (shard === undefined) return;
    shard.files += 1;
    shard.bytes += object.size;
    if (object.size > (this.#largest?.size ?? -1)) this.#largest = object;
  }

  /** `rows`: of the complete table, divided by bytes. Null if that is impossible. */
  report(rows: number | null): ShardsReport {
    const all = this.#shards.reduce((sum, { bytes }) => sum + bytes, 0);
    return {
      count: this.#shards.length,
      shards: this.#shards.map(({ files, bytes }, index) => ({
        index,
        files,
        bytes,
        rows: rows === null ? null : all === 0 ? 0 : Math.round((rows * bytes) / all),
      })),
      largest_file: this.#largest === undefined ? null : { key: this.#largest.key, bytes: this.#largest.size },
    };
  }
}

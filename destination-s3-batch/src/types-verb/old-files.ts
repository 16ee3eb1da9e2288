// The existing files of a table, which a change of a type does not affect.
import type { Area } from '@s3-connectors/common/destination/replacing/manifest-store.ts';
import { tellApart } from '@s3-connectors/common/destination/replacing/own-keys.ts';
import { listPages } from '@s3-connectors/common/s3/list.ts';

import { layout } from '../layout/layout.ts';

export type OldFiles = {
  readonly files: number;
  readonly bytes: number;
  readonly parquet: number;
  readonly days: number;
};

/** Only files that this connector wrote. Bound: the folders of all days. */
export async function oldFiles({ s3, prefix }: Area, table: string, signal: AbortSignal): Promise<OldFiles> {
  const place = layout.place(prefix, table);
  const days = new Set<number | undefined>();
  let [files, bytes, parquet] = [0, 0, 0];
  for await (const { objects } of listPages(s3, { prefix: place.folder }, signal)) {
    const sizes = new Map(objects.map(({ key, size }) => [key, size]));
    for (const key of tellApart(prefix, place, sizes.keys()).ours) {
      files += 1;
      bytes += sizes.get(key) ?? 0;
      if (key.endsWith('.parquet')) parquet += 1;
      days.add(layout.readKey(key.slice(prefix.length))?.period);
    }
  }
  return { files, bytes, parquet, days: days.size };
}

// What the tests of the cursor share: objects of a listing, and runs that read them as the program does.
import type { ListedObject } from '@s3-connectors/common/s3/list.ts';

import { Planning, type Progress } from '../../../source-s3/src/progress/cursor.ts';
import { fromStreamState, toStreamState } from '../../../source-s3/src/progress/stream-state.ts';

export const hour = 3_600_000;
export const start = Date.UTC(2026, 0, 15);

export function object(key: string, seconds: number, version = 1): ListedObject {
  return { key, size: 1, etag: `"${key}-${version}"`, lastModified: new Date(start + seconds * 1000) };
}

/** Through the text of a STATE, as a platform keeps it. */
export function saved(progress: Progress, shard = progress.shard): Progress {
  return fromStreamState(JSON.parse(JSON.stringify(toStreamState(progress))), shard);
}

export function planReading(progress: Progress, listed: readonly ListedObject[], lookbackMs: number) {
  const planning = new Planning(progress, { prefix: '', lookbackMs });
  for (const entry of listed) planning.see(entry);
  const plan = planning.plan();
  return { ...plan, objects: [...plan.objects] };
}

/** Rows of an object: two units of two rows each. */
export const units = 2;
export const rowsPerUnit = 2;

/** Reads as the program does, one row per part, and stops after this many parts. `rows` gets each row. */
export function run(
  progress: Progress,
  listed: readonly ListedObject[],
  rows: string[],
  parts = Infinity,
  lookbackMs = 72 * hour,
): Progress {
  const { objects, cursor } = planReading(progress, listed, lookbackMs);
  let left = parts;
  for (const listedObject of objects) {
    const { key, etag } = listedObject;
    const position = cursor.positionIn(listedObject);
    for (let unit = position?.unit ?? 0; unit < units; unit++) {
      for (let row = unit === position?.unit ? position.rows : 0; row < rowsPerUnit; row++) {
        if (left-- <= 0) return saved(cursor.progress);
        rows.push(`${etag} ${unit}.${row}`);
        cursor.advance({ key, etag, unit, rows: row + 1 });
      }
    }
    if (left-- <= 0) return saved(cursor.progress);
    cursor.finish(listedObject);
  }
  return saved(cursor.progress);
}

export function rowsOf(objects: readonly ListedObject[]): readonly string[] {
  return objects.flatMap(({ etag }) => ['0.0', '0.1', '1.0', '1.1'].map((row) => `${etag} ${row}`)).toSorted();
}

// The names of the event tables that earlier runs have made, from the keys of their types alone.
import type { Area } from '@s3-connectors/common/destination/replacing/manifests.ts';
import { listPages } from '@s3-connectors/common/s3/list.ts';

import { maxEventTables } from '../../config/budgets.ts';

/** Bound: `maxEventTables` names. */
export async function registeredEventTables(area: Area, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const folder = `${area.prefix}_schemas/`;
  const names = new Set<string>();
  for await (const { objects } of listPages(area.s3, { prefix: folder }, signal)) {
    for (const { key } of objects) {
      const name = /^([a-z0-9_]+_events)\.json$/u.exec(key.slice(folder.length))?.[1];
      if (name !== undefined) names.add(name);
      if (names.size >= maxEventTables) return names;
    }
  }
  return names;
}

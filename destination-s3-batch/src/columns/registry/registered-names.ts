// The event tables of earlier runs, and their events.
import { mayBeTooLarge, smallFirst } from '@s3-connectors/common/destination/replacing/document-memory.ts';
import type { Area } from '@s3-connectors/common/destination/replacing/manifest-store.ts';
import { failsAlone } from '@s3-connectors/common/destination/publishing/stream-failure.ts';
import { listPages } from '@s3-connectors/common/s3/list.ts';

import { maxEventTables } from '../../config/budgets.ts';
import { readRegistry } from './registry.ts';

const readsAtOnce = 16;

/** By table: the `eventMark` of its event's name. Undefined if that is not known. */
export type RegisteredEvents = ReadonlyMap<string, string | undefined>;

/** Bound: `maxEventTables` names. A refused document counts as a table; its stream fails once rows come to it. */
export async function registeredEventTables(area: Area, signal: AbortSignal): Promise<RegisteredEvents> {
  const events = async (table: string, place: Area, linked: AbortSignal) => {
    try {
      return [table, (await readRegistry(place, table, linked)).event] as const;
    } catch (error) {
      if (!failsAlone(error) || (place !== area && mayBeTooLarge(error))) throw error;
      return [table, undefined] as const;
    }
  };
  const names = await eventTablesAmong(area, signal);
  return new Map(await Array.fromAsync(smallFirst(area, { items: names, limit: readsAtOnce }, events, signal)));
}

async function eventTablesAmong(area: Area, signal: AbortSignal): Promise<ReadonlySet<string>> {
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

// Fields whose type has changed: values that did not fit their column are in `<field>__json`, according to the table's document
// in `_schemas/`.
import { mapConcurrent } from '../../../streams/map-concurrent.ts';
import type { Area } from '../../replacing/manifest-store.ts';
import type { FieldsStatus } from '../report/report.ts';
import type { PrefixSurvey } from '../survey/prefix-survey.ts';
import { lookBounds, type Look } from './look.ts';

/** Paths of such fields of a table. `name`: as in the path. @throws BUCKET_DOCUMENT_INVALID */
export type ReadMisfits = (area: Area, name: string, signal: AbortSignal) => Promise<readonly string[]>;

const mostBytes = 1024 * 1024;
const mostShown = 100;

type Misfits = ReadonlyMap<string, readonly string[]>;

/** By the name in the path. Bound: one document for each of `lookBounds.schemas` tables, those with the most bytes. */
export async function lookAtMisfits(
  look: Look,
  { survey, readMisfits }: { readonly survey: PrefixSurvey; readonly readMisfits: ReadMisfits },
  signal: AbortSignal,
): Promise<Misfits> {
  const bytesOf = (name: string): number => survey.places.get(name)?.bytes ?? 0;
  const names = [...survey.schemas].sort((a, b) => bytesOf(b) - bytesOf(a)).slice(0, lookBounds.schemas);
  const area = { ...look, maxDocumentBytes: Math.min(mostBytes, look.maxDocumentBytes) };
  const results = mapConcurrent(
    names,
    lookBounds.documentsAtOnce,
    async (name, linked) => {
      const key = `${look.prefix}_schemas/${name}.json`;
      const found = await look.findings.attempt(key, () => readMisfits(area, name, linked));
      return [name, (found ?? []).slice(0, mostShown)] as const;
    },
    signal,
  );
  return new Map(await Array.fromAsync(results));
}

const nothing: FieldsStatus = {
  recent_files: 0,
  recent_rows: 0,
  earlier_files: 0,
  earlier_rows: 0,
  missing: [],
  new: [],
  missing_event_types: [],
  new_event_types: [],
  misfits: [],
};

export function withMisfits(
  fields: ReadonlyMap<string, FieldsStatus>,
  misfits: Misfits,
): ReadonlyMap<string, FieldsStatus> {
  const merged = new Map(fields);
  for (const [name, names] of misfits) {
    if (names.length > 0) merged.set(name, { ...(fields.get(name) ?? nothing), misfits: names });
  }
  return merged;
}

// Event types and fields that appear or disappear: compares rows of the newest files with rows of earlier ones, for the largest
// types or tables.
import { archiveClasses, type ListedObject } from '../../../s3/list.ts';
import { mapConcurrent } from '../../../streams/map-concurrent.ts';
import type { FieldsStatus } from '../report/report.ts';
import type { PlaceSurvey } from '../survey/place-survey.ts';
import type { PrefixSurvey } from '../survey/prefix-survey.ts';
import { absentFrom, FieldTally } from './field-tally.ts';
import { lookBounds, type Look } from './look.ts';
import { firstLines } from './text-sample.ts';

const mostShown = 100;

type Sides = { readonly recent: FieldTally; readonly earlier: FieldTally };
type Sampled = Pick<ListedObject, 'key' | 'etag' | 'size' | 'storageClass'>;
type File = { readonly name: string; readonly tally: FieldTally; readonly object: Sampled };

/** By the name in the path. Bound: six files for each of `lookBounds.places`. */
export async function lookAtFields(
  look: Look,
  survey: PrefixSurvey,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, FieldsStatus>> {
  const largest = [...survey.places].sort(([, a], [, b]) => b.bytes - a.bytes).slice(0, lookBounds.places);
  const sides = new Map(
    largest.map(([name]) => [name, { recent: new FieldTally(), earlier: new FieldTally() }] as const),
  );
  const files = largest.flatMap(([name, place]) => filesOf(name, place, sides.get(name)));
  const read = mapConcurrent(
    files,
    lookBounds.filesAtOnce,
    async ({ name, tally, object }, linked) => {
      const lines = await look.findings.attempt(object.key, () => firstLines(look.s3, object, linked));
      if (lines === undefined) return;
      const before = tally.misread;
      tally.see(lines, { hasEvents: look.layout.noun === 'type' && name === 'events' });
      if (tally.misread > before) {
        look.findings.refuse(
          'unreadable',
          `"${object.key}" has lines that are not JSON objects: another program wrote it, or it is damaged.`,
          object.key,
        );
      }
    },
    signal,
  );
  for await (const _ of read);
  return new Map([...sides].map(([name, found]) => [name, fieldsOf(found)] as const));
}

function filesOf(name: string, { candidates }: PlaceSurvey, sides: Sides | undefined): readonly File[] {
  if (sides === undefined) return [];
  const both = [
    ...candidates.recent.map((object) => ({ name, tally: sides.recent, object })),
    ...candidates.earlier.map((object) => ({ name, tally: sides.earlier, object })),
  ];
  // Parquet and archived files are not read here.
  return both.filter(({ object: { key, storageClass } }) => {
    return /\.jsonl?\.gz$/u.test(key) && !archiveClasses.has(storageClass ?? '');
  });
}

function fieldsOf({ recent, earlier }: Sides): FieldsStatus {
  const [recentFields, earlierFields] = [sideOf(recent, recent.fields), sideOf(earlier, earlier.fields)];
  const [recentEvents, earlierEvents] = [sideOf(recent, recent.events), sideOf(earlier, earlier.events)];
  return {
    recent_files: recent.files,
    recent_rows: recent.rows,
    earlier_files: earlier.files,
    earlier_rows: earlier.rows,
    missing: absentFrom(recentFields, earlierFields).slice(0, mostShown),
    new: absentFrom(earlierFields, recentFields).slice(0, mostShown),
    missing_event_types: absentFrom(recentEvents, earlierEvents).slice(0, mostShown),
    new_event_types: absentFrom(earlierEvents, recentEvents).slice(0, mostShown),
    misfits: [],
  };
}

function sideOf({ rows }: FieldTally, counts: ReadonlyMap<string, number>) {
  return { rows, counts };
}

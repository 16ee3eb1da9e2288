// What looks wrong, each finding with what to change, the gravest first. Pure.
import { countText, bytesText } from '../../../program/text-layout.ts';
import { surveyBounds, type PrefixSurvey } from '../survey/prefix-survey.ts';
import type { Misplacement } from '../survey/key-kind.ts';
import { STATUS_CODES, type PlaceStatus, type RejectedStatus, type StatusCode, type StatusFinding } from './report.ts';
import { durationText, rangesText } from './report-words.ts';

export type Judged = {
  readonly noun: 'type' | 'table';
  readonly bucket: string;
  readonly prefix: string;
  readonly survey: PrefixSurvey;
  readonly places: readonly PlaceStatus[];
  readonly rejected: readonly RejectedStatus[];
  /** Names of types or tables whose data is too old; null: nobody asked. */
  readonly stale: readonly PlaceStatus[];
  readonly maxAgeSeconds: number | null;
  /** The type or table that was asked for. */
  readonly only: string | undefined;
  /** What was found while documents and files were read. */
  readonly others: readonly StatusFinding[];
};

const order = Object.keys(STATUS_CODES) as readonly StatusCode[];

export function findingsOf(judged: Judged): readonly StatusFinding[] {
  const found = [
    ...emptyFindings(judged),
    ...judged.stale.map((place) => staleFinding(judged, place)),
    ...judged.places.flatMap((place) => [...placeFindings(judged, place)]),
    ...misplacedFindings(judged),
    ...judged.rejected.map(rejectedFinding),
    ...judged.others,
    ...boundFindings(judged),
  ];
  return found.sort((a, b) => order.indexOf(a.code) - order.indexOf(b.code));
}

export function finding(
  code: StatusCode,
  message: string,
  { name = null, examples = [] }: { readonly name?: string | null; readonly examples?: readonly string[] } = {},
): StatusFinding {
  return { code, severity: STATUS_CODES[code], name, message, examples };
}

function emptyFindings({ survey, prefix, bucket, noun, places, only }: Judged): readonly StatusFinding[] {
  if (places.length > 0) {
    if (only === undefined || places.some(({ name }) => name === only)) return [];
    return [finding('no_data', `There is no data file of the ${noun} "${only}".`, { name: only })];
  }
  const where = prefix === '' ? `the bucket "${bucket}"` : `"${prefix}"`;
  const text =
    survey.objects === 0
      ? `There is no object below ${where}. Either nothing has been written yet, or "bucket" or "prefix" is not the one that the destination writes to.`
      : `There are ${countText(survey.objects, 'object')} below ${where}, but no data file of a ${noun} among them. Either nothing has been written yet, or "bucket" or "prefix" is not the one that the destination writes to.`;
  return [finding('no_data', text)];
}

function staleFinding({ noun, maxAgeSeconds }: Judged, place: PlaceStatus): StatusFinding {
  const quiet =
    place.quiet_seconds > 0 ? `, ${durationText(place.quiet_seconds)} of it in hours that usually have no files` : '';
  const text = `The newest file of the ${noun} "${place.name}" arrived ${durationText(place.age_seconds)} ago${quiet}; --max-age is ${durationText(maxAgeSeconds ?? 0)}. Look whether the sync runs, and what its log says.`;
  return finding('stale', text, { name: place.name, examples: keysOf(place) });
}

function* placeFindings({ noun }: Judged, place: PlaceStatus): Generator<StatusFinding> {
  const { name, gaps, gap_count: count, unfinished_exports: unfinished } = place;
  if (count > 0) {
    const what = noun === 'type' ? 'hour' : 'day';
    const ranges = rangesText(gaps.map(({ period }) => period));
    const last = gaps.at(-1)?.usual_files ?? 0;
    const usual = last < 1 ? '' : ` It usually has about ${countText(Math.round(last), 'file')} in the last of these.`;
    const text = `The ${noun} "${name}" has no files in ${countText(count, what)} that usually ${count === 1 ? 'has' : 'have'} some: ${ranges}.${usual} If the source had no data then, nothing is wrong; else run the sync for that time again.`;
    yield finding('gap', text, { name });
  }
  for (const { export: id, state, files, began } of unfinished) {
    const did =
      state === 'staged' ? `${countText(files, 'file')} wait below _staging/` : 'it had begun to publish its files';
    const text = `The export ${id} of the ${noun} "${name}" began at ${began} and is not finished: ${did}. If no run is at work now, the next run of the same worker finishes it or rolls it back. Readers see the data from before it.`;
    yield finding('unfinished_export', text, { name });
  }
  const { future_files: ahead } = place;
  if (ahead > 0) {
    const text = `${countText(ahead, 'file')} of the ${noun} "${name}" ${ahead === 1 ? 'is' : 'are'} in folders of a time that has not come yet. Look at the clock of what made the records.`;
    yield finding('future_time', text, { name });
  }
}

const remedies: Readonly<Record<Misplacement, (folder: string) => string>> = {
  leading_slash: () =>
    'are below a folder without a name: the prefix of what wrote them begins or ends with one slash too many, or is an address (s3://…). Write only the path, such as "permutive"',
  bucket_in_prefix: () => 'are below the bucket’s name once more: remove it from the prefix of what wrote them',
  doubled_prefix: () =>
    'are below the prefix once more: it is in the setting of what wrote them twice, or that setting is relative to this prefix',
  other_prefix: (folder) =>
    `are laid out by a destination whose prefix ends with "${folder}": another worker or connection. Set its "prefix" to this one if they belong here, or run status with its config`,
  other_folders: (folder) =>
    `are in "${folder}" but not in the date folders that this destination writes (zero-padded or not, for instance): another program wrote them, and readers may miss them`,
  other_files: (folder) =>
    `are in "${folder}" under names that this connector does not give: another program wrote them`,
  foreign: () =>
    'are not of this connector. Give the destination a prefix of its own, so that readers see its files alone',
};

function misplacedFindings({ survey }: Judged): readonly StatusFinding[] {
  return [...survey.misplaced.values()].map(({ why, folder, count, bytes, examples }) => {
    const [remedy, subject] = [remedies[why](folder), `${countText(count, 'object')} (${bytesText(bytes)})`];
    return finding(why, `${subject} ${count === 1 ? singular(remedy) : remedy}.`, { examples });
  });
}

function singular(text: string): string {
  return text.replace(/^are /u, 'is ').replace('what wrote them', 'what wrote it');
}

function rejectedFinding({
  name,
  files,
  bytes,
  newest,
  sampled_records: sampled,
  reasons,
}: RejectedStatus): StatusFinding {
  const main = reasons
    .slice(0, 5)
    .map(({ reason, field, records }) => `${records} for ${reason}${field === '' ? '' : ` of "${field}"`}`)
    .join(', ');
  const why = sampled === 0 ? '' : ` Of ${countText(sampled, 'record')} looked at: ${main}.`;
  const text = `${countText(files, 'file')} (${bytesText(bytes)}) of rejected records of "${name}", the newest of ${newest}.${why} Correct the source; the records are kept below _rejected/.`;
  return finding('rejected', text, { name });
}

function boundFindings({ survey, noun }: Judged): readonly StatusFinding[] {
  const { beyond } = survey;
  if (beyond.count === 0) return [];
  const text = `There are more than ${surveyBounds.places} ${noun}s, or more exports or rejected streams than are kept in memory: ${countText(beyond.count, 'object')} (${bytesText(beyond.bytes)}) are counted here alone.`;
  return [finding('beyond_bounds', text, { examples: beyond.examples })];
}

function keysOf({ newest_object: newest }: PlaceStatus): readonly string[] {
  return newest === null ? [] : [newest.key];
}

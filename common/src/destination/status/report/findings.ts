// The findings, each with what to change, the most severe first. Pure.
import { countText, bytesText } from '../../../program/text-layout.ts';
import type { PrefixSurvey } from '../survey/prefix-survey.ts';
import type { Misplacement } from '../survey/key-kind.ts';
import { finding } from './finding.ts';
import { placeFindings } from './place-findings.ts';
import {
  STATUS_CODES,
  type PlaceStatus,
  type RejectedStatus,
  type StatusCode,
  type StatusFinding,
  type UnfinishedRun,
} from './report.ts';
import { durationText, startOf } from './report-words.ts';

type Judged = {
  readonly noun: 'type' | 'table';
  readonly bucket: string;
  readonly prefix: string;
  readonly survey: PrefixSurvey;
  readonly places: readonly PlaceStatus[];
  readonly rejected: readonly RejectedStatus[];
  readonly runs: readonly UnfinishedRun[];
  /** Types or tables whose data is too old. Null: the option was not given. */
  readonly stale: readonly PlaceStatus[];
  readonly maxAgeSeconds: number | null;
  readonly recentHours: number;
  /** Milliseconds. */
  readonly now: number;
  /** Milliseconds. Older events are not reported. */
  readonly windowFrom: number;
  /** The type or table that was asked for. */
  readonly only: string | undefined;
  /** Findings from reading documents and files. */
  readonly others: readonly StatusFinding[];
};

const order = Object.keys(STATUS_CODES) as readonly StatusCode[];

export function findingsOf(judged: Judged): readonly StatusFinding[] {
  const found = [
    ...emptyFindings(judged),
    ...judged.stale.map((place) => staleFinding(judged, place)),
    ...silentFindings(judged),
    ...newFindings(judged),
    ...judged.places.flatMap((place) => [...placeFindings(judged.noun, place)]),
    ...judged.runs.map(runFinding),
    ...misplacedFindings(judged),
    ...judged.rejected.filter(({ newest }) => Date.parse(newest) >= judged.windowFrom).map(rejectedFinding),
    ...judged.others,
    ...boundFindings(judged),
  ];
  return found.sort((a, b) => order.indexOf(a.code) - order.indexOf(b.code));
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
      : `There ${survey.objects === 1 ? 'is' : 'are'} ${countText(survey.objects, 'object')} below ${where}, but no data file of a ${noun} among them. Either nothing has been written yet, or "bucket" or "prefix" is not the one that the destination writes to.`;
  return [finding('no_data', text)];
}

function staleFinding({ noun, maxAgeSeconds }: Judged, place: PlaceStatus): StatusFinding {
  const quiet =
    place.quiet_seconds > 0 ? `, ${durationText(place.quiet_seconds)} of it when there are usually none` : '';
  const text = `The newest file of the ${noun} "${place.name}" arrived ${durationText(place.age_seconds)} ago${quiet}; --max-age is ${durationText(maxAgeSeconds ?? 0)}. Check whether the sync runs, and read its log.`;
  const { newest_object: newest } = place;
  return finding('stale', text, { name: place.name, examples: newest === null ? [] : [newest.key] });
}

/** Types or tables that received nothing lately: all of them, or those that stopped while others continued. */
function silentFindings({ noun, places, recentHours, windowFrom }: Judged): readonly StatusFinding[] {
  const dated = places.filter(({ newest }) => newest !== null);
  const silent = dated.filter(({ age_seconds: age, quiet_seconds: quiet }) => age - quiet > recentHours * 3600);
  if (silent.length === 0) return [];
  if (silent.length === dated.length) {
    const last = Math.min(...silent.map(({ age_seconds: age }) => age));
    const text = `Nothing has arrived in the last ${countText(recentHours, 'hour')}; the newest file came ${durationText(last)} ago. Check whether the sync runs, and read its log.`;
    return [finding('silent', text)];
  }
  return silent
    .filter((place) => Date.parse(place.newest_object?.arrived ?? '') >= windowFrom)
    .map((place) => {
      const text = `The ${noun} "${place.name}" got its last file ${durationText(place.age_seconds)} ago. Check whether the source still has it, and whether the catalog still selects its stream.`;
      return finding('missing_event_type', text, { name: place.name });
    });
}

/**
 * Types or tables whose first rows are from the last hours, while others are older. A replaced one shows only its last rows.
 */
function newFindings({ noun, places, recentHours, now }: Judged): readonly StatusFinding[] {
  const isNew = ({ oldest, last_export: replaced, unfinished_exports: unfinished }: PlaceStatus): boolean => {
    if (oldest === null || replaced !== null || unfinished.length > 0) return false;
    return startOf(oldest) >= now - recentHours * 3_600_000;
  };
  const found = places.filter(isNew);
  if (found.length === places.filter(({ oldest }) => oldest !== null).length) return [];
  return found.map(({ name, oldest }) => {
    return finding('new_event_type', `The ${noun} "${name}" is new: its first rows are of ${oldest ?? ''}.`, { name });
  });
}

const remedies: Readonly<Record<Misplacement, (folder: string) => string>> = {
  leading_slash: () =>
    'are below a folder without a name: the prefix of their writer begins or ends with one slash too many, or is an address (s3://…). Write only the path, such as "permutive"',
  bucket_in_prefix: () => 'are below the bucket’s name once more: remove it from the prefix of their writer',
  doubled_prefix: () =>
    'are below the prefix once more: it is in the setting of what wrote them twice, or that setting is relative to this prefix',
  other_prefix: (folder) =>
    `are laid out by a destination whose prefix ends with "${folder}": another worker or connection. Set its "prefix" to this one if they belong here, or run status with its config`,
  other_folders: (folder) =>
    `are in "${folder}" but not in the date folders that this destination writes (zero-padded or not, for instance): another program wrote them, and readers may miss them`,
  other_files: (folder) =>
    `are in "${folder}" under names that this connector does not give: another program wrote them`,
  foreign: () =>
    'were not written by this connector. Give the destination its own prefix, so that readers see only its files',
};

function misplacedFindings({ survey }: Judged): readonly StatusFinding[] {
  return [...survey.misplaced.values()].map(({ why, folder, count, bytes, examples }) => {
    const [remedy, subject] = [remedies[why](folder), `${countText(count, 'object')} (${bytesText(bytes)})`];
    return finding(why, `${subject} ${count === 1 ? singular(remedy) : remedy}.`, { examples });
  });
}

function singular(text: string): string {
  return text
    .replace(/^are /u, 'is ')
    .replace(/^were /u, 'was ')
    .replace('what wrote them', 'what wrote it');
}

function runFinding({ run, parts, files, newest, is_committing: isCommitting }: UnfinishedRun): StatusFinding {
  const what = `The run "${run}" of several writers is not finished: ${countText(parts, 'part')} ${parts === 1 ? 'is' : 'are'} there, ${countText(files, 'file')} ${files === 1 ? 'waits' : 'wait'} below _staging/${isCommitting ? ', its commit has begun' : ''}; the last object of it is of ${newest}.`;
  const remedy = `If no writer is at work now, run the missing parts again and "commit --run ${run}", or abort it: "commit --abort --run ${run}".`;
  return finding('unfinished_run', `${what} ${remedy}`);
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
  const why = sampled === 0 ? '' : ` In a sample of ${countText(sampled, 'record')}: ${main}.`;
  const text = `${countText(files, 'file')} (${bytesText(bytes)}) of rejected records of "${name}", the newest of ${newest}.${why} Correct the source; the records are kept below _rejected/.`;
  return finding('rejected', text, { name });
}

function boundFindings({ survey, noun, places: { length: places } }: Judged): readonly StatusFinding[] {
  const { beyond } = survey;
  if (beyond.count === 0) return [];
  const text = `There are more ${noun}s (${places}), exports or rejected streams than are kept in memory: ${countText(beyond.count, 'object')} (${bytesText(beyond.bytes)}) are only counted here.`;
  return [finding('beyond_bounds', text, { examples: beyond.examples })];
}

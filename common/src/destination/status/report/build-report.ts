// Makes the report from what was listed and read. Pure.
import { decodedValue } from '../../files/key-part.ts';
import type { Layout } from '../../layout/layout.ts';
import type { Counters } from '../../../s3/connection/counters.ts';
import type { StatusOptions } from './options.ts';
import type { PrefixSurvey } from '../survey/prefix-survey.ts';
import { findingsOf } from './findings.ts';
import { placeStatus, seconds } from './place-status.ts';
import type {
  FieldsStatus,
  PlaceExports,
  PlaceStatus,
  RejectedStatus,
  StatusFinding,
  StatusReport,
  UnfinishedRun,
} from './report.ts';

/** Only the largest places have their volumes in the report. */
const detailedPlaces = 100;

type About = {
  readonly destination: string;
  readonly layout: Layout;
  readonly connection: { readonly bucket: string };
  readonly prefix: string;
};

export type Found = {
  readonly options: StatusOptions;
  readonly survey: PrefixSurvey;
  readonly now: number;
  /** By the names in the path. */
  readonly exports: ReadonlyMap<string, PlaceExports>;
  readonly fields: ReadonlyMap<string, FieldsStatus>;
  readonly rejected: readonly RejectedStatus[];
  readonly findings: readonly StatusFinding[];
  readonly counters: Counters;
};

export function buildReport(about: About, found: Found): StatusReport {
  const { options, survey, now, rejected, counters } = found;
  const { layout, prefix, connection } = about;
  const { days, maxAgeSeconds, only } = options;
  const places = placesOf(about, found);
  const stale = stalePlaces(places, options);
  const findings = findingsOf({
    noun: layout.noun,
    bucket: connection.bucket,
    prefix,
    survey,
    places,
    rejected,
    runs: unfinishedRuns(survey),
    stale,
    maxAgeSeconds: maxAgeSeconds ?? null,
    only,
    recentHours: options.recentHours,
    now,
    windowFrom: now - days * 86_400_000,
    others: found.findings,
  });
  const newest = Math.max(0, ...survey.places.values().map((place) => place.newest?.lastModified.getTime() ?? 0));
  return {
    version: 1,
    destination: about.destination,
    bucket: connection.bucket,
    prefix,
    at: new Date(now).toISOString(),
    days,
    hours: options.recentHours,
    period: layout.period,
    findings,
    files: places.reduce((sum, { files }) => sum + files, 0),
    bytes: places.reduce((sum, { bytes }) => sum + bytes, 0),
    newest_arrival: newest === 0 ? null : new Date(newest).toISOString(),
    age_seconds: newest === 0 ? null : seconds(now - newest),
    max_age_seconds: maxAgeSeconds ?? null,
    is_stale: maxAgeSeconds !== undefined && (stale.length > 0 || findings.some(({ code }) => code === 'no_data')),
    places,
    rejected,
    unfinished_runs: unfinishedRuns(survey),
    objects_listed: survey.objects,
    list_requests: counters.ListObjectsV2.requests,
    get_requests: counters.GetObject.requests,
  };
}

function placesOf({ layout, prefix }: About, { options, survey, now, exports, fields }: Found): readonly PlaceStatus[] {
  const largest = [...survey.places].sort(([, a], [, b]) => b.bytes - a.bytes || b.files - a.files);
  return largest.map(([name, place], index) => {
    const context = { now, days: options.days, period: layout.period, isDetailed: index < detailedPlaces };
    return {
      name: decodedValue(name) ?? name,
      folder: `${prefix}${layout.parent}${name}/`,
      ...placeStatus(place, context),
      last_export: exports.get(name)?.last ?? null,
      unfinished_exports: exports.get(name)?.unfinished ?? [],
      fields: fields.get(name) ?? null,
    };
  });
}

/** The documents of a finished run stay, without parts and files. */
function unfinishedRuns({ runs }: Pick<PrefixSurvey, 'runs'>): readonly UnfinishedRun[] {
  const unfinished = [...runs].filter(([, { hasOutcome, parts, staged }]) => !hasOutcome || parts + staged > 0);
  return unfinished.map(([run, { hasOutcome, parts, staged, newest }]) => {
    return { run, parts, files: staged, newest: new Date(newest).toISOString(), is_committing: hasOutcome };
  });
}

function stalePlaces(places: readonly PlaceStatus[], { maxAgeSeconds, only }: StatusOptions): readonly PlaceStatus[] {
  if (maxAgeSeconds === undefined) return [];
  return judgedPlaces(places, only).filter(({ age_seconds: age, quiet_seconds: quiet }) => age - quiet > maxAgeSeconds);
}

/** Files without date folders have no usual time. Their age is judged only if their type or table is named, or if none has date folders. */
function judgedPlaces(places: readonly PlaceStatus[], only: string | undefined): readonly PlaceStatus[] {
  if (only !== undefined) return places.filter(({ name }) => name === only);
  const dated = places.filter(({ newest, future_files: ahead }) => newest !== null || ahead > 0);
  return dated.length > 0 ? dated : places;
}

// One type or table of the report, from its listing. Pure.
import { periodText, missingPeriods, quietTime, type PeriodKind } from './periods.ts';
import type { PeriodRing } from '../survey/period-ring.ts';
import type { PlaceSurvey } from '../survey/place-survey.ts';
import type { PlaceStatus, Volume } from './report.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const mostGaps = 1000;
/** A day is judged once the export of the next day has had time to arrive. */
const dayGraceMs = dayMs;
/**
 * An hour is judged once its last files have had time to arrive: later if files usually arrive late, such as those of a sync
 * that runs every six hours.
 */
const hourGraceMs = { least: hourMs / 2, most: 26 * hourMs, share: 0.95, margin: 1.1 } as const;

type PlaceContext = { readonly now: number; readonly days: number; readonly period: PeriodKind };

/** The rest comes from documents and files. */
type FromListing = Omit<PlaceStatus, 'name' | 'folder' | 'last_export' | 'unfinished_exports' | 'fields'>;

/** `isDetailed`: includes its volumes. */
export function placeStatus(place: PlaceSurvey, context: PlaceContext & { readonly isDetailed: boolean }): FromListing {
  const { now, days, period, isDetailed } = context;
  const ring = place.hours ?? place.days;
  const { gaps, quiet } = gapsOf(place, context);
  const arrived = place.newest?.lastModified.getTime() ?? now;
  const hours = place.hours !== undefined && place.hours.newest >= 0 ? place.hours : undefined;
  const median = place.delays.quantile(0.5);
  const isDated = ring.newest >= 0;
  const firstHour = Math.floor(now / dayMs - days) * 24; // Of a day: a map of hours has only complete days.
  return {
    files: place.files,
    bytes: place.bytes,
    oldest: isDated ? periodText(period, ring.oldest) : null,
    newest: isDated ? periodText(period, ring.newest) : null,
    newest_object:
      place.newest === undefined
        ? null
        : { key: place.newest.key, bytes: place.newest.size, arrived: place.newest.lastModified.toISOString() },
    age_seconds: seconds(now - arrived),
    quiet_seconds: isDated ? seconds(quietTime(ring, period, [Math.min(arrived, now), now])) : 0,
    gaps: gaps
      .slice(-mostGaps)
      .map((gap) => ({ period: periodText(period, gap.period), usual_files: Math.round(gap.usualFiles * 10) / 10 })),
    gap_count: gaps.length,
    quiet_count: quiet,
    future_files: place.ahead,
    delay:
      median === undefined
        ? null
        : {
            files: place.delays.total,
            median_seconds: Math.round(median),
            p99_seconds: Math.round(place.delays.quantile(0.99) ?? median),
          },
    file_sizes: place.sizes.doublings().map(({ upTo, count }) => ({ up_to_bytes: upTo, files: count })),
    volume_by_day: isDetailed ? volumes(place.days, 'day', 0) : [],
    volume_by_hour: isDetailed && hours !== undefined ? volumes(hours, 'hour', firstHour) : [],
  };
}

function gapsOf(place: PlaceSurvey, { now, days, period }: PlaceContext): ReturnType<typeof missingPeriods> {
  const ring = place.hours ?? place.days;
  const ms = period === 'hour' ? hourMs : dayMs;
  const grace = period === 'hour' ? hourGraceOf(place) : dayGraceMs;
  return missingPeriods(ring, period, [Math.floor((now - days * dayMs) / ms), Math.floor((now - grace) / ms)]);
}

function hourGraceOf({ delays }: PlaceSurvey): number {
  const { least, most, share, margin } = hourGraceMs;
  const usual = (delays.quantile(share) ?? 0) * 1000 * margin;
  return Math.min(most, Math.max(least, usual));
}

function volumes(ring: PeriodRing, kind: PeriodKind, from: number): readonly Volume[] {
  const shown: Volume[] = [];
  for (const { period, files, bytes } of ring.cells()) {
    if (period >= from) shown.push({ period: periodText(kind, period), files, bytes });
  }
  return shown;
}

export function seconds(ms: number): number {
  return Math.max(0, Math.round(ms / 1000));
}

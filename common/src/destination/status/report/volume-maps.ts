// The heat maps of a type or table: a calendar of days, and the hours of the last days. Pure.
import { bytesText, countText } from '../../../program/text-layout.ts';
import type { HeatCell, HeatMap } from '../../../program/page/heat-map.ts';
import type { PlaceStatus, StatusReport, Volume } from './report.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
/** 1970-01-05 was a Monday. */
const firstMonday = 4;

type Marks = { readonly volumes: ReadonlyMap<string, Volume>; readonly gaps: ReadonlySet<string> };

/** A column a week, from the first day with files to the day of the report; at most 58 weeks. */
export function calendarMap(place: PlaceStatus, { at }: StatusReport): HeatMap {
  const volumes = new Map(place.volume_by_day.map((volume) => [volume.period, volume]));
  const marks = { volumes, gaps: new Set(place.gaps.map(({ period }) => period)) };
  const today = Math.floor(Date.parse(at) / dayMs);
  const first = Math.min(today, ...place.volume_by_day.slice(0, 1).map(({ period }) => Date.parse(period) / dayMs));
  const week = (day: number): number => Math.floor((day - firstMonday) / 7);
  const start = Math.max(week(first), week(today) - 57);
  const days = range(Math.max(first, start * 7 + firstMonday), today + 1);
  const cells = days.map((day) => {
    const period = new Date(day * dayMs).toISOString().slice(0, 10);
    return cellOf(marks, period, { column: week(day) - start, row: (((day - firstMonday) % 7) + 7) % 7 });
  });
  const months = new Map<number, string>();
  for (const day of days) {
    const date = new Date(day * dayMs);
    if (date.getUTCDate() === 1) months.set(week(day) - start, date.toISOString().slice(0, 7));
  }
  return {
    label: `Bytes by day of "${place.name}": ${countText(place.volume_by_day.length, 'day')} with files`,
    cells,
    rowLabels: new Map(weekdays.map((name, row) => [row, name])),
    columnLabels: months,
  };
}

/** A row a day, a column an hour (UTC), the newest day last. */
export function hourMap(place: PlaceStatus, { at, days }: StatusReport): HeatMap {
  const volumes = new Map(place.volume_by_hour.map((volume) => [volume.period, volume]));
  const marks = { volumes, gaps: new Set(place.gaps.map(({ period }) => period)) };
  const now = Math.floor(Date.parse(at) / hourMs);
  const firstDay = Math.floor((now - days * 24) / 24);
  const hours = range(firstDay * 24, now + 1);
  const cells = hours.map((hour) => {
    const period = new Date(hour * hourMs).toISOString().slice(0, 13);
    return cellOf(marks, period, { column: hour % 24, row: Math.floor(hour / 24) - firstDay });
  });
  const rows = range(firstDay, Math.floor(now / 24) + 1);
  return {
    label: `Bytes by hour of "${place.name}": ${countText(place.gap_count, 'hour')} without files that usually has some`,
    cells,
    rowLabels: new Map(rows.map((day) => [day - firstDay, new Date(day * dayMs).toISOString().slice(0, 10)])),
    columnLabels: new Map([0, 6, 12, 18].map((hour) => [hour, `${hour}h`])),
  };
}

function cellOf({ volumes, gaps }: Marks, period: string, at: Pick<HeatCell, 'column' | 'row'>): HeatCell {
  const { files = 0, bytes = 0 } = volumes.get(period) ?? {};
  const isMarked = gaps.has(period);
  const what =
    files > 0
      ? `${countText(files, 'file')}, ${bytesText(bytes)}`
      : isMarked
        ? 'no files, and usually some'
        : 'no files';
  // An empty file is a file.
  return {
    ...at,
    value: files > 0 ? Math.max(1, bytes) : 0,
    title: `${period.replace('T', ' ')}${period.includes('T') ? 'h' : ''}: ${what}`,
    isMarked,
  };
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, at) => from + at);
}

// The heat maps of a type or table: a calendar of days, and the hours of the last days. Pure.
import { calendarMap, dayText, range, volumeCell } from '../../../program/page/calendar.ts';
import type { HeatMap } from '../../../program/page/heat-map.ts';
import { countText } from '../../../program/text-layout.ts';
import type { PlaceStatus, StatusReport } from './report.ts';
import { startOf } from './report-words.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;

export function dayMap(place: PlaceStatus, { at, period }: StatusReport): HeatMap {
  const gaps = period === 'day' ? place.gaps.map((gap) => startOf(gap.period) / dayMs) : [];
  return calendarMap({
    label: `Bytes by day of "${place.name}": ${countText(place.volume_by_day.length, 'day')} with files`,
    days: new Map(place.volume_by_day.map((volume) => [startOf(volume.period) / dayMs, volume])),
    gaps: new Set(gaps),
    lastDay: Math.floor(Date.parse(at) / dayMs),
  });
}

/** A row for each day and a column for each hour (UTC), the newest day last. */
export function hourMap(place: PlaceStatus, { at, days }: StatusReport): HeatMap {
  const volumes = new Map(place.volume_by_hour.map((volume) => [volume.period, volume]));
  const gaps = new Set(place.gaps.map(({ period }) => period));
  const now = Math.floor(Date.parse(at) / hourMs);
  const firstDay = Math.floor((now - days * 24) / 24);
  const cells = range(firstDay * 24, now + 1).map((hour) => {
    const period = new Date(hour * hourMs).toISOString().slice(0, 13);
    const position = { column: hour % 24, row: Math.floor(hour / 24) - firstDay };
    const name = `${period.replace('T', ' ')}h`;
    return volumeCell(position, { name, volume: volumes.get(period), isGap: gaps.has(period) });
  });
  const rows = range(firstDay, Math.floor(now / 24) + 1);
  return {
    label: `Bytes by hour of "${place.name}": ${countText(place.gap_count, 'hour')} without files that usually has some`,
    cells,
    rowLabels: new Map(rows.map((day) => [day - firstDay, dayText(day)])),
    columnLabels: new Map([0, 6, 12, 18].map((hour) => [hour, `${hour}h`])),
  };
}

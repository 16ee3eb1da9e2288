// A calendar as a heat map of the bytes of each day: one column a week, one row a weekday. Pure.
import { bytesText, countText } from '../text-layout.ts';
import type { HeatCell, HeatMap } from './heat-map.ts';

type DayVolume = { readonly files: number; readonly bytes: number };

type Calendar = {
  readonly label: string;
  /** By days since 1970. */
  readonly days: ReadonlyMap<number, DayVolume>;
  /** Days without files that usually have some. */
  readonly gaps: ReadonlySet<number>;
  readonly lastDay: number;
};

const dayMs = 86_400_000;
const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
/** 1970-01-05 was a Monday. */
const firstMonday = 4;
const mostWeeks = 58;

/** The days from the first one with files to `lastDay`, at most the last 58 weeks. */
export function calendarMap({ label, days, gaps, lastDay }: Calendar): HeatMap {
  const weekOf = (day: number): number => Math.floor((day - firstMonday) / 7);
  const first = [...days.keys()].reduce((least, day) => Math.min(least, day), lastDay);
  const firstWeek = Math.max(weekOf(first), weekOf(lastDay) - mostWeeks + 1);
  const shown = range(Math.max(first, firstWeek * 7 + firstMonday), lastDay + 1);
  const months = shown.filter((day) => new Date(day * dayMs).getUTCDate() === 1);
  const cells = shown.map((day) => {
    const at = { column: weekOf(day) - firstWeek, row: day - firstMonday - weekOf(day) * 7 };
    return volumeCell(at, { name: dayText(day), volume: days.get(day), isGap: gaps.has(day) });
  });
  return {
    label,
    cells,
    rowLabels: new Map(weekdays.map((name, row) => [row, name])),
    columnLabels: new Map(months.map((day) => [weekOf(day) - firstWeek, dayText(day).slice(0, 7)])),
  };
}

export function dayText(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}

type Shown = { readonly name: string; readonly volume: DayVolume | undefined; readonly isGap: boolean };

/** A day with only empty files still has a value. */
export function volumeCell(at: Pick<HeatCell, 'column' | 'row'>, { name, volume, isGap }: Shown): HeatCell {
  const { files = 0, bytes = 0 } = volume ?? {};
  const none = isGap ? 'no files, unlike most such days' : 'no files';
  const what = files > 0 ? `${countText(files, 'file')}, ${bytesText(bytes)}` : none;
  return { ...at, value: files > 0 ? Math.max(1, bytes) : 0, title: `${name}: ${what}`, isMarked: isGap };
}

export function range(from: number, to: number): readonly number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, at) => from + at);
}

// Files and bytes of a table by the day in its folder names, for the calendar of the layout report. Pure.
import type { Partition } from '../../layout/layout.ts';

/** More than a calendar shows. */
const mostDays = 420;
const dayMs = 86_400_000;
const dayNames: ReadonlySet<string> = new Set(['day', 'date', 'dt', 'ds']);

const wholeDate = /^(\d{4})-?(\d\d)-?(\d\d)(?:[T ].*)?$/su;

/** Bound: twice `mostDays` days. The newest `mostDays` are returned. */
export class DayVolumes {
  #days = new Map<number, { files: number; bytes: number }>();

  add(day: number, bytes: number): void {
    const volume = this.#days.get(day) ?? { files: 0, bytes: 0 };
    this.#days.set(day, volume);
    volume.files++;
    volume.bytes += bytes;
    if (this.#days.size > 2 * mostDays) this.#days = new Map(this.#newest());
  }

  /** The oldest first. */
  get all(): readonly { readonly day: string; readonly files: number; readonly bytes: number }[] {
    return this.#newest().map(([day, volume]) => ({
      day: new Date(day * dayMs).toISOString().slice(0, 10),
      ...volume,
    }));
  }

  #newest() {
    return [...this.#days].sort(([a], [b]) => a - b).slice(-mostDays);
  }
}

/**
 * Days since 1970, from `day=2026-01-15`, `dt=20260115` or `date=2026-01-15T07`, or from `year=2026/month=1/day=15`. Undefined if
 * the folders name no day of the years 1970 to 2100.
 */
export function dayOf(partitions: readonly Partition[]): number | undefined {
  const values = new Map(partitions.map(({ column, value }) => [column.toLowerCase(), value ?? '']));
  for (const [name, value] of values) {
    const [, year, month = '', day = ''] = wholeDate.exec(value) ?? [];
    if (dayNames.has(name) && year !== undefined) return dayNumber([year, month, day]);
  }
  const [year, month, day] = [values.get('year'), values.get('month'), values.get('day')];
  const isDate = /^\d{4}$/u.test(year ?? '') && /^\d{1,2}$/u.test(month ?? '') && /^\d{1,2}$/u.test(day ?? '');
  return isDate ? dayNumber([year ?? '', month ?? '', day ?? '']) : undefined;
}

function dayNumber([year, month, day]: readonly [string, string, string]): number | undefined {
  const [y, m, d] = [Number(year), Number(month), Number(day)];
  const date = new Date(Date.UTC(y, m - 1, d));
  const isReal = date.getUTCMonth() === m - 1 && date.getUTCDate() === d;
  return isReal && y >= 1970 && y <= 2100 ? date.getTime() / dayMs : undefined;
}

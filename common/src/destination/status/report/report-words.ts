// Times, durations and ranges of hours and days in the words of the report. Pure.
import { rangesOf } from './periods.ts';

const rangesShown = 6;

/** `4 min`, `3 h 20 min`, `12 d 5 h`: the two largest units. */
export function durationText(seconds: number): string {
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
  ];
  if (days > 0) return `${days} d${hours > 0 ? ` ${hours} h` : ''}`;
  if (hours > 0) return `${hours} h${minutes > 0 ? ` ${minutes} min` : ''}`;
  return minutes > 0 ? `${minutes} min` : `${Math.round(seconds)} s`;
}

const hourMs = 3_600_000;

/** The start of an hour (`2026-01-15T14`) or a day, in milliseconds. */
export function startOf(period: string): number {
  return Date.parse(period.includes('T') ? `${period}:00Z` : period);
}

/** Hours (`2026-01-15T14`) or days in order; consecutive ones form a range. If there are many, only the newest ones. */
export function rangesText(periods: readonly string[]): string {
  const isHours = periods[0]?.includes('T') === true;
  const ms = isHours ? hourMs : 24 * hourMs;
  const numbers = periods.map((period) => startOf(period) / ms);
  const text = (period: number): string => {
    const iso = new Date(period * ms).toISOString();
    return isHours ? `${iso.slice(0, 10)} ${iso.slice(11, 13)}h` : iso.slice(0, 10);
  };
  const ranges = rangesOf(numbers);
  const shown = ranges
    .slice(-rangesShown)
    .map(([from, to]) => (from === to ? text(from) : `${text(from)} to ${endText(text(from), text(to))}`));
  return `${ranges.length > rangesShown ? `${ranges.length - rangesShown} earlier ranges, ` : ''}${shown.join(', ')}`;
}

/** Without the day, if it is the same as at the beginning. */
function endText(from: string, to: string): string {
  const [day = '', hour] = to.split(' ');
  return hour !== undefined && from.startsWith(day) ? hour : to;
}

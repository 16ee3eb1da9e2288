// Counts of time units as ISO text, with all digits of a fraction that is not zero.

const secondsPerDay = 86_400;
/** Seconds from 1970 to the last one that microseconds in 64 bits reach, as in Parquet: the year 294247. */
const furthest = 9_223_372_036_854;

/** Days since 1970. Years before 1 have Airbyte's form. */
export function dateText(days: number | bigint): string {
  const { text, era } = dayOf(Number(days));
  return text + era;
}

/** Units since midnight. Undefined outside the day. */
export function timeText(units: number | bigint, perSecond: number): string | undefined {
  const { seconds, fraction } = split(units, perSecond);
  return seconds < 0 || seconds >= secondsPerDay ? undefined : clock(seconds) + fraction;
}

/** Units since 1970. Undefined beyond the range. */
export function timestampText(units: number | bigint, perSecond: number, utc: boolean): string | undefined {
  const { seconds, fraction } = split(units, perSecond);
  if (Math.abs(seconds) > furthest + 1) return undefined;
  const day = Math.floor(seconds / secondsPerDay);
  const { text, era } = dayOf(day);
  return `${text}T${clock(seconds - day * secondsPerDay)}${fraction}${utc ? 'Z' : ''}${era}`;
}

const twoDigits = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));

function clock(second: number): string {
  return `${twoDigits[Math.floor(second / 3600)]}:${twoDigits[Math.floor(second / 60) % 60]}:${twoDigits[second % 60]}`;
}

type Day = { readonly day: number; readonly text: string; readonly era: '' | ' BC' };
let lastDay: Day = { day: 0, text: '1970-01-01', era: '' };

/** Most days equal that of the previous value. */
function dayOf(day: number): Day {
  if (day !== lastDay.day) lastDay = calendarDay(day);
  return lastDay;
}

/** `Date` ends at the year 275760. The calendar repeats every 400 years. */
const daysPer400Years = 146_097;

function calendarDay(day: number): Day {
  const cycles = Math.floor(day / daysPer400Years);
  const within = new Date((day - cycles * daysPer400Years) * secondsPerDay * 1000);
  const year = within.getUTCFullYear() + 400 * cycles;
  const text = String(year > 0 ? year : 1 - year).padStart(4, '0') + within.toISOString().slice(4, 10);
  return { day, text, era: year > 0 ? '' : ' BC' };
}

/** The fraction with its point: none, six digits, or nine if the units are nanoseconds. */
function split(units: number | bigint, perSecond: number): { seconds: number; fraction: string } {
  const { seconds, rest } =
    typeof units === 'bigint' ? splitLarge(units, BigInt(perSecond)) : splitSmall(units, perSecond);
  const digits = perSecond === 1000 ? 3 : perSecond === 1_000_000 ? 6 : 9;
  const fraction = rest === 0 ? '' : `.${String(rest).padStart(digits, '0').padEnd(6, '0')}`;
  return { seconds, fraction };
}

function splitSmall(units: number, perSecond: number): { seconds: number; rest: number } {
  const seconds = Math.floor(units / perSecond);
  return { seconds, rest: units - seconds * perSecond };
}

function splitLarge(units: bigint, perSecond: bigint): { seconds: number; rest: number } {
  const rest = ((units % perSecond) + perSecond) % perSecond;
  return { seconds: Number((units - rest) / perSecond), rest: Number(rest) };
}

// Counts of time units as ISO text, with all the digits of the fraction that is not zero.

const secondsPerDay = 86_400;
/** Years 1 to 9999, what ISO text of four digits holds; seconds since 1970. */
const [earliest, latest] = [-62_135_596_800, 253_402_300_799];

/** Days since 1970; undefined outside the years 1 to 9999. */
export function dateText(days: number | bigint): string | undefined {
  return secondsText(Number(days) * secondsPerDay)?.slice(0, 10);
}

/** Units since midnight; undefined outside the day. */
export function timeText(units: number | bigint, perSecond: number): string | undefined {
  const { seconds, fraction } = split(units, perSecond);
  return seconds < 0 || seconds >= secondsPerDay ? undefined : `${secondsText(seconds)?.slice(11, 19)}${fraction}`;
}

/** Units since 1970; undefined outside the years 1 to 9999. */
export function timestampText(units: number | bigint, perSecond: number, utc: boolean): string | undefined {
  const { seconds, fraction } = split(units, perSecond);
  const text = secondsText(seconds);
  return text === undefined ? undefined : `${text}${fraction}${utc ? 'Z' : ''}`;
}

function secondsText(seconds: number): string | undefined {
  if (seconds < earliest || seconds > latest) return undefined;
  const day = Math.floor(seconds / secondsPerDay);
  const second = seconds - day * secondsPerDay;
  const [hours, minutes] = [Math.floor(second / 3600), Math.floor(second / 60) % 60];
  return `${dayText(day)}T${twoDigits[hours]}:${twoDigits[minutes]}:${twoDigits[second % 60]}`;
}

const twoDigits = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));
let lastDay = { day: 0, text: '1970-01-01' };

/** Most days are that of the value before. */
function dayText(day: number): string {
  if (day !== lastDay.day) lastDay = { day, text: new Date(day * secondsPerDay * 1000).toISOString().slice(0, 10) };
  return lastDay.text;
}

/** The fraction with its point: none, six digits, or nine where the units are nanoseconds. */
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

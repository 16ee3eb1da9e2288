// Parses a duration from a command line, such as `15m` or `26h`. Pure.
import { ConnectorError } from '../protocol/errors.ts';

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** The duration in seconds, at least 1. @throws USAGE_INVALID that names the option. */
export function durationOf(option: string, text: string): number {
  const [, number, unit = ''] = /^(\d{1,7})([smhd])$/u.exec(text) ?? [];
  const seconds = Number(number) * (units[unit] ?? Number.NaN);
  if (seconds > 0) return seconds;
  throw new ConnectorError(
    'USAGE_INVALID',
    `${option} is ${JSON.stringify(text)}: write a whole number and its unit, s, m, h or d, such as 15m or 26h.`,
  );
}

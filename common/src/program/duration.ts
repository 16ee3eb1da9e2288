// Parses the duration of the option `--max-age`, such as `15m` or `26h`. Pure.
import type { OperatorArguments } from '../protocol/connector.ts';
import { ConnectorError } from '../protocol/errors.ts';

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** In seconds, at least 1; undefined without the option. @throws USAGE_INVALID */
export function maxAgeSecondsOf({ 'max-age': given }: OperatorArguments): number | undefined {
  if (given === undefined) return undefined;
  const text = String(given);
  const [, number, unit = ''] = /^(\d{1,7})([smhd])$/u.exec(text) ?? [];
  const seconds = Number(number) * (units[unit] ?? Number.NaN);
  if (seconds > 0) return seconds;
  throw new ConnectorError(
    'USAGE_INVALID',
    `--max-age is ${JSON.stringify(text)}: write a whole number and its unit, s, m, h or d, such as 15m or 26h.`,
  );
}

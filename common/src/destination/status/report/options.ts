// The meaning of the options of `status`. Pure.
import { maxAgeSecondsOf } from '../../../program/duration.ts';
import { ConnectorError } from '../../../protocol/errors.ts';
import type { OperatorArguments } from '../../../protocol/connector.ts';

export type StatusOptions = {
  readonly isJson: boolean;
  /** The path of the page. Undefined: none is written. */
  readonly html: string | undefined;
  /** Undefined: age is reported and not judged. */
  readonly maxAgeSeconds: number | undefined;
  readonly days: number;
  readonly recentHours: number;
  /** The only type or table whose age is judged. Undefined: all. */
  readonly only: string | undefined;
};

const mostDays = 28;
const mostHours = mostDays * 24;

/** @throws USAGE_INVALID */
export function statusOptions(given: OperatorArguments, noun: 'type' | 'table'): StatusOptions {
  const { html, json } = given;
  const [days, hours, only] = [given['days'], given['hours'], given[noun]];
  return {
    isJson: json === true,
    html: typeof html === 'string' ? html : undefined,
    maxAgeSeconds: maxAgeSecondsOf(given),
    days: days === undefined ? 14 : numberOf('--days', String(days), mostDays),
    // A day's export arrives at some time of the next day.
    recentHours: hours === undefined ? (noun === 'type' ? 24 : 48) : numberOf('--hours', String(hours), mostHours),
    only: typeof only === 'string' ? only : undefined,
  };
}

function numberOf(option: string, text: string, most: number): number {
  const number = /^\d{1,5}$/u.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= most) return number;
  throw new ConnectorError('USAGE_INVALID', `${option} must be a whole number from 1 to ${most}.`);
}

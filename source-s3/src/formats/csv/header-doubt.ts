// Whether a header is a row of data: if all values of a column are numbers, dates or the like, its name is not one of them.
import type { DeclaredType } from '../../layout/declared-column.ts';
import type { CsvRecords } from './csv-records.ts';
import { seeRecords, TypeGuess } from './csv-value.ts';

const mostRows = 20;

/**
 * `records` is at the header, and the available rows after it follow. A name that is a number is not a doubt by itself: tables have
 * columns named by years.
 */
export function isLikeData(names: readonly string[], records: CsvRecords): boolean {
  const own = names.map((name) => kindsOf(name));
  if (own.every((kinds) => kinds.length === 0)) return false; // Nearly all headers.
  const guesses = names.map(() => new TypeGuess());
  const rows = seeRecords(records, guesses, (_, start, end) => start === end, mostRows);
  if (rows === 0) return own[0]?.length !== 0 || own.some((kinds) => kinds.some((kind) => times.has(kind)));
  const typed = guesses.flatMap(({ kind }, field) =>
    kind === undefined || kind === 'string' || names[field] === '' ? [] : [{ kind, field }],
  );
  return typed.length > 0 && typed.every(({ kind, field }) => own[field]?.includes(kind));
}

const times: ReadonlySet<DeclaredType> = new Set(['date', 'timestamp']);

/** The beginning of numbers, dates and booleans. Nearly no name begins like this, and there can be 20,000 names. */
const beginning = /^(?:[-\d]|true$|false$)/u;

function kindsOf(name: string): readonly DeclaredType[] {
  if (!beginning.test(name)) return [];
  const guess = new TypeGuess();
  guess.see(name);
  return guess.kinds;
}

// Whether a header is a row of data: where a column's values are all numbers, dates or the like, its name is not one of them.
import type { DeclaredType } from '../../layout/declared-column.ts';
import type { CsvRecords } from './csv-records.ts';
import { TypeGuess } from './csv-value.ts';

const mostRows = 20;

/**
 * `records` stands at the header, the rows after it follow as far as they are there. A name that is a number is no doubt by itself:
 * tables have columns named by years.
 */
export function isLikeData(names: readonly string[], records: CsvRecords): boolean {
  const own = names.map((name) => kindsOf(name));
  if (own.every((kinds) => kinds.length === 0)) return false; // Nearly all headers.
  const guesses = names.map(() => new TypeGuess());
  let rows = 0;
  while (rows < mostRows && records.next()) {
    if (records.problem !== undefined || records.fields.count !== names.length) continue;
    rows++;
    for (const [field, guess] of guesses.entries()) {
      const text = Buffer.from(records.unescaped(field)).toString();
      if (text !== '') guess.see(text);
    }
  }
  if (rows === 0) return own[0]?.length !== 0 || own.some((kinds) => kinds.some((kind) => times.has(kind)));
  const typed = guesses.flatMap(({ kind }, field) =>
    kind === undefined || kind === 'string' || names[field] === '' ? [] : [{ kind, field }],
  );
  return typed.length > 0 && typed.every(({ kind, field }) => own[field]?.includes(kind));
}

const times: ReadonlySet<DeclaredType> = new Set(['date', 'timestamp']);

/** Numbers, dates and booleans begin so; nearly no name does, and there can be 20,000. */
const beginning = /^(?:[-\d]|true$|false$)/u;

function kindsOf(name: string): readonly DeclaredType[] {
  if (!beginning.test(name)) return [];
  const guess = new TypeGuess();
  guess.see(name);
  return guess.kinds;
}

// A walk over a row: notes each value in the shape of its field.
import { seen, type Shape } from './shape.ts';

/** `by`: 1, or -1 to remove a note; `row`: its number; `root`: of the row; `isUnusual`: it has unusual values. */
export type Walk = {
  readonly bytes: Uint8Array;
  by: 1 | -1;
  row: number;
  root: Shape | undefined;
  isUnusual: boolean;
};

/** Values of a kind become usual when a field has this many of them, and at least in this share of rows. */
const leastUsual = 64;
const usualShare = 1 / 64;

/** `times`: so many such values of a list. Hot path. */
export function note(walk: Walk, shape: Shape, kind: number, times = 1): void {
  const { by, row } = walk;
  shape.counts[kind] = (shape.counts[kind] as number) + by * times;
  if (((shape.usual >> kind) & 1) === 0) noteUnusual(walk, shape, kind);
  const { votes } = shape;
  if (votes === undefined || votes.lastRow[kind] === row) return;
  votes.lastRow[kind] = row;
  votes.counts[kind] = (votes.counts[kind] as number) + by;
}

/** A member without a field, or a repeated one. */
export function noteOdd(walk: Walk, shape: Shape, what: 'rest' | 'twins'): void {
  shape[what] += walk.by;
  walk.isUnusual = true;
}

function noteUnusual(walk: Walk, shape: Shape, kind: number): void {
  walk.isUnusual = true;
  const count = shape.counts[kind] as number;
  const all = walk.root?.counts[seen.object] ?? 0;
  if (walk.by === 1 && count >= leastUsual && count >= all * usualShare) shape.usual |= 1 << kind;
}

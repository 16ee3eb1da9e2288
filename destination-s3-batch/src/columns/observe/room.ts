// The number of fields that are observed in the rows of a table. The most frequent ones must be among them, whichever came
// first.
import { maxFields, maxRowFields, maxRunFields } from '../../config/budgets.ts';

/** Fields in fewer than one of so many rows make room for others. */
const rareShare = 1 / 100;
/** Searching for those takes as long as a number of rows. It is repeated after this growth. */
const growth = 1.25;

/** A field and those below it, as far as it matters here. */
type Fields = {
  readonly rows: number;
  /** Declared by the catalog. */
  readonly isNamed: boolean;
  readonly children: readonly Fields[];
  readonly items: Fields | undefined;
  keepChildren(stays: (child: Fields) => boolean): void;
};

/** The room that all tables of a run share. */
export type RunRoom = { left: number };

export function runRoom(): RunRoom {
  return { left: maxRunFields };
}

/** Bound: `maxFields` fields, of all tables `maxRunFields`. */
export class Room {
  /** Keys that got no field because there was no room. */
  refused = 0;
  /** Fields that were added before the first row. */
  declared = 0;
  readonly #run: RunRoom;
  #left = maxFields;
  #leftInRow = 0;
  #nextTidying = 0;

  constructor(run: RunRoom = runRoom()) {
    this.#run = run;
  }

  /** @returns whether a field declared by the catalog may be added. */
  declare(): boolean {
    if (this.#left <= 0) return false;
    this.#left -= 1;
    this.declared += 1;
    return true;
  }

  /** @returns whether a field found in a row may be added. */
  take(): boolean {
    if (this.#left <= 0 || this.#leftInRow <= 0 || this.#run.left <= 0) {
      this.refused += 1;
      return false;
    }
    this.#left -= 1;
    this.#leftInRow -= 1;
    this.#run.left -= 1;
    return true;
  }

  /** Before a row is observed or forgotten. Forgetting adds nothing, or it would remove what was never noted. */
  begin(root: Fields, isForgotten: boolean): void {
    this.#leftInRow = isForgotten ? 0 : maxRowFields;
    if (isForgotten || (this.#left > 0 && this.#run.left > 0) || root.rows < this.#nextTidying) return;
    this.#nextTidying = Math.ceil(root.rows * growth);
    const freed = tidied(root, Math.max(2, root.rows * rareShare));
    this.#left += freed;
    this.#run.left += freed;
  }
}

/** Removes the fields that fewer rows have. Rows with these fields then count as having members without a field. */
function tidied(shape: Fields, least: number): number {
  let freed = 0;
  shape.keepChildren((child) => {
    const stays = child.isNamed || child.rows >= least;
    if (!stays) freed += size(child);
    return stays;
  });
  for (const child of shape.children) freed += tidied(child, least);
  return freed + (shape.items === undefined ? 0 : tidied(shape.items, least));
}

function size({ children, items }: Fields): number {
  return children.reduce((sum, child) => sum + size(child), 1 + (items === undefined ? 0 : size(items) - 1));
}

// How zlib works at a level. In most rows a smaller window finds matches that are as good, and short matches save less than they cost:
// then a cheaper setting gives the same size in two thirds of the time. In other rows it makes the size a fifth larger. So each large
// file tries (`DeflatePool.cheapest`).
import { constants } from 'node:zlib';

export type DeflateSetting = { readonly level: number; readonly windowBits: number; readonly strategy: number };

type Settings = {
  /** The setting of the level itself. */
  readonly standard: DeflateSetting;
  /** Settings that take less time, the cheapest first. How much they compress depends on the rows. */
  readonly cheaper: readonly DeflateSetting[];
};

/** 32 KiB, the largest. */
const windowBits = 15;
/** 8 KiB. */
const smallWindowBits = 13;
/** Below this level zlib works by other rules, for which Z_FILTERED changes nothing. */
const leastLevel = 4;

/** `level`: from 1 (fast) to 9 (small). */
export function settingsOf(level: number): Settings {
  const standard = { level, windowBits, strategy: constants.Z_DEFAULT_STRATEGY };
  if (level <= leastLevel) return { standard, cheaper: [] };
  const lower = { level: level - 1, strategy: constants.Z_FILTERED };
  return {
    standard,
    cheaper: [
      { ...lower, windowBits: smallWindowBits },
      { ...lower, windowBits },
    ],
  };
}

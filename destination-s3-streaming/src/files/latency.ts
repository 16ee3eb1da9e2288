// How long rows take until they are visible in S3: since they arrived, and since their own time. Rows are counted in slots of time
// while their file is open. When it is stored, the slots go into a sketch of the complete run.

import type { Sketch } from '@s3-connectors/common/streams/sketch.ts';

const slotsPerAge = 16;
/** Rows that are later than three times the age of a file are only counted. */
const eventSlots = 4 * slotsPerAge;

/** When the rows of one file arrived and happened, to a sixteenth of the age at which files are closed. Bound: 320 bytes. */
export class RowTimes {
  readonly #slotMs: number;
  readonly #came = new Uint32Array(slotsPerAge);
  readonly #happened = new Uint32Array(eventSlots);

  constructor(maxAgeMs: number) {
    this.#slotMs = maxAgeMs / slotsPerAge;
  }

  /** A row arrived `ageMs` after the file was opened and `delayMs` after its own time. Hot path. */
  add(ageMs: number, delayMs: number): void {
    const came = Math.min(slotsPerAge - 1, Math.floor(ageMs / this.#slotMs));
    const happened = Math.floor((ageMs - Math.max(0, delayMs)) / this.#slotMs) + eventSlots - slotsPerAge;
    this.#came[came] = (this.#came[came] as number) + 1;
    const slot = Math.max(0, Math.min(eventSlots - 1, happened));
    this.#happened[slot] = (this.#happened[slot] as number) + 1;
  }

  /** The file was stored `ageMs` after it was opened. Each row counts as the first of its slot. */
  stored(ageMs: number, { sinceCame, sinceHappened }: Latency): void {
    for (let slot = 0; slot < slotsPerAge; slot += 1) {
      sinceCame.add(ageMs - slot * this.#slotMs, this.#came[slot]);
    }
    const firstMs = (slotsPerAge - eventSlots) * this.#slotMs;
    for (let slot = 0; slot < eventSlots; slot += 1) {
      const rows = this.#happened[slot] as number;
      sinceHappened.add(slot === 0 ? Infinity : ageMs - (firstMs + slot * this.#slotMs), rows);
    }
  }
}

/** The times until rows were visible. */
export type Latency = { readonly sinceCame: Sketch; readonly sinceHappened: Sketch };

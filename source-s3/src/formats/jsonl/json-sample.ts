// The first records of a file of JSON: its form, and the names and types of its members.
import type { Column } from '@s3-connectors/common/columns/column-type.ts';
import { skipSpace } from '@s3-connectors/common/json/json-bytes.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

import { unreadable } from '../contract/unreadable.ts';
import { markBytes } from '../text/encoding.ts';
import type { ObjectText } from '../text/readable-text.ts';
import type { JsonCutter, JsonForm } from './json-cutter.ts';
import { FormProbe } from './json-form.ts';
import { JsonLines } from './json-lines.ts';
import { JsonMembers } from './members/json-members.ts';
import { JsonShape, TooManyNames } from './json-shape.ts';
import { JsonValues } from './json-values.ts';

export type JsonSample = {
  readonly form: JsonForm;
  /** Offset in the text after the byte order mark. */
  readonly dataStart: number;
  readonly columns: readonly Column[];
  /** The sampled bytes and records. */
  readonly bytes: number;
  readonly records: number;
  /** Offset of the first record if none is a JSON object. */
  readonly noneSince: number | undefined;
};

/** `isInside`: the text begins with an element of an array. */
export function cutterOf(
  form: JsonForm,
  place: { readonly key: string; readonly origin: number; readonly isInside: boolean },
): JsonCutter {
  return form === 'lines' ? new JsonLines(place) : new JsonValues(form, place);
}

/** The records of the first pieces of text, up to `maxBytes` and at least one record. */
export async function sampleJson(
  text: ObjectText,
  { key, maxBytes }: { readonly key: string; readonly maxBytes: number },
  signal: AbortSignal,
): Promise<JsonSample> {
  const sampler = new Sampler(key);
  for await (const piece of text.from(0, signal)) {
    sampler.push(piece);
    if (sampler.isDamaged || (sampler.bytes >= maxBytes && sampler.records > 0)) break;
  }
  return sampler.finish(maxBytes);
}

class Sampler {
  bytes = 0;
  records = 0;
  /** The part before the damage is read, and defines the columns. */
  isDamaged = false;
  readonly #key: string;
  readonly #shape = new JsonShape();
  readonly #members = new JsonMembers([]);
  readonly #probe = new FormProbe();
  /** Pieces until the form is known. */
  #first: Uint8Array[] = [];
  #cutter: JsonCutter | undefined;
  #dataStart = 0;
  #objects = 0;
  #firstRecord: number | undefined;

  constructor(key: string) {
    this.#key = key;
  }

  push(piece: Uint8Array): void {
    if (this.bytes === 0) this.#dataStart = markBytes(piece);
    const text = this.bytes === 0 ? piece.subarray(this.#dataStart) : piece;
    this.bytes += piece.length;
    if (this.#cutter !== undefined) return this.#take(this.#cutter, text);
    this.#first.push(text);
    const form = this.#probe.see(text);
    if (form !== undefined) this.#begin(form);
  }

  finish(maxBytes: number): JsonSample {
    const cutter = this.#cutter ?? this.#begin(this.#probe.end());
    if (this.records === 0 || (this.bytes < maxBytes && cutter.form === 'lines')) cutter.finish();
    this.#look(cutter);
    const { bytes, records } = this;
    const noneSince = this.#objects === 0 ? this.#firstRecord : undefined;
    return { form: cutter.form, dataStart: this.#dataStart, columns: this.#shape.columns, bytes, records, noneSince };
  }

  #begin(form: JsonForm): JsonCutter {
    const cutter = cutterOf(form, { key: this.#key, origin: this.#dataStart, isInside: false });
    this.#cutter = cutter;
    for (const text of this.#first) this.#take(cutter, text);
    this.#first = [];
    return cutter;
  }

  #take(cutter: JsonCutter, text: Uint8Array): void {
    cutter.push(text);
    this.#look(cutter);
  }

  #look(cutter: JsonCutter): void {
    while (this.#isNext(cutter)) {
      this.records++;
      this.#firstRecord ??= cutter.start;
      if (!this.#members.scan(cutter.bytes, cutter.from, cutter.to)) continue;
      this.#add(cutter);
      this.#objects++;
    }
  }

  #isNext(cutter: JsonCutter): boolean {
    try {
      return !this.isDamaged && cutter.next();
    } catch (error) {
      if (this.records === 0 || !(error instanceof ConnectorError)) throw error;
      this.isDamaged = true;
      return false;
    }
  }

  #add({ bytes, from }: JsonCutter): void {
    try {
      this.#shape.add(bytes, skipSpace(bytes, from));
    } catch (error) {
      if (!(error instanceof TooManyNames)) throw error;
      const why = 'its lines have more than 20000 names, more than a table may have columns';
      throw unreadable({ key: this.#key }, why, error);
    }
  }
}

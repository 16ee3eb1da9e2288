// The form of a file of JSON, by its first value. A damaged first line must not change the form of a file of lines, because only
// lines can be read after damage. So every form that is not proven is read as lines.
import { CARRIAGE_RETURN, OPEN_ARRAY, OPEN_OBJECT, SPACE, TAB } from '@s3-connectors/common/json/ascii.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

import type { JsonForm } from './json-cutter.ts';
import { JsonMembers } from './members/json-members.ts';
import { JsonValues } from './json-values.ts';

/** Sees the first pieces of a text. Bound: the first value. */
export class FormProbe {
  #values: JsonValues | undefined;
  #isFirstCut = false;

  /** The form, once it is known. Pieces begin after the byte order mark. */
  see(piece: Uint8Array): JsonForm | undefined {
    try {
      return this.#see(piece);
    } catch (error) {
      if (error instanceof ConnectorError) return 'lines';
      throw error;
    }
  }

  /** The input has ended. */
  end(): JsonForm {
    return this.#values?.form === 'array' && !this.#isFirstCut && this.#isWhole() ? 'array' : 'lines';
  }

  #see(piece: Uint8Array): JsonForm | undefined {
    let at = 0;
    if (this.#values === undefined) {
      while (at < piece.length && (piece[at] as number) <= SPACE) at++;
      if (at === piece.length) return undefined;
      if (piece[at] !== OPEN_ARRAY && piece[at] !== OPEN_OBJECT) return 'lines';
      const form = piece[at] === OPEN_ARRAY ? 'array' : 'values';
      this.#values = new JsonValues(form, { key: '', origin: 0, isInside: false });
    }
    const values = this.#values;
    if (!this.#isFirstCut) {
      values.push(piece.subarray(at));
      const before = values.end;
      if (!values.next()) return undefined;
      if (!new JsonMembers([]).scan(values.bytes, values.from, values.to)) return 'lines';
      this.#isFirstCut = true;
      if (values.form === 'array' || values.hasLineEnd) return values.form;
      at += values.end - before;
    }
    while (at < piece.length && isBlank(piece[at] as number)) at++;
    if (at === piece.length) return undefined;
    return piece[at] === OPEN_OBJECT ? 'values' : 'lines';
  }

  /** An array without elements. */
  #isWhole(): boolean {
    try {
      this.#values?.finish();
      return this.#values?.next() === false;
    } catch {
      return false;
    }
  }
}

function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB || byte === CARRIAGE_RETURN;
}

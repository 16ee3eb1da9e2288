// The parts of the last RECORD's line around `data` and `emitted_at`. The next line usually has the same bytes there, and then
// they need not be scanned.
import type { Envelope } from './envelope.ts';
import { NOT_JSON, skipValue } from '../json/json-bytes.ts';
import { wordsOf } from '../json/words.ts';
import { createKnownText, forget, know, standsAt } from './known-text.ts';

const maxTextBytes = 512;

/** Start and end of a part of the line, before `data`. A start of -1: absent. */
type Span = { start: number; end: number };

export class LineShape {
  /** From the start of the line to `data`, from there to `emitted_at`, and from there to the end. */
  readonly #head = createKnownText(maxTextBytes);
  readonly #middle = createKnownText(maxTextBytes);
  readonly #tail = createKnownText(maxTextBytes);
  #hasTime = false;
  readonly #type: Span = { start: -1, end: -1 };
  readonly #stream: Span = { start: -1, end: -1 };
  readonly #namespace: Span = { start: -1, end: -1 };
  readonly #version: Span = { start: -1, end: -1 };

  /**
   * If the line begins like the known one, notes in `found` what comes before `data`. @returns where `data` begins, or -1 if
   * the line differs.
   */
  begin(bytes: Uint8Array, start: number, found: Envelope): number {
    const head = this.#head;
    if (!standsAt(wordsOf(bytes), start, head)) return -1;
    found.typeStart = at(start, this.#type.start);
    found.typeEnd = start + this.#type.end;
    found.streamStart = at(start, this.#stream.start);
    found.streamEnd = start + this.#stream.end;
    found.namespaceStart = at(start, this.#namespace.start);
    found.namespaceEnd = start + this.#namespace.end;
    found.versionStart = at(start, this.#version.start);
    found.versionEnd = start + this.#version.end;
    found.emittedAtStart = -1;
    return start + head.length;
  }

  /** Whether the line also ends like the known one, after a `data` that ends at `dataEnd`. Notes the rest in `found`. */
  end(bytes: Uint8Array, dataEnd: number, end: number, found: Envelope): boolean {
    const words = wordsOf(bytes);
    if (!standsAt(words, dataEnd, this.#middle)) return false;
    const value = dataEnd + this.#middle.length;
    if (!this.#hasTime) return value === end;
    const valueEnd = skipValue(bytes, value);
    if (valueEnd === NOT_JSON || valueEnd + this.#tail.length !== end) return false;
    if (!standsAt(words, valueEnd, this.#tail)) return false;
    found.emittedAtStart = value;
    found.emittedAtEnd = valueEnd;
    return true;
  }

  /** Learns from a RECORD in bytes[start, end), if its parts are in the usual order: `data` and `emitted_at` last. */
  learn(bytes: Uint8Array, start: number, end: number, found: Envelope): void {
    const { dataStart, dataEnd, typeStart, streamStart, namespaceStart, versionStart } = found;
    this.#hasTime = found.emittedAtStart >= 0;
    const timeStart = this.#hasTime ? found.emittedAtStart : end;
    const timeEnd = this.#hasTime ? found.emittedAtEnd : end;
    forget(this.#head);
    if (Math.max(typeStart, streamStart, namespaceStart, versionStart) > dataStart || timeStart < dataEnd) return;
    know(this.#middle, bytes, dataEnd, timeStart);
    know(this.#tail, bytes, timeEnd, end);
    know(this.#head, bytes, start, dataStart);
    note(this.#type, start, found.typeStart, found.typeEnd);
    note(this.#stream, start, found.streamStart, found.streamEnd);
    note(this.#namespace, start, found.namespaceStart, found.namespaceEnd);
    note(this.#version, start, found.versionStart, found.versionEnd);
  }
}

function at(line: number, start: number): number {
  return start < 0 ? -1 : line + start;
}

function note(span: Span, line: number, start: number, end: number): void {
  span.start = start < 0 ? -1 : start - line;
  span.end = end - line;
}

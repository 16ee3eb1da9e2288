// Turns the lines of a tap into lines for `write`: a record keeps its bytes and gets another envelope. It also finds where a run
// of `write` must end because the next line is not in its catalog. The hot path of a target.
import { isUtf8 } from 'node:buffer';

import { OPEN_ARRAY, OPEN_OBJECT } from '../json/ascii.ts';
import { findMember, skipSpace } from '../json/json-bytes.ts';
import { withNumbers } from '../json/not-numbers.ts';
import type { Envelope } from '../records/envelope.ts';
import { extractedAt } from '../records/event-time.ts';
import { lineFault, typeText } from '../records/line-fault.ts';
import { createRecordScanner, isRecord, recordIn, type RecordScanner } from '../records/record-scanner.ts';
import { parseJson } from '../json/parse-json.ts';
import { inLine, invalid, tooLong, type LineBatch, type TooLong } from '../protocol/lines.ts';
import type { Log } from '../protocol/log.ts';
import type { JsonObject } from '../protocol/messages.ts';
import { parseSchema } from './schema.ts';
import { fitsRun, noteActivation, noteRecord, type TargetStream, TargetStreams } from './target-streams.ts';

const lineEnd = Buffer.from('\n');
const noData = Buffer.from('null');
/** The number of remembered spellings of stream names. */
const maxSpellings = 10_000;

/**
 * `next` is the first line that was not consumed: the end of the batch, or a line that needs its own run. `missing`: the last
 * line is a record that is too long, and this many of its bytes were not kept and are still to be sent to `write`.
 */
export type Taken = { readonly next: number; readonly needsRun: boolean; readonly missing?: number };

type Sink = {
  /** Receives the bytes of a line for `write`, for a record of a stream in the run. */
  part(bytes: Uint8Array): void;
  /** Receives the raw value of a STATE. */
  state(value: Uint8Array): void;
};

type Known = { readonly stream: TargetStream; readonly head: Uint8Array; readonly keys: readonly number[] };

export class TargetLines {
  readonly streams = new TargetStreams();
  readonly #log: Log;
  readonly #unknownTypes = new Set<string>();
  readonly #spellings = new Map<string, Known>();
  /** Key properties of all streams, for the scanner. */
  #fields: readonly string[] = [];
  #scanner: RecordScanner = createRecordScanner([], 'singer');
  #version = { text: '', value: Number.NaN };
  #time = { text: '', tail: Buffer.alloc(0) };

  constructor(log: Log) {
    this.#log = log;
  }

  /** Consumes lines from `from` on. @throws INPUT_INVALID that names a line; the lines before it are consumed. */
  take(batch: LineBatch, from: number, sink: Sink): Taken {
    if (batch.tooLong !== undefined) return this.#takeTooLong(batch, batch.tooLong, sink);
    const bytes = batch.unterminated ? Buffer.concat([batch.bytes, lineEnd]) : batch.bytes;
    const allUtf8 = isUtf8(bytes);
    for (let index = from; index < batch.ends.length; index += 1) {
      const start = index === 0 ? 0 : (batch.ends[index - 1] ?? 0) + 1;
      const end = batch.ends[index] ?? 0;
      try {
        const isText = allUtf8 || isUtf8(bytes.subarray(start, end));
        if (!this.#takeLine(bytes, start, end, isText, sink)) return { next: index, needsRun: true };
      } catch (error) {
        throw inLine(error, batch, index);
      }
    }
    return { next: batch.ends.length, needsRun: false };
  }

  /** @returns false if the line needs another run. */
  #takeLine(bytes: Buffer, start: number, end: number, isUtf8: boolean, sink: Sink): boolean {
    const kind = this.#scanner.scan(bytes, start, end);
    // `write` rejects the record if it is not UTF-8, or its data is not an object.
    if (isRecord(kind)) return this.#takeRecord(bytes, bytes, sink);
    const masked = kind === 'malformed' ? withNumbers(bytes, start, end) : undefined;
    if (masked !== undefined && isRecord(this.#scanner.scan(masked, 0, end - start))) {
      return this.#takeRecord(masked, bytes.subarray(start, end), sink);
    }
    if (!isUtf8) throw invalid('is not valid UTF-8');
    switch (kind) {
      case 'malformed':
        if (skipSpace(bytes, start) < end) throw invalid(lineFault(bytes.subarray(start, end), 'Singer'));
        return true;
      default:
        return this.#takeMessage(
          parseJson(bytes.toString('utf8', start, end)) as JsonObject,
          bytes.subarray(start, end),
          sink,
        );
    }
  }

  /** Sends the beginning of the line as the data of a record of the same length; `write` handles long records. */
  #takeTooLong(batch: LineBatch, { size, outline }: TooLong, sink: Sink): Taken {
    try {
      const found = recordIn(outline, [], 'singer');
      if (found === undefined) throw tooLong();
      const { stream, head } = this.#knownOf(outline, found);
      const version = found.versionStart < 0 ? undefined : this.#versionOf(outline, found);
      if (!fitsRun(stream, version)) {
        stream.version = version;
        return { next: 0, needsRun: true };
      }
      noteRecord(stream, version);
      const beginning = batch.bytes.subarray(0, -1);
      sink.part(head);
      sink.part(beginning);
      return { next: 1, needsRun: false, missing: size - head.length - beginning.length };
    } catch (error) {
      throw inLine(error, batch, 0);
    }
  }

  /** `bytes` were scanned. `received` are the same bytes with the original NaN and Infinity, for `write`. */
  #takeRecord(bytes: Buffer, received: Buffer, sink: Sink): boolean {
    const found = this.#scanner.envelope;
    const { stream, head, keys } = this.#knownOf(bytes, found);
    const version = found.versionStart < 0 ? undefined : this.#versionOf(bytes, found);
    if (!fitsRun(stream, version)) {
      stream.version = version;
      return false;
    }
    const isObject = bytes[found.dataStart] === OPEN_OBJECT;
    for (const key of keys) {
      if (isObject && (found.fieldStarts[key] ?? -1) < 0) {
        const text = `is a record of "${stream.schema.stream}" without its key property "${this.#fields[key]}"`;
        throw invalid(text);
      }
    }
    noteRecord(stream, version);
    sink.part(head);
    sink.part(dataOf(bytes, received, found));
    sink.part(this.#tailOf(bytes, found));
    return true;
  }

  #takeMessage(json: JsonObject, line: Buffer, sink: Sink): boolean {
    const type = (json['type'] as string).toUpperCase(); // The scanner has checked that it is a string.
    switch (type) {
      case 'SCHEMA':
        this.streams.learn(parseSchema(json));
        this.#relearn();
        return true;
      case 'STATE':
        sink.state(stateValue(line));
        return true;
      case 'ACTIVATE_VERSION':
        this.#activate(json);
        return true;
      case 'BATCH':
        throw invalid('is a BATCH, which is not supported', 'Let the tap send RECORD messages');
      case 'RECORD':
        throw invalid('is a record whose type is not spelled "RECORD"');
      default:
        if (!this.#unknownTypes.has(type) && this.#unknownTypes.size < 100) {
          this.#unknownTypes.add(type);
          this.#log('WARN', `Messages of ${typeText(type)} are ignored: this target does not know that type.`);
        }
        return true;
    }
  }

  /** Applies when the input ends: more records of the version may follow, in this run of `write` or a later one. */
  #activate({ stream: name, version }: JsonObject): void {
    const stream = typeof name === 'string' ? this.streams.get(name) : undefined;
    if (stream === undefined) throw invalid('activates a version of a stream without a SCHEMA before it');
    if (typeof version !== 'number' || !Number.isSafeInteger(version))
      throw invalid('has an ACTIVATE_VERSION without a version number');
    noteActivation(stream, version);
  }

  #knownOf(bytes: Buffer, found: Envelope): Known {
    const spelling = bytes.toString('latin1', found.streamStart, found.streamEnd);
    const known = this.#spellings.get(spelling);
    if (known !== undefined) return known;
    const name = String(parseJson(bytes.toString('utf8', found.streamStart, found.streamEnd)));
    const stream = this.streams.get(name);
    if (stream === undefined) throw invalid(`is a record of "${name}" without a SCHEMA before it`);
    const head = Buffer.from(`{"type":"RECORD","record":{"stream":${JSON.stringify(name)},"data":`);
    const keys = stream.schema.keyProperties.map((key) => this.#fields.indexOf(key));
    const fresh = { stream, head, keys };
    if (this.#spellings.size >= maxSpellings) this.#spellings.clear();
    this.#spellings.set(spelling, fresh);
    return fresh;
  }

  /** The scanner must find the key properties of every stream. */
  #relearn(): void {
    const fields = this.streams.keyProperties();
    this.#spellings.clear();
    if (fields.length === this.#fields.length && fields.every((field, index) => field === this.#fields[index])) return;
    this.#fields = fields;
    this.#scanner = createRecordScanner(fields, 'singer');
  }

  #versionOf(bytes: Buffer, { versionStart, versionEnd }: Envelope): number | undefined {
    const text = bytes.toString('latin1', versionStart, versionEnd);
    if (text === this.#version.text) return this.#version.value;
    if (text === 'null') return undefined;
    const value = Number(text);
    if (!Number.isSafeInteger(value)) throw invalid('has a version that is not an integer');
    this.#version = { text, value };
    return value;
  }

  /** The text after the data: `time_extracted` in milliseconds, or the current time. */
  #tailOf(bytes: Buffer, { emittedAtStart, emittedAtEnd }: Envelope): Uint8Array {
    const text = emittedAtStart < 0 ? '' : bytes.toString('latin1', emittedAtStart, emittedAtEnd);
    if (text !== '' && text === this.#time.text) return this.#time.tail;
    const extracted = text === '' ? Number.NaN : extractedAt(bytes, emittedAtStart, emittedAtEnd);
    const isTime = !Number.isNaN(extracted);
    const tail = Buffer.from(`,"emitted_at":${isTime ? extracted : Date.now()}}}\n`);
    if (isTime) this.#time = { text, tail };
    return tail;
  }
}

/** The data to write. NaN alone is not data. */
function dataOf(scanned: Buffer, received: Buffer, { dataStart, dataEnd }: Envelope): Uint8Array {
  if (dataStart < 0) return noData;
  const data = received.subarray(dataStart, dataEnd);
  const isContainer = scanned[dataStart] === OPEN_OBJECT || scanned[dataStart] === OPEN_ARRAY;
  return scanned === received || isContainer || data.equals(scanned.subarray(dataStart, dataEnd)) ? data : noData;
}

/** The raw JSON of a STATE's value. */
function stateValue(line: Buffer): Uint8Array {
  const value = findMember(line, skipSpace(line, 0), 'value');
  if (value === undefined) throw invalid('is a STATE without a "value"');
  return line.subarray(value.valueStart, value.valueEnd);
}

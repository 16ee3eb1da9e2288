// Lines in, told apart: a RECORD goes to whoever writes it, a STATE joins those that wait, a word about the end of a stream is
// noted. The hot path: nothing here builds a string or an object for a record.
import { isUtf8 } from 'node:buffer';

import { parseJson } from '../../json/parse-json.ts';
import { inLine, invalid, tooLong, type LineBatch, type TooLong } from '../../protocol/lines.ts';
import type { Log } from '../../protocol/log.ts';
import { streamKey, type StreamKey } from '../../protocol/stream-key.ts';
import type { Completion } from './completion.ts';
import type { DurableStates, Scope } from './durable-states.ts';
import { halvesSeen, NOT_JSON, skipSpace } from '../../json/json-bytes.ts';
import { withNumbers } from '../../json/not-numbers.ts';
import type { Envelope } from '../../records/envelope.ts';
import { skippingWalk, type WalkData } from '../../records/data-walk.ts';
import { lineFault, typeText } from '../../records/line-fault.ts';
import { createRecordScanner, isRecord, recordIn, type RecordScanner } from '../../records/record-scanner.ts';
import { LineRepairs, type Repaired } from './line-repairs.ts';
import { refusal, tooLongRefusal, type LineRefusal, type RefusalReason } from './rejections.ts';
import { StreamNames } from './stream-names.ts';
import { parseStateLine } from './state-line.ts';
import { parseTrace, sourceError, streamEnd } from './stream-status.ts';

const lineEnd = Buffer.from('\n');
/** Message types that a destination may be sent and has no use for. */
const knownTypes = new Set(['LOG', 'TRACE', 'CONTROL', 'SPEC', 'CATALOG', 'CONNECTION_STATUS', 'DESTINATION_CATALOG']);
const maxUnknownTypes = 100;

/** What is done with the messages. Spans in `found` are offsets into `bytes`, valid until the handler returns. */
export type LineHandlers<Target> = {
  /** `line`: counted from 1. */
  record(target: Target, bytes: Buffer, found: Envelope, line: number): void;
  /**
   * A record that no row can be made of; what was walked of it is to be forgotten. `target`: undefined for a stream that is not
   * in the catalog.
   */
  refused(target: Target | undefined, refused: LineRefusal, where: ScannedLine): void;
  /** The source of a stream, or of all, says how far it is. */
  passed(scope: Scope, position: Uint8Array): void;
};

export type ScannedLine = { readonly bytes: Buffer; readonly found: Envelope; readonly line: number };

/** Looks at the `data` of records while they are scanned. Without it `data` is skipped but for the fields. */
export type DataWalker<Target> = {
  /**
   * Walks the `data` of a line that is yet to be told apart, as the scanner's `WalkData`. `target`: whose record it seems to
   * be, as far as that is known.
   */
  walkData?(target: Target | undefined, bytes: Uint8Array, start: number, found: Envelope): number;
  /** What was walked since the last message was no record. */
  forgetWalk?(): void;
};

type Options<Target> = {
  readonly byKey: ReadonlyMap<StreamKey, Target>;
  /** The top-level fields of `data` that are to be found. */
  readonly fields: readonly string[];
  readonly states: DurableStates;
  readonly completion: Completion;
  readonly handlers: LineHandlers<Target>;
  readonly walker?: DataWalker<Target>;
  /** The number that stands for all streams that are not in the catalog. */
  readonly strays: number;
  readonly log: Log;
};

/** What came so far; `bytes` with all that lies between messages. */
export type LineCounts = { records: number; states: number; bytes: number };

export class LineIntake<Target extends Repaired> {
  readonly repairs: LineRepairs;
  readonly counts: LineCounts = { records: 0, states: 0, bytes: 0 };
  readonly #options: Options<Target>;
  readonly #scanner: RecordScanner;
  readonly #names: StreamNames<Target>;
  readonly #unknownTypes = new Set<string>();

  constructor(options: Options<Target>) {
    this.#options = options;
    this.#names = new StreamNames(options.byKey);
    this.repairs = new LineRepairs((bytes, found) => this.#names.find(bytes, found) ?? { index: options.strays });
    const walkData = this.#walkOf(options.walker) ?? skippingWalk(options.fields, { looksFor: 'unreadable values' });
    this.#scanner = createRecordScanner(options.fields, 'airbyte', walkData);
  }

  /** @throws INPUT_INVALID naming a line, or what a handler throws; the lines before it have been taken. */
  take(batch: LineBatch): void {
    const bytes = batch.unterminated ? Buffer.concat([batch.bytes, lineEnd]) : batch.bytes;
    const allUtf8 = isUtf8(bytes);
    let start = 0;
    let index = 0;
    try {
      for (const end of batch.ends) {
        const line = batch.firstLine + index;
        if (batch.tooLong !== undefined) this.#takeTooLong(bytes, batch.tooLong, line);
        else if (allUtf8 || isUtf8(bytes.subarray(start, end))) this.#takeLine(bytes, start, end, line);
        else this.#takeNotUtf8(bytes, start, end, line);
        start = end + 1;
        index += 1;
      }
    } catch (error) {
      throw inLine(error, batch, index);
    }
    this.counts.bytes += batch.bytes.length;
  }

  #takeLine(bytes: Buffer, start: number, end: number, line: number): void {
    const halvesBefore = halvesSeen;
    let kind = this.#scanner.scan(bytes, start, end);
    if (halvesSeen !== halvesBefore && isRecord(kind)) {
      this.#options.walker?.forgetWalk?.();
      this.repairs.replaceHalves(bytes, this.#scanner.envelope);
      kind = this.#scanner.scan(bytes, start, end);
    }
    if (kind === 'record' && this.#scanner.envelope.isDoubtful) {
      const readable = this.#madeReadable(bytes, start, end);
      if (readable !== undefined) {
        this.#takeLine(readable, 0, readable.length - 1, line);
        return;
      }
    }
    if (kind !== 'record') this.#options.walker?.forgetWalk?.();
    switch (kind) {
      case 'record':
        this.#takeRecord(bytes, line);
        break;
      case 'dataless':
        this.#refuse('not_an_object', bytes, line);
        break;
      case 'state':
        this.#takeState(bytes.subarray(start, end + 1));
        break;
      case 'other':
        this.#takeOther(bytes, bytes.subarray(start, end));
        break;
      case 'malformed':
        if (skipSpace(bytes, start) < end) this.#takeMalformed(bytes, start, end, line);
    }
  }

  /** Of a record with doubtful values; undefined if it needs no change, and then it has been scanned again. */
  #madeReadable(bytes: Buffer, start: number, end: number): Buffer | undefined {
    const { envelope } = this.#scanner;
    this.#names.find(bytes, envelope); // The walker of a stream may take such values, once the stream is known.
    this.#options.walker?.forgetWalk?.();
    this.#scanner.scan(bytes, start, end);
    const readable = envelope.isDoubtful ? this.repairs.readable(bytes, { start, end: end + 1 }, envelope) : undefined;
    if (readable !== undefined) this.#options.walker?.forgetWalk?.();
    return readable;
  }

  /** A record can have NaN and Infinity, which become null. */
  #takeMalformed(bytes: Buffer, start: number, end: number, line: number): void {
    const masked = withNumbers(bytes, start, end);
    const kind = masked === undefined ? 'malformed' : this.#scanner.scan(masked, 0, end - start);
    this.#options.walker?.forgetWalk?.();
    if (masked === undefined || !isRecord(kind)) {
      throw invalid(lineFault(bytes.subarray(start, end), 'Airbyte'));
    }
    const repaired = this.repairs.withNulls(bytes.subarray(start, end + 1), masked, this.#scanner.envelope);
    this.#takeLine(repaired, 0, repaired.length - 1, line);
  }

  #walkOf(walker: DataWalker<Target> | undefined): WalkData | undefined {
    if (walker?.walkData === undefined) return undefined;
    return (bytes, start, found) => {
      return walker.walkData?.(this.#names.known(bytes, found), bytes, start, found) ?? NOT_JSON;
    };
  }

  #takeRecord(bytes: Buffer, line: number): void {
    const { envelope } = this.#scanner;
    const target = this.#names.find(bytes, envelope);
    if (target === undefined) {
      this.#refuse('not_an_object', bytes, line);
      return;
    }
    this.counts.records += 1;
    this.#options.completion.record(target.index);
    this.#options.handlers.record(target, bytes, envelope, line);
  }

  /** Only a record can be kept although it is not UTF-8. */
  #takeNotUtf8(bytes: Buffer, start: number, end: number, line: number): void {
    if (isRecord(this.#scanner.scan(bytes, start, end))) this.#refuse('not_utf8', bytes, line);
    else {
      const masked = withNumbers(bytes, start, end);
      if (masked === undefined || !isRecord(this.#scanner.scan(masked, 0, end - start))) {
        throw invalid('is not valid UTF-8');
      }
      this.#refuse('not_utf8', bytes.subarray(start, end + 1), line);
    }
  }

  /** `reason`: of a stream that is in the catalog. */
  #refuse(reason: RefusalReason, bytes: Buffer, line: number): void {
    const { envelope } = this.#scanner;
    const target = this.#names.find(bytes, envelope);
    const why = target === undefined ? 'unknown_stream' : reason;
    const { dataStart, dataEnd } = envelope;
    const isUtf8 = reason !== 'not_utf8';
    const readable = isUtf8 ? this.repairs.readable(bytes, { start: dataStart, end: dataEnd }, envelope) : undefined;
    const record = readable ?? (dataStart < 0 ? undefined : bytes.subarray(dataStart, dataEnd));
    const refused = refusal(why, { bytes, found: envelope }, { record, isUtf8 });
    this.#handRefused(target, refused, { bytes, found: envelope, line });
  }

  #handRefused(target: Target | undefined, refused: LineRefusal, where: ScannedLine): void {
    this.counts.records += 1;
    if (target !== undefined) this.#options.completion.record(target.index);
    this.#options.handlers.refused(target, refused, where);
  }

  /** `beginning`: all that is held of the line beside its outline. */
  #takeTooLong(beginning: Buffer, { size, outline }: TooLong, line: number): void {
    const found = recordIn(outline, this.#options.fields);
    if (found === undefined) throw tooLong();
    const target = this.#names.find(outline, found);
    const text = `Line ${line} of the input has ${size} bytes, more than a record may have: only its beginning is kept, below _rejected/. Send smaller records.`;
    this.#options.log('WARN', text);
    this.#handRefused(target, tooLongRefusal(beginning, size), { bytes: outline, found, line });
  }

  #takeState(line: Buffer): void {
    const { states, completion, handlers, byKey } = this.#options;
    const state = parseStateLine(line);
    const target = state.stream === undefined ? undefined : byKey.get(streamKey(state.stream));
    // A state of a stream that is not in the catalog waits for everything, which is always safe, and says nothing of it.
    const scope = target === undefined ? 'all' : target.index;
    states.add(scope, state);
    if (target !== undefined || state.stream === undefined) completion.state(scope);
    handlers.passed(scope, state.position);
    this.counts.states += 1;
  }

  /** `line` lies in `bytes`, which the scanner has scanned last. */
  #takeOther(bytes: Buffer, line: Uint8Array): void {
    const { completion, byKey, log } = this.#options;
    const { typeStart, typeEnd } = this.#scanner.envelope;
    const type = String(parseJson(bytes.toString('utf8', typeStart, typeEnd)));
    const trace = type === 'TRACE' ? parseTrace(line) : undefined;
    const [end, failure] = [streamEnd(trace), sourceError(trace)];
    if (failure !== undefined) log('ERROR', `The source failed: ${failure}`);
    const target = end === undefined ? undefined : byKey.get(streamKey(end.stream));
    if (end !== undefined && target !== undefined) completion.ended(target.index, end.verdict);
    if (knownTypes.has(type) || this.#unknownTypes.has(type) || this.#unknownTypes.size >= maxUnknownTypes) return;
    this.#unknownTypes.add(type);
    log('DEBUG', `Messages of ${typeText(type)} are ignored: it is unknown.`);
  }
}

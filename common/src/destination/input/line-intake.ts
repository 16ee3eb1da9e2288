// Dispatches lines: a RECORD goes to its handler, a STATE joins those that wait, and the end of a stream is noted. Hot path: no
// string or object is built for a record.
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
/** Message types that a destination may receive and ignores. */
const knownTypes = new Set(['LOG', 'TRACE', 'CONTROL', 'SPEC', 'CATALOG', 'CONNECTION_STATUS', 'DESTINATION_CATALOG']);
const maxUnknownTypes = 100;

/** Handlers of the messages. Spans in `found` are offsets into `bytes`, and are valid until the handler returns. */
export type LineHandlers<Target> = {
  /** `line`: counted from 1. */
  record(target: Target, bytes: Buffer, found: Envelope, line: number): void;
  /** A record cannot become a row: discard the result of its walk. `target`: undefined if its stream is not in the catalog. */
  refused(target: Target | undefined, refused: LineRefusal, where: ScannedLine): void;
  /** A STATE reports the position of a stream, or of all streams. */
  passed(scope: Scope, position: Uint8Array): void;
};

export type ScannedLine = { readonly bytes: Buffer; readonly found: Envelope; readonly line: number };

/** Walks the `data` of records while they are scanned. Without a walker, only the wanted fields of `data` are read. */
export type DataWalker<Target> = {
  /**
   * Walks the `data` of a line whose type is not known yet, as the scanner's `WalkData`. `target`: the likely stream of the
   * record, if known.
   */
  walkData?(target: Target | undefined, bytes: Uint8Array, start: number, found: Envelope): number;
  /** Discards the last walk, because its line was not a record. */
  forgetWalk?(): void;
};

type Options<Target> = {
  readonly byKey: ReadonlyMap<StreamKey, Target>;
  /** The top-level fields of `data` to find. */
  readonly fields: readonly string[];
  readonly states: DurableStates;
  readonly completion: Completion;
  readonly handlers: LineHandlers<Target>;
  readonly walker?: DataWalker<Target>;
  /** The number for all streams that are not in the catalog. */
  readonly strays: number;
  readonly log: Log;
};

/** What has arrived. `bytes` includes everything between messages. */
export type LineCounts = { records: number; states: number; bytes: number };

export class LineIntake<Target extends Repaired> {
  readonly repairs: LineRepairs;
  readonly counts: LineCounts = { records: 0, states: 0, bytes: 0 };
  readonly #options: Options<Target>;
  readonly #scanner: RecordScanner;
  readonly #names: StreamNames<Target>;
  readonly #unknownTypes = new Set<string>();
  /** The stream of a line that is scanned again: its name may come after `data`. */
  #found: Target | undefined;

  constructor(options: Options<Target>) {
    this.#options = options;
    this.#names = new StreamNames(options.byKey);
    this.repairs = new LineRepairs((bytes, found) => this.#names.find(bytes, found) ?? { index: options.strays });
    const walkData = this.#walkOf(options.walker) ?? skippingWalk(options.fields, { looksFor: 'unreadable values' });
    this.#scanner = createRecordScanner(options.fields, 'airbyte', walkData);
  }

  /** @throws INPUT_INVALID, naming a line, or an error of a handler. The lines before it have been taken. */
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

  /** For a record with doubtful values. Undefined if the record needs no change; it has then been scanned again. */
  #madeReadable(bytes: Buffer, start: number, end: number): Buffer | undefined {
    const { envelope } = this.#scanner;
    this.#found = this.#names.find(bytes, envelope); // Once the stream is known, its walker may accept such values.
    this.#options.walker?.forgetWalk?.();
    this.#scanner.scan(bytes, start, end);
    this.#found = undefined;
    const readable = envelope.isDoubtful ? this.repairs.readable(bytes, { start, end: end + 1 }, envelope) : undefined;
    if (readable !== undefined) this.#options.walker?.forgetWalk?.();
    return readable;
  }

  /** A record may contain NaN and Infinity, which become null. */
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
    const known = (bytes: Uint8Array, found: Envelope) => this.#found ?? this.#names.known(bytes, found);
    return (bytes, start, found) => walker.walkData?.(known(bytes, found), bytes, start, found) ?? NOT_JSON;
  }

  #takeRecord(bytes: Buffer, line: number): void {
    const { envelope } = this.#scanner;
    const target = this.#found ?? this.#names.find(bytes, envelope);
    if (target === undefined) {
      this.#refuse('not_an_object', bytes, line);
      return;
    }
    this.counts.records += 1;
    this.#options.completion.record(target.index);
    this.#options.handlers.record(target, bytes, envelope, line);
  }

  /** Only a record can be kept if it is not UTF-8. */
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

  /** `reason`: the reason if the stream is in the catalog. */
  #refuse(reason: RefusalReason, bytes: Buffer, line: number): void {
    const { envelope } = this.#scanner;
    const target = this.#found ?? this.#names.find(bytes, envelope);
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

  /** Only `beginning` and the outline of the line are kept. */
  #takeTooLong(beginning: Buffer, { size, outline }: TooLong, line: number): void {
    const found = recordIn(outline, this.#options.fields);
    if (found === undefined) throw tooLong();
    const target = this.#found ?? this.#names.find(outline, found);
    const text = `Line ${line} of the input has ${size} bytes, more than a record may have: only its beginning is kept, below _rejected/. Send smaller records.`;
    this.#options.log('WARN', text);
    this.#handRefused(target, tooLongRefusal(beginning, size), { bytes: outline, found, line });
  }

  #takeState(line: Buffer): void {
    const { states, completion, handlers, byKey } = this.#options;
    const state = parseStateLine(line);
    const target = state.stream === undefined ? undefined : byKey.get(streamKey(state.stream));
    // A STATE of a stream that is not in the catalog waits for all files, which is always safe, and proves nothing about the
    // stream.
    const scope = target === undefined ? 'all' : target.index;
    states.add(scope, state);
    if (target !== undefined || state.stream === undefined) completion.state(scope);
    handlers.passed(scope, state.position);
    this.counts.states += 1;
  }

  /** `line` is part of `bytes`, which the scanner has scanned last. */
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

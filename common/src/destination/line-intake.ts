// Lines in, told apart: a RECORD goes to whoever writes it, a STATE joins those that wait, a word about the end of a stream is
// noted. The hot path: nothing here builds a string or an object for a record.
import { isUtf8 } from 'node:buffer';

import { inLine, invalid, type LineBatch } from '../protocol/lines.ts';
import type { Log } from '../protocol/log.ts';
import { streamKey, type StreamKey } from '../protocol/stream-key.ts';
import type { Completion } from './completion.ts';
import type { DurableStates, Scope } from './durable-states.ts';
import { NOT_JSON, skipSpace } from '../json/json-bytes.ts';
import type { Envelope } from './envelope.ts';
import type { WalkData } from './data-walk.ts';
import { lineFault, typeText } from './line-fault.ts';
import { createRecordScanner, type RecordScanner } from './record-scanner.ts';
import { StreamNames } from './stream-names.ts';
import { parseStateLine } from './state-line.ts';
import { parseStreamEnd } from './stream-status.ts';

const lineEnd = Buffer.from('\n');
/** Message types that a destination may be sent and has no use for. */
const knownTypes = new Set(['LOG', 'TRACE', 'CONTROL', 'SPEC', 'CATALOG', 'CONNECTION_STATUS', 'DESTINATION_CATALOG']);
const maxUnknownTypes = 100;

type Numbered = { readonly index: number };

/** What is done with the messages. Spans in `found` are offsets into `bytes`, valid until the handler returns. */
export type LineHandlers<Target> = {
  /** `line`: counted from 1. */
  record(target: Target, bytes: Buffer, found: Envelope, line: number): void;
  /** The source of a stream, or of all, says how far it is. */
  passed(scope: Scope, position: Uint8Array): void;
  /**
   * Walks the `data` of a line that is yet to be told apart, as the scanner's `WalkData`. `target`: whose record it seems to
   * be, as far as that is known. Without it `data` is skipped but for the fields.
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
  readonly log: Log;
};

/** What came so far; `bytes` with all that lies between messages. */
export type LineCounts = { records: number; states: number; bytes: number };

export class LineIntake<Target extends Numbered> {
  readonly counts: LineCounts = { records: 0, states: 0, bytes: 0 };
  readonly #options: Options<Target>;
  readonly #scanner: RecordScanner;
  readonly #names: StreamNames<Target>;
  readonly #unknownTypes = new Set<string>();

  constructor(options: Options<Target>) {
    this.#options = options;
    this.#names = new StreamNames(options.byKey);
    this.#scanner = createRecordScanner(options.fields, 'airbyte', this.#walkOf(options.handlers));
  }

  /** @throws INPUT_INVALID naming a line, or what a handler throws; the lines before it have been taken. */
  take(batch: LineBatch): void {
    const bytes = batch.unterminated ? Buffer.concat([batch.bytes, lineEnd]) : batch.bytes;
    const allUtf8 = isUtf8(bytes);
    let start = 0;
    let index = 0;
    try {
      for (const end of batch.ends) {
        if (!allUtf8 && !isUtf8(bytes.subarray(start, end))) throw invalid('is not valid UTF-8');
        this.#takeLine(bytes, start, end, batch.firstLine + index);
        start = end + 1;
        index += 1;
      }
    } catch (error) {
      throw inLine(error, batch, index);
    }
    this.counts.bytes += batch.bytes.length;
  }

  #takeLine(bytes: Buffer, start: number, end: number, line: number): void {
    const kind = this.#scanner.scan(bytes, start, end);
    if (kind !== 'record') this.#options.handlers.forgetWalk?.();
    switch (kind) {
      case 'record':
        this.#takeRecord(bytes, line);
        break;
      case 'state':
        this.#takeState(bytes.subarray(start, end + 1));
        break;
      case 'other':
        this.#takeOther(bytes, bytes.subarray(start, end));
        break;
      case 'malformed':
        if (skipSpace(bytes, start) < end) throw invalid(lineFault(bytes.subarray(start, end), 'Airbyte'));
    }
  }

  #walkOf(handlers: LineHandlers<Target>): WalkData | undefined {
    if (handlers.walkData === undefined) return undefined;
    return (bytes, start, found) => {
      return handlers.walkData?.(this.#names.known(bytes, found), bytes, start, found) ?? NOT_JSON;
    };
  }

  #takeRecord(bytes: Buffer, line: number): void {
    const { envelope } = this.#scanner;
    const target = this.#names.find(bytes, envelope);
    this.counts.records += 1;
    this.#options.completion.record(target.index);
    this.#options.handlers.record(target, bytes, envelope, line);
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
    const type = String(JSON.parse(bytes.toString('utf8', typeStart, typeEnd)));
    const end = type === 'TRACE' ? parseStreamEnd(line) : undefined;
    const target = end === undefined ? undefined : byKey.get(streamKey(end.stream));
    if (end !== undefined && target !== undefined) completion.ended(target.index, end.verdict);
    if (knownTypes.has(type) || this.#unknownTypes.has(type) || this.#unknownTypes.size >= maxUnknownTypes) return;
    this.#unknownTypes.add(type);
    log('DEBUG', `Messages of ${typeText(type)} are ignored: it is unknown.`);
  }
}

// Lines in, told apart: records, STATEs and ends of streams, each with the stream of the catalog that it is of. The hot path:
// nothing here builds a string or an object for a record.
import { isUtf8 } from 'node:buffer';

import { ConnectorError } from '../protocol/errors.ts';
import type { LineBatch } from '../protocol/lines.ts';
import type { Log } from '../protocol/log.ts';
import { streamKey, type StreamKey } from '../protocol/stream-key.ts';
import { skipSpace } from './json-bytes.ts';
import { createRecordScanner, type Envelope, type RecordScanner, type WalkData } from './record-scanner.ts';
import { StreamNames } from './stream-names.ts';
import { parseStateLine, type StateLine } from './state-line.ts';
import { parseStreamEnd, type StreamEnd } from './stream-status.ts';

const lineEnd = Buffer.from('\n');
/** Message types that a destination may be sent and has no use for. */
const knownTypes = new Set(['LOG', 'TRACE', 'CONTROL', 'SPEC', 'CATALOG', 'CONNECTION_STATUS', 'DESTINATION_CATALOG']);
const maxUnknownTypes = 100;

/** What is done with each message. Spans in `found` are offsets into `bytes`, valid until the handler returns. */
export type LineHandlers<Target> = {
  /** `line`: counted from 1. */
  record(target: Target, bytes: Buffer, found: Envelope, line: number): void;
  /** `target` is undefined for a state that speaks of all streams, or of one that is not in the catalog. */
  state(target: Target | undefined, state: StateLine): void;
  ended(target: Target, verdict: StreamEnd['verdict']): void;
};

type Options<Target> = {
  readonly byKey: ReadonlyMap<StreamKey, Target>;
  /** The top-level fields of `data` that are to be found. */
  readonly fields: readonly string[];
  readonly handlers: LineHandlers<Target>;
  readonly log: Log;
  /** Looks at each record's `data` before its stream is known; by default `data` is skipped but for the fields. */
  readonly walkData?: WalkData | undefined;
};

export class LineIntake<Target> {
  readonly #byKey: ReadonlyMap<StreamKey, Target>;
  readonly #handlers: LineHandlers<Target>;
  readonly #log: Log;
  readonly #scanner: RecordScanner;
  readonly #names: StreamNames<Target>;
  readonly #unknownTypes = new Set<string>();

  constructor({ byKey, fields, handlers, log, walkData }: Options<Target>) {
    this.#byKey = byKey;
    this.#names = new StreamNames(byKey);
    this.#handlers = handlers;
    this.#log = log;
    this.#scanner = createRecordScanner(fields, 'airbyte', walkData);
  }

  /** @throws INPUT_INVALID naming a line, or what a handler throws; the lines before it have been taken. */
  take(batch: LineBatch): void {
    const bytes = batch.unterminated ? Buffer.concat([batch.bytes, lineEnd]) : batch.bytes;
    const allUtf8 = isUtf8(bytes);
    let start = 0;
    for (const [index, end] of batch.ends.entries()) {
      if (!allUtf8 && !isUtf8(bytes.subarray(start, end))) throw malformed(batch, index, 'is not valid UTF-8');
      switch (this.#scanner.scan(bytes, start, end)) {
        case 'record': {
          const { envelope } = this.#scanner;
          this.#handlers.record(this.#names.find(bytes, envelope), bytes, envelope, batch.firstLine + index);
          break;
        }
        case 'state':
          this.#takeState(batch, index, bytes.subarray(start, end + 1));
          break;
        case 'other':
          this.#takeOther(bytes, bytes.subarray(start, end));
          break;
        case 'malformed':
          if (skipSpace(bytes, start) < end) throw malformed(batch, index, 'is not a message of the Airbyte protocol');
      }
      start = end + 1;
    }
  }

  #takeState(batch: LineBatch, index: number, line: Buffer): void {
    let state: StateLine;
    try {
      state = parseStateLine(line);
    } catch (error) {
      throw error instanceof ConnectorError ? malformed(batch, index, 'is a STATE without its parts', error) : error;
    }
    this.#handlers.state(state.stream === undefined ? undefined : this.#byKey.get(streamKey(state.stream)), state);
  }

  /** `line` lies in `bytes`, which the scanner has scanned last. */
  #takeOther(bytes: Buffer, line: Uint8Array): void {
    const { typeStart, typeEnd } = this.#scanner.envelope;
    const type = String(JSON.parse(bytes.toString('utf8', typeStart, typeEnd)));
    const end = type === 'TRACE' ? parseStreamEnd(line) : undefined;
    const target = end === undefined ? undefined : this.#byKey.get(streamKey(end.stream));
    if (end !== undefined && target !== undefined) this.#handlers.ended(target, end.verdict);
    if (knownTypes.has(type) || this.#unknownTypes.has(type) || this.#unknownTypes.size >= maxUnknownTypes) return;
    this.#unknownTypes.add(type);
    this.#log('DEBUG', `Messages of the type "${type.slice(0, 100)}" are passed over: it is unknown.`);
  }
}

function malformed(batch: LineBatch, index: number, what: string, cause?: unknown): ConnectorError {
  const cut = batch.unterminated && index === batch.ends.length - 1 ? ' The input ended in the middle of it.' : '';
  return new ConnectorError('INPUT_INVALID', `Line ${batch.firstLine + index} of the input ${what}.${cut}`, { cause });
}

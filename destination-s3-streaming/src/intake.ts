// Lines in: each RECORD's data goes into the open file of its stream and hour, each STATE joins those that wait. The hot
// path: nothing here builds a string, an object or a Date per record.
import { isUtf8 } from 'node:buffer';

import type { DurableStates } from '@s3-connectors/common/destination/durable-states.ts';
import { emittedAt, eventTime, hourOf } from '@s3-connectors/common/destination/event-time.ts';
import {
  createRecordScanner,
  type Envelope,
  type RecordScanner,
} from '@s3-connectors/common/destination/record-scanner.ts';
import { skipSpace } from '@s3-connectors/common/destination/json-bytes.ts';
import { parseStateLine } from '@s3-connectors/common/destination/state-line.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { LineBatch } from '@s3-connectors/common/protocol/lines.ts';
import type { Log } from '@s3-connectors/common/protocol/log.ts';
import { streamKey, streamLabel } from '@s3-connectors/common/protocol/stream-key.ts';

import { noHour, type OpenFiles } from './open-files.ts';
import type { Plan, Target } from './plan.ts';

const lineEnd = Buffer.from('\n');
/** Message types that a destination may be sent and has no use for. */
const knownTypes = new Set(['LOG', 'TRACE', 'CONTROL', 'SPEC', 'CATALOG', 'CONNECTION_STATUS', 'DESTINATION_CATALOG']);
/** Ways of writing one stream's name that are remembered. */
const maxSpellings = 10_000;

type Options = {
  readonly plan: Plan;
  readonly files: OpenFiles;
  readonly states: DurableStates;
  readonly log: Log;
};

/** Counts for the summary. `untimed`: rows of hourly streams placed by `emitted_at`, having no time of their own. */
export type IntakeCounts = { records: number; bytes: number; states: number; untimed: number };

export class Intake {
  readonly counts: IntakeCounts = { records: 0, bytes: 0, states: 0, untimed: 0 };
  readonly #plan: Plan;
  readonly #files: OpenFiles;
  readonly #states: DurableStates;
  readonly #log: Log;
  readonly #scanner: RecordScanner;
  /** Streams by the raw bytes of their name and namespace. */
  readonly #spellings = new Map<string, Target>();
  readonly #unknownTypes = new Set<string>();

  constructor({ plan, files, states, log }: Options) {
    this.#plan = plan;
    this.#files = files;
    this.#states = states;
    this.#log = log;
    this.#scanner = createRecordScanner(plan.timeFields);
  }

  /** @throws INPUT_INVALID naming a line; the lines before it have been taken. */
  take(batch: LineBatch): void {
    const bytes = batch.unterminated ? Buffer.concat([batch.bytes, lineEnd]) : batch.bytes;
    const allUtf8 = isUtf8(bytes);
    const now = Date.now();
    let start = 0;
    for (const [index, end] of batch.ends.entries()) {
      if (!allUtf8 && !isUtf8(bytes.subarray(start, end))) throw malformed(batch, index, 'is not valid UTF-8');
      switch (this.#scanner.scan(bytes, start, end)) {
        case 'record':
          this.#takeRecord(bytes, now);
          break;
        case 'state':
          this.#takeState(batch, index, bytes.subarray(start, end + 1));
          break;
        case 'other':
          this.#passOver(bytes);
          break;
        case 'malformed':
          if (skipSpace(bytes, start) < end) throw malformed(batch, index, 'is not a message of the Airbyte protocol');
      }
      start = end + 1;
    }
    this.counts.bytes += batch.bytes.length;
  }

  #takeRecord(bytes: Buffer, now: number): void {
    const found = this.#scanner.envelope;
    const target = this.#targetOf(bytes, found);
    const time = this.#timeOf(bytes, found, target, now);
    const hour = target.timeField === undefined ? noHour : hourOf(time);
    const number = this.#states.record(target.index);
    let file = this.#files.find(target.index, hour);
    if (file === undefined) {
      file = this.#files.open(target.index, hour, time);
      this.#states.opened(target.index, file, number);
    }
    file.append(bytes, found.dataStart, found.dataEnd);
    this.counts.records += 1;
  }

  /** The row's own time, else when it was emitted, else now. */
  #timeOf(bytes: Buffer, found: Envelope, { timeField }: Target, now: number): number {
    if (timeField !== undefined) {
      const start = found.fieldStarts[timeField] as number;
      const time = start < 0 ? Number.NaN : eventTime(bytes, start, found.fieldEnds[timeField] as number, now);
      if (!Number.isNaN(time)) return time;
      this.counts.untimed += 1;
    }
    const emitted = found.emittedAtStart < 0 ? Number.NaN : emittedAt(bytes, found.emittedAtStart, found.emittedAtEnd);
    return Number.isNaN(emitted) ? now : emitted;
  }

  #targetOf(bytes: Buffer, found: Envelope): Target {
    const namespace =
      found.namespaceStart < 0 ? '' : bytes.toString('latin1', found.namespaceStart, found.namespaceEnd);
    const spelling = `${bytes.toString('latin1', found.streamStart, found.streamEnd)}${namespace}`;
    const known = this.#spellings.get(spelling);
    if (known !== undefined) return known;
    const target = this.#lookUp(bytes, found);
    if (this.#spellings.size >= maxSpellings) this.#spellings.clear();
    this.#spellings.set(spelling, target);
    return target;
  }

  #lookUp(bytes: Buffer, found: Envelope): Target {
    const name = String(JSON.parse(bytes.toString('utf8', found.streamStart, found.streamEnd)));
    const json: unknown =
      found.namespaceStart < 0
        ? undefined
        : JSON.parse(bytes.toString('utf8', found.namespaceStart, found.namespaceEnd));
    const namespace = typeof json === 'string' ? json : undefined;
    const target = this.#plan.byKey.get(streamKey({ name, namespace }));
    if (target !== undefined) return target;
    const label = streamLabel({ name, ...(namespace === undefined ? {} : { namespace }) });
    throw new ConnectorError('INPUT_INVALID', `A record is of the stream "${label}", which is not in the catalog.`);
  }

  #takeState(batch: LineBatch, index: number, line: Buffer): void {
    let state;
    try {
      state = parseStateLine(line);
    } catch (error) {
      throw error instanceof ConnectorError ? malformed(batch, index, 'is a STATE without its parts', error) : error;
    }
    const target = state.stream === undefined ? undefined : this.#plan.byKey.get(streamKey(state.stream));
    // A state of a stream that is not in the catalog waits for everything: that is always safe.
    const scope = target === undefined ? 'all' : target.index;
    this.#states.add(scope, state);
    this.#files.passed(scope, state.position);
    this.counts.states += 1;
  }

  #passOver(bytes: Buffer): void {
    const { typeStart, typeEnd } = this.#scanner.envelope;
    const type = String(JSON.parse(bytes.toString('utf8', typeStart, typeEnd)));
    if (knownTypes.has(type) || this.#unknownTypes.has(type) || this.#unknownTypes.size >= 100) return;
    this.#unknownTypes.add(type);
    this.#log('DEBUG', `Messages of the type "${type.slice(0, 100)}" are passed over: it is unknown.`);
  }
}

function malformed(batch: LineBatch, index: number, what: string, cause?: unknown): ConnectorError {
  const cut = batch.unterminated && index === batch.ends.length - 1 ? ' The input ended in the middle of it.' : '';
  return new ConnectorError('INPUT_INVALID', `Line ${batch.firstLine + index} of the input ${what}.${cut}`, { cause });
}

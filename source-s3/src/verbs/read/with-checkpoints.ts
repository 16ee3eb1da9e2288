// The last hop of a read: passes the lines on, moves the cursor, and inserts STATEs.
//
// A STATE is only printed together with a record that follows it, except the last one of a stream that was read to its end. So a
// stream that was cut never looks complete to a destination that sees only records and states.
import type { StreamDescriptor } from '@s3-connectors/common/protocol/errors.ts';
import type { Log } from '@s3-connectors/common/protocol/log.ts';
import { streamStatus, type AirbyteMessage } from '@s3-connectors/common/protocol/messages.ts';
import type { Metrics } from '@s3-connectors/common/protocol/metrics.ts';
import type { Output, Watch } from '@s3-connectors/common/protocol/connector.ts';
import { streamLabel } from '@s3-connectors/common/protocol/stream-key.ts';
import { countOf } from '@s3-connectors/common/program/text-layout.ts';
import { progressText } from '@s3-connectors/common/program/progress-text.ts';
import type { Clock } from '@s3-connectors/common/streams/clock.ts';

import type { Cursor, Progress } from '../../progress/cursor.ts';
import { toStreamState } from '../../progress/stream-state.ts';
import { ReadProgress } from './read-progress.ts';
import type { LinesPart, ReadPart } from './steps.ts';
import type { TableFindings } from './table-findings.ts';

const progressEveryMs = 10_000;
/** A STATE is due after this time. */
const maxAgeMs = 10_000;
/** After a complete unit a STATE is due once it is less than a hundredth of the output since the last one. */
const outputPerStateByte = 100;

type Stream = {
  readonly stream: StreamDescriptor;
  readonly cursor: Cursor;
  /** Collects what is found about the table's columns. */
  readonly findings: TableFindings;
  /** Of the objects to read. */
  readonly totalBytes: number;
  readonly log: Log;
  readonly clock: Clock;
  readonly watch?: Watch | undefined;
  readonly metrics?: Metrics | undefined;
};

export async function* withCheckpoints(
  parts: AsyncIterable<ReadPart>,
  { stream, cursor, findings, totalBytes, log, clock, watch, metrics }: Stream,
): AsyncGenerator<Output> {
  const sent = new ReadProgress();
  using _ = watchSent(sent, { stream, totalBytes, clock, watch, metrics });
  let sinceState = { records: 0, bytes: 0, start: clock.elapsed(), stateBytes: 0 };
  let unitEnded = false;
  let unit = '';
  let lastProgress = clock.elapsed();
  const state = (): AirbyteMessage => {
    const message = stateMessage(stream, cursor.progress, sinceState.records);
    sinceState = { records: 0, bytes: 0, start: clock.elapsed(), stateBytes: JSON.stringify(message).length };
    return message;
  };
  for await (const part of parts) {
    findings.see(part);
    if (part.kind === 'file') continue;
    if (part.kind === 'finished') {
      sent.finish(part.object);
      if (part.again) cursor.finishOutOfTurn(part.object);
      else cursor.finish(part.object);
      unitEnded = true;
      continue;
    }
    const thisUnit = `${part.position.etag} ${part.position.unit}`;
    unitEnded ||= thisUnit !== unit;
    unit = thisUnit;
    if (isStateDue({ ...sinceState, ageMs: clock.elapsed() - sinceState.start, unitEnded })) yield state();
    unitEnded = false;
    if (sent.records === 0) yield estimate(stream, part, totalBytes, clock.wall());
    yield part.bytes;
    if (sent.records === 0) yield streamStatus(stream, 'RUNNING');
    cursor.advance(part.position);
    sent.add(part);
    sinceState.records += part.rows;
    sinceState.bytes += part.bytes.length;
    if (clock.elapsed() - lastProgress >= progressEveryMs) {
      lastProgress = clock.elapsed();
      log('INFO', `${streamLabel(stream)}: ${countOf(sent.records, 'record')} read, now in "${part.position.key}"`);
    }
  }
  yield state();
  log('INFO', `${streamLabel(stream)}: ${countOf(sent.records, 'record')} read`);
}

type SinceState = {
  readonly records: number;
  readonly bytes: number;
  readonly ageMs: number;
  /** The length of the last STATE's text, which is about that of the next one. */
  readonly stateBytes: number;
  /** A row group or a file ends here. */
  readonly unitEnded: boolean;
};

function isStateDue({ records, bytes, ageMs, stateBytes, unitEnded }: SinceState): boolean {
  if (records === 0) return false;
  return ageMs >= maxAgeMs || (unitEnded && bytes >= stateBytes * outputPerStateByte);
}

function stateMessage(stream: StreamDescriptor, progress: Progress, recordCount: number): AirbyteMessage {
  return {
    type: 'STATE',
    state: {
      type: 'STREAM',
      stream: { stream_descriptor: stream, stream_state: toStreamState(progress) },
      sourceStats: { recordCount },
    },
  };
}

function watchSent(
  sent: ReadProgress,
  { stream, totalBytes, clock, watch, metrics }: Pick<Stream, 'stream' | 'totalBytes' | 'clock' | 'watch' | 'metrics'>,
): Disposable {
  const [begun, label] = [clock.elapsed(), streamLabel(stream)];
  const watching = new DisposableStack();
  watching.use(metrics?.observe(() => sent.points(label)));
  watching.use(
    watch?.(() => {
      const { records: rows, bytes } = sent;
      const elapsedMs = clock.elapsed() - begun;
      return progressText({ label, rows, bytes, elapsedMs, share: sent.shareOf(totalBytes) });
    }),
  );
  return watching;
}

/** The rows of the first file for its size, scaled to the size of all. */
function estimate(
  stream: StreamDescriptor,
  { file }: LinesPart,
  totalBytes: number,
  emittedAt: number,
): AirbyteMessage {
  const rows = file.rows === undefined ? undefined : Math.round((file.rows / file.object.size) * totalBytes);
  const counts = { ...(rows !== undefined && { row_estimate: rows }), byte_estimate: totalBytes };
  return {
    type: 'TRACE',
    trace: { type: 'ESTIMATE', emitted_at: emittedAt, estimate: { ...stream, type: 'STREAM', ...counts } },
  };
}

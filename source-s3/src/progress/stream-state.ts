// A table's progress as the `stream_state` of a STATE message, and back. The form has a version. A newer one is refused, because
// continuing from an unknown state would silently lose or repeat rows.
import * as z from 'zod';

import { describeIssues, mistakeWords } from '@s3-connectors/common/protocol/mistakes.ts';
import type { Shard } from '@s3-connectors/common/program/scheduler.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { JsonObject } from '@s3-connectors/common/protocol/messages.ts';

import { includes, wholeTable } from '../layout/shard.ts';
import { noProgress, type Progress } from './cursor.ts';
import { Settled } from './settled.ts';

const version = 1;
const fingerprintBytes = 8;

const time = z.iso.datetime().transform((text) => Date.parse(text));
const streamState = z.object({
  version: z.literal(version),
  watermark: z.object({ last_modified: time, key: z.string() }).nullish(),
  window_start: time.nullish(),
  /** The fingerprints of the objects read inside the window, 8 bytes each. */
  recent: z.base64().default(''),
  settled: z.int().min(0).default(0),
  /** The settled objects by their hashes. */
  settled_buckets: z.base64().optional(),
  unfinished: z.object({ key: z.string(), etag: z.string(), unit: z.int().min(0), rows: z.int().min(0) }).nullish(),
  /** Absent: the complete table's. */
  shard: z
    .object({ index: z.int().min(0), count: z.int().min(1) })
    .refine(({ index, count }) => index < count)
    .default(wholeTable),
});

/** At most 270 KB of text, whatever the number of objects. */
export function toStreamState(progress: Progress): JsonObject {
  const { shard, watermark, windowStart, remembered, settled, unfinished } = progress;
  return {
    version,
    ...(watermark !== undefined && { watermark: { last_modified: isoTime(watermark.time), key: watermark.key } }),
    ...(Number.isFinite(windowStart) && { window_start: isoTime(windowStart) }),
    recent: Buffer.from([...remembered].join(''), 'hex').toString('base64'),
    settled: settled.total,
    settled_buckets: settled.text,
    ...(unfinished !== undefined && { unfinished }),
    ...(shard.count > 1 && { shard: { ...shard } }),
  };
}

/**
 * `shard`: the wanted shard. A state of fewer shards fits if it includes all of the shard's files. @throws STATE_INVALID if the
 * state is not of this connector, of a newer version, or of another shard.
 */
export function fromStreamState(state: JsonObject | undefined, shard: Shard = wholeTable): Progress {
  if (state === undefined) return { ...noProgress, shard };
  if (typeof state['version'] === 'number' && state['version'] > version) {
    const text = `The saved state has version ${state['version']}, this connector reads versions up to ${version}. Upgrade it.`;
    throw new ConnectorError('STATE_INVALID', text);
  }
  const parsed = streamState.safeParse(state, mistakeWords);
  if (!parsed.success) {
    const problems = describeIssues(parsed.error.issues, state);
    throw new ConnectorError(
      'STATE_INVALID',
      `The saved state is not valid: ${problems} Reset the stream to start again.`,
    );
  }
  const { watermark, window_start: windowStart, recent, settled, settled_buckets: text, unfinished } = parsed.data;
  if (!includes(parsed.data.shard, shard)) throw otherShard(parsed.data.shard, shard);
  return {
    shard,
    watermark: watermark ? { time: watermark.last_modified, key: watermark.key } : undefined,
    windowStart: windowStart ?? Number.NEGATIVE_INFINITY,
    remembered: new Set(fingerprints(recent)),
    settled: Settled.from(settled, text),
    unfinished: unfinished ?? undefined,
  };
}

function otherShard(saved: Shard, shard: Shard): ConnectorError {
  const { index, count } = saved;
  return new ConnectorError(
    'STATE_INVALID',
    `The saved state belongs to the shard with index ${index} of ${count}. This reader has index ${shard.index} of ${shard.count}, and other files. Give each shard its own state. To use more shards, choose a multiple of ${count}, and copy the state of each index i to all indexes whose remainder, divided by ${count}, is i. For fewer shards, reset the stream.`,
  );
}

function* fingerprints(base64: string): Generator<string> {
  const bytes = Buffer.from(base64, 'base64');
  for (let at = 0; at + fingerprintBytes <= bytes.length; at += fingerprintBytes) {
    yield bytes.toString('hex', at, at + fingerprintBytes);
  }
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

// What is to become of a record, from its bytes and its time: whether it is rejected, and in which hour it lies. Pure; on the
// hot path nothing is built for a record that passes.
import { QUOTE, spells } from '@s3-connectors/common/json/json-bytes.ts';
import type { Envelope } from '@s3-connectors/common/records/envelope.ts';
import type { Published, Target } from '@s3-connectors/common/destination/run/plan.ts';
import type { Rejection } from '@s3-connectors/common/destination/input/rejections.ts';

/** A record further ahead of the present than this is early. */
const maxEarlinessMs = 3_600_000;

/** How the row of a published type breaks its schema. `time` as `ownTime` has it. */
export function findBreach(
  bytes: Uint8Array,
  found: Envelope,
  { published, timeField }: Target,
  fields: readonly string[],
  time: number,
): Rejection | undefined {
  if (published === undefined) return undefined;
  const breach = published.validate(bytes, found);
  if (breach !== undefined || timeField === undefined || !Number.isNaN(time)) return breach;
  return { reason: 'time_out_of_range', field: fields[timeField] as string };
}

/** Whether the row says that it is of the workspace, given as UTF-8. */
export function isOfWorkspace(
  bytes: Uint8Array,
  { fieldStarts, fieldEnds }: Envelope,
  { workspaceField }: Published,
  workspace: Uint8Array,
): boolean {
  const start = fieldStarts[workspaceField] as number;
  return (
    start >= 0 &&
    bytes[start] === QUOTE &&
    spells(bytes, start + 1, (fieldEnds[workspaceField] as number) - 1, workspace)
  );
}

/** How a time lies to the present; a NaN is timely. */
export function timeliness(time: number, now: number, maxLatenessMs: number): 'timely' | 'too_late' | 'too_early' {
  if (now - time > maxLatenessMs) return 'too_late';
  return time - now > maxEarlinessMs ? 'too_early' : 'timely';
}

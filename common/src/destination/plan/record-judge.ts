// Decides from a record's bytes and time whether it is rejected, and which time decides its folder. Hot path: nothing is built
// for a record that passes.
import { QUOTE, spells } from '../../json/json-bytes.ts';
import type { Envelope } from '../../records/envelope.ts';
import type { Rejection } from '../input/rejections.ts';
import type { Published, Target } from './plan.ts';

export type RecordRules = {
  /** What to do with a record that breaks the schema of its published type. */
  readonly invalidRecords: 'dead_letter' | 'fail' | 'write';
  /** Records of other workspaces are rejected. Undefined: all are accepted. */
  readonly workspaceId: string | undefined;
  /** Undefined: the time of a row decides its folder, however far it is from the present. */
  readonly late: LateRules | undefined;
};

export type LateRules = {
  readonly maxLatenessMs: number;
  readonly policy: 'own_partition' | 'current_hour' | 'dead_letter';
};

/**
 * `invalid`: rows written although they break their schema. `late`, `early`: records far from the present, written or rejected.
 */
export type JudgeCounts = { invalid: number; late: number; early: number };

/** Times of a record in milliseconds: its own, as `ownTime` returns it, and its arrival. */
type Times = { readonly time: number; readonly now: number };

/** A record that is further in the future than this is early. */
const maxEarlinessMs = 3_600_000;

export class RecordJudge {
  readonly counts: JudgeCounts = { invalid: 0, late: 0, early: 0 };
  readonly #invalidRecords: RecordRules['invalidRecords'];
  readonly #late: LateRules | undefined;
  readonly #workspace: Uint8Array | undefined;
  readonly #fields: readonly string[];

  /** `fields`: those of the plan. */
  constructor({ invalidRecords, workspaceId, late }: RecordRules, fields: readonly string[]) {
    this.#invalidRecords = invalidRecords;
    this.#late = late;
    this.#workspace = workspaceId === undefined ? undefined : Buffer.from(workspaceId);
    this.#fields = fields;
  }

  /** @returns why the record is rejected, if it is. */
  judge(target: Target, bytes: Buffer, found: Envelope, { time, now }: Times): Rejection | undefined {
    if (target.published !== undefined) {
      const rejection = this.#judgePublished(target, bytes, found, time);
      if (rejection !== undefined) return rejection;
    }
    return this.#late === undefined ? undefined : this.#judgeTime(this.#late, target, time, now);
  }

  /** The row's own time, or its time of arrival if the policy places late and early rows by that. */
  timeToPlaceBy({ time, now }: Times): number {
    const late = this.#late;
    if (late === undefined || late.policy !== 'current_hour') return time;
    return timeliness(time, now, late) === 'timely' ? time : now;
  }

  #judgePublished(
    { published, timeField }: Target,
    bytes: Buffer,
    found: Envelope,
    time: number,
  ): Rejection | undefined {
    if (published === undefined) return undefined;
    let breach: Rejection | undefined = published.validate(bytes, found);
    if (breach === undefined && timeField !== undefined && Number.isNaN(time)) {
      breach = { reason: 'time_out_of_range', field: this.#fields[timeField] as string };
    }
    if (breach !== undefined && this.#invalidRecords !== 'write') return breach;
    if (this.#workspace !== undefined && !isOfWorkspace(bytes, found, published, this.#workspace)) {
      return { reason: 'other_workspace', field: this.#fields[published.workspaceField] as string };
    }
    if (breach !== undefined) this.counts.invalid += 1;
    return undefined;
  }

  #judgeTime(late: LateRules, { timeField = -1 }: Target, time: number, now: number): Rejection | undefined {
    const reason = timeliness(time, now, late);
    if (reason === 'timely') return undefined;
    if (reason === 'too_late') this.counts.late += 1;
    else this.counts.early += 1;
    return late.policy === 'dead_letter' ? { reason, field: this.#fields[timeField] as string } : undefined;
  }
}

/** Whether the row names the workspace. `workspace` is UTF-8. */
function isOfWorkspace(
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

/** A row without a time (NaN) is neither late nor early. */
function timeliness(time: number, now: number, { maxLatenessMs }: LateRules): 'timely' | 'too_late' | 'too_early' {
  if (now - time > maxLatenessMs) return 'too_late';
  return time - now > maxEarlinessMs ? 'too_early' : 'timely';
}

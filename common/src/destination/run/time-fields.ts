// Finds settings `time_field` that no record has: a misspelled one would silently put all rows into the folder of their arrival.
import { defaultTimeField } from '../input/stream-plan.ts';
import type { Intake } from '../plan/intake.ts';
import type { Plan, Target } from '../plan/plan.ts';

/** A sentence for each stream whose records all lack the configured field. */
export function* unusedTimeFields({ targets, fields }: Plan, intake: Intake<Target>): Generator<string> {
  for (const { index, label, timeField, published } of targets) {
    const name = fields[timeField ?? -1];
    if (published !== undefined || name === undefined || name === defaultTimeField) continue;
    const { accepted } = intake.rejections.of(index);
    if (accepted === 0 || intake.untimedOf(index) < accepted) continue;
    yield `No record of the stream "${label}" has a valid time in "${name}", its time_field in "streams", so all are placed by emitted_at. Correct the name if it is misspelled.`;
  }
}

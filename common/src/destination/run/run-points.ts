// The metrics of a `write` that every destination has. They use the counts of the summary.
import type { Point } from '../../protocol/metrics.ts';
import { requestPoints } from '../../s3/connection/counters.ts';
import type { Intake } from '../plan/intake.ts';
import type { Target } from '../plan/plan.ts';
import type { RunSetup } from '../plan/run-setup.ts';
import type { Figures } from './summary.ts';

type Counted = {
  readonly setup: RunSetup<Target>;
  readonly intake: Pick<Intake<Target>, 'rejections'>;
  readonly figures: Figures;
};

export function* runPoints({ setup, intake, figures }: Counted): Generator<Point> {
  const { plan, states, area } = setup;
  for (const { index, label: stream } of [...plan.targets, plan.strays]) {
    const { accepted, rejected } = intake.rejections.of(index);
    if (accepted + rejected > 0) {
      yield { metric: 's3_connectors.read.records', value: accepted + rejected, of: { stream } };
    }
    for (const [reason, value] of intake.rejections.reasons(index)) {
      yield { metric: 's3_connectors.rejected.records', value, of: { stream, reason } };
    }
  }
  yield { metric: 's3_connectors.read.io', value: figures.bytes };
  yield { metric: 's3_connectors.read.states', value: figures.states };
  yield { metric: 's3_connectors.changed.values', value: figures.nulled, of: { change: 'nulled' } };
  yield { metric: 's3_connectors.changed.values', value: figures.repairedTexts, of: { change: 'repaired_text' } };
  yield { metric: 's3_connectors.stored.files', value: figures.files };
  yield { metric: 's3_connectors.stored.io', value: figures.storedBytes };
  const { count, oldestMs } = states.held;
  yield { metric: 's3_connectors.held.states', value: count };
  yield { metric: 's3_connectors.oldest_state.age', value: oldestMs / 1000 };
  yield* requestPoints(area.s3);
}

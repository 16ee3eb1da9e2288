// The state of a `write` run, and of verbs that take part in one, from the beginning.
import type { VerbContext } from '../../protocol/connector.ts';
import { openS3 } from '../../s3/connection/client.ts';
import { systemClock, type Clock } from '../../streams/clock.ts';
import type { Shared } from '../config/config.ts';
import { DurableStates } from '../input/durable-states.ts';
import type { Layout } from '../layout/layout.ts';
import { largestDocument } from '../replacing/document-memory.ts';
import type { Area } from '../replacing/manifest-store.ts';
import type { RecordRules } from './record-judge.ts';
import type { Plan, Target } from './plan.ts';

export type RunContext = VerbContext & { readonly clock: Clock };

/** The context of `write`. Tests supply a clock of their own. */
export type WriteContext = VerbContext & { readonly clock?: Clock };

export function runContext(context: WriteContext): RunContext {
  return { clock: systemClock, ...context };
}

type RunConfig = Omit<Shared<unknown>, 'streams'> & {
  readonly rules: RecordRules;
  readonly maxShrinkPercent?: number | undefined;
};

export type RunSetup<Planned extends Target> = {
  readonly config: RunConfig;
  readonly plan: Plan<Planned>;
  readonly layout: Layout;
  readonly context: RunContext;
  readonly area: Area;
  readonly states: DurableStates;
};

/** `heldBytes`: the bound for STATEs that wait for the end. */
export function setUpRun<Planned extends Target>(
  base: Pick<RunSetup<Planned>, 'config' | 'plan' | 'layout' | 'context'>,
  heldBytes: number,
): RunSetup<Planned> {
  const { connection, prefix, headers, maxMemoryBytes, run } = base.config;
  const { log, clock } = base.context;
  const maxDocumentBytes = largestDocument(maxMemoryBytes);
  const area = { s3: openS3(connection, { log, clock }), prefix, headers, maxDocumentBytes };
  // In a run of several writers, each STATE replaces the one before it, because only the last ones are handed in.
  const most = run === undefined ? heldBytes : 0;
  return { ...base, area, states: new DurableStates(base.plan.targets.length + 1, most, clock) };
}

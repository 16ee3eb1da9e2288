// Reports a `write` while it runs: its progress on a terminal, and its metrics.
import { fstatSync } from 'node:fs';

import { progressText } from '../../program/progress-text.ts';
import type { Point } from '../../protocol/metrics.ts';
import type { RunContext } from '../plan/run-setup.ts';

type Watched = {
  /** Records and bytes of the input so far. */
  readonly figures: { readonly records: number; readonly bytes: number };
  points(): Iterable<Point>;
};

export function watchRun({ watch, metrics, clock }: RunContext, run: Watched): Disposable {
  const begun = clock.elapsed();
  const whole = inputBytes();
  const watching = new DisposableStack();
  watching.use(metrics?.observe(() => run.points()));
  watching.use(
    watch?.(() => {
      const { records: rows, bytes } = run.figures;
      const share = whole === undefined ? undefined : bytes / whole;
      return progressText({ rows, bytes, elapsedMs: clock.elapsed() - begun, share });
    }),
  );
  return watching;
}

/** Undefined if standard input is not a file. */
function inputBytes(): number | undefined {
  const kind = fstatSync(0);
  return kind.isFile() && kind.size > 0 ? kind.size : undefined;
}

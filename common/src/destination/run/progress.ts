// What people at a terminal see of a run of `write`: how much has come.
import { fstatSync } from 'node:fs';

import { progressText } from '../../program/progress-text.ts';
import type { RunContext } from '../plan/run-setup.ts';

/** `came`: so far, records and bytes of the input. */
export function watchRun(
  { watch, clock }: RunContext,
  came: () => { readonly records: number; readonly bytes: number },
): Disposable {
  const begun = clock.elapsed();
  const whole = inputBytes();
  const result = watch?.(() => {
    const { records: rows, bytes } = came();
    const share = whole === undefined ? undefined : bytes / whole;
    return progressText({ rows, bytes, elapsedMs: clock.elapsed() - begun, share });
  });
  return result ?? { [Symbol.dispose]: () => undefined };
}

/** Of a file that standard input is. */
function inputBytes(): number | undefined {
  const kind = fstatSync(0);
  return kind.isFile() && kind.size > 0 ? kind.size : undefined;
}

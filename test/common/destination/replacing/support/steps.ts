// Whether one step is over before the next begins: each call of S3 is held for a while, in which no call of another step may come.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Call } from '../../../../../tools/s3-server/types.ts';
import type { Setting } from './place.ts';

/** Calls that may be under way at the same time. */
const together = new Set(['CopyObject', 'HeadObject']);
const holdMs = 20;

/** Replaces the hooks. `steps`: the operations in order, consecutive equal ones once. `overlaps`: calls that came too early. */
export function watchSteps({ server }: Pick<Setting, 'server'>, onRequest: (call: Call) => void = () => undefined) {
  const steps: string[] = [];
  const overlaps: string[] = [];
  const open = new Map<number, string>();
  server.setHooks({
    async onRequest(call) {
      const { operation, index } = call;
      const step = together.has(operation) ? operation : `${operation} ${index}`;
      for (const other of open.values()) if (other !== step) overlaps.push(`${step} during ${other}`);
      open.set(index, step);
      if (steps.at(-1) !== operation) steps.push(operation);
      onRequest(call);
      await sleep(holdMs);
    },
    onAnswer({ index }) {
      open.delete(index);
    },
  });
  return { steps, overlaps, open };
}

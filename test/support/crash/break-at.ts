// Breaks a run at one of its calls of S3.
import type { Call, S3TestServer } from '../../../tools/s3-server/types.ts';

/** Before any of the call is done, or after all of it except the answer. */
export type Moment = 'onRequest' | 'onAnswer';

/** Calls back at the `index`-th call of S3 (from 1). Later requests never get an answer, like those of a dead process. */
export function breakAt(server: S3TestServer, moment: Moment, index: number, broken: () => void): void {
  let seen = 0;
  let isDead = false;
  const never = new Promise<void>(() => undefined);
  const hook = (at: Moment) => {
    return async ({ operation }: Call): Promise<void> => {
      if (operation === 'CreateBucket') return;
      if (isDead && at === 'onRequest') await never;
      if (at === moment && (seen += 1) === index) {
        isDead = true;
        broken();
        await never;
      }
    };
  };
  server.setHooks({ onRequest: hook('onRequest'), onAnswer: hook('onAnswer') });
}

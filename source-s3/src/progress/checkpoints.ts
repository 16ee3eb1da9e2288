// Decides when a STATE is due, and makes it. Pure except for its clock.
import type { StreamDescriptor } from '@s3-connectors/common/protocol/errors.ts';
import type { AirbyteMessage } from '@s3-connectors/common/protocol/messages.ts';

import type { Progress } from './cursor.ts';
import { toStreamState } from './stream-state.ts';

const maxAgeMs = 10_000;
/** After a complete unit a STATE is due once it is less than a hundredth of the output since the last one. */
const outputPerStateByte = 100;

type SinceState = {
  readonly records: number;
  readonly bytes: number;
  readonly ageMs: number;
  /** The length of the last STATE's text, which is about that of the next one. */
  readonly stateBytes: number;
  /** A row group or a file ends here. */
  readonly unitEnded: boolean;
};

export function isStateDue({ records, bytes, ageMs, stateBytes, unitEnded }: SinceState): boolean {
  if (records === 0) return false;
  return ageMs >= maxAgeMs || (unitEnded && bytes >= stateBytes * outputPerStateByte);
}

export function stateMessage(stream: StreamDescriptor, progress: Progress, recordCount: number): AirbyteMessage {
  const streamState = toStreamState(progress);
  return {
    type: 'STATE',
    state: {
      type: 'STREAM',
      stream: { stream_descriptor: stream, stream_state: streamState },
      sourceStats: { recordCount },
    },
  };
}

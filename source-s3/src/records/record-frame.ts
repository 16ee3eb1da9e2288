// What stands around the data of every RECORD line of a stream, the same whatever the format.
import type { StreamDescriptor } from '@s3-connectors/common/protocol/errors.ts';

/** The text before the first member of `data`. */
export function frameStart({ name, namespace }: StreamDescriptor): string {
  const space = namespace === undefined ? '' : `,"namespace":${JSON.stringify(namespace)}`;
  return `{"type":"RECORD","record":{"stream":${JSON.stringify(name)}${space},"data":{`;
}

/** The text behind the last member of `data`; what may follow is `meta` and two closing braces. `emittedAt`: ms since 1970. */
export function frameTail(emittedAt: number): string {
  return `},"emitted_at":${emittedAt}`;
}

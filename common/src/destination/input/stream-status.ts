// STREAM_STATUS as a destination gets it: the only word of the Airbyte protocol about whether a stream is complete.
import { parseJson } from '../../json/parse-json.ts';
import type { StreamDescriptor } from '../../protocol/errors.ts';
import { streamDescriptor } from '../../protocol/stream-key.ts';

type StreamEnd = { readonly stream: StreamDescriptor; readonly verdict: 'complete' | 'incomplete' };

/** What a TRACE line, which is valid JSON, says about the end of a stream; undefined for any other TRACE. */
export function parseStreamEnd(line: Uint8Array): StreamEnd | undefined {
  const message = parseJson(Buffer.from(line).toString());
  const status = member(member(member(message, 'trace'), 'stream_status'), 'status');
  if (status !== 'COMPLETE' && status !== 'INCOMPLETE') return undefined;
  const stream = member(member(member(message, 'trace'), 'stream_status'), 'stream_descriptor');
  const name = member(stream, 'name');
  const namespace = member(stream, 'namespace');
  if (typeof name !== 'string') return undefined;
  const descriptor = streamDescriptor({ name, namespace: typeof namespace === 'string' ? namespace : undefined });
  return { stream: descriptor, verdict: status === 'COMPLETE' ? 'complete' : 'incomplete' };
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

// TRACE messages as a destination gets them. STREAM_STATUS is the only word of the Airbyte protocol about whether a stream is complete.
// ERROR comes only from a source in the same pipe: a platform keeps it to itself.
import { parseJson } from '../../json/parse-json.ts';
import { ERROR_CODES } from '../../protocol/codes/error-codes.ts';
import type { StreamDescriptor } from '../../protocol/errors.ts';
import { streamDescriptor } from '../../protocol/stream-key.ts';

type StreamEnd = { readonly stream: StreamDescriptor; readonly verdict: 'complete' | 'incomplete' };

/** A TRACE line, which is valid JSON. */
export function parseTrace(line: Uint8Array): unknown {
  return member(parseJson(Buffer.from(line).toString()), 'trace');
}

/** The text of an error of this project's source, which is free of secrets; undefined for any other trace. */
export function sourceError(trace: unknown): string | undefined {
  const error = member(trace, 'error');
  const [text, internal] = [member(error, 'message'), member(error, 'internal_message')];
  if (typeof text !== 'string' || typeof internal !== 'string') return undefined;
  const [code = ''] = internal.split(':', 1);
  return Object.hasOwn(ERROR_CODES, code) ? `${text} (${code})` : undefined;
}

/** What a trace says about the end of a stream; undefined for any other. */
export function streamEnd(trace: unknown): StreamEnd | undefined {
  const status = member(member(trace, 'stream_status'), 'status');
  if (status !== 'COMPLETE' && status !== 'INCOMPLETE') return undefined;
  const stream = member(member(trace, 'stream_status'), 'stream_descriptor');
  const name = member(stream, 'name');
  const namespace = member(stream, 'namespace');
  if (typeof name !== 'string') return undefined;
  const descriptor = streamDescriptor({ name, namespace: typeof namespace === 'string' ? namespace : undefined });
  return { stream: descriptor, verdict: status === 'COMPLETE' ? 'complete' : 'incomplete' };
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

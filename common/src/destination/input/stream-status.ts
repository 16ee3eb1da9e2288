// TRACE messages as a destination receives them. Only STREAM_STATUS reports in the Airbyte protocol whether a stream is
// complete. ERROR comes only from a source in the same pipe, because a platform does not forward it.
import { parseJson } from '../../json/parse-json.ts';
import { ERROR_CODES } from '../../protocol/codes/error-codes.ts';
import type { StreamDescriptor } from '../../protocol/errors.ts';
import { isObject } from '../../protocol/messages.ts';
import { parseDescriptor } from '../../protocol/stream-key.ts';

type StreamEnd = { readonly stream: StreamDescriptor; readonly verdict: 'complete' | 'incomplete' };

/** `line` is valid JSON. */
export function parseTrace(line: Uint8Array): unknown {
  return member(parseJson(Buffer.from(line).toString()), 'trace');
}

/** The text of an error of this project's source, which contains no secrets. Undefined for any other trace. */
export function sourceError(trace: unknown): string | undefined {
  const error = member(trace, 'error');
  const [text, internal] = [member(error, 'message'), member(error, 'internal_message')];
  if (typeof text !== 'string' || typeof internal !== 'string') return undefined;
  const [code = ''] = internal.split(':', 1);
  return Object.hasOwn(ERROR_CODES, code) ? `${text} (${code})` : undefined;
}

/** What a trace reports about the end of a stream. Undefined for any other trace. */
export function streamEnd(trace: unknown): StreamEnd | undefined {
  const status = member(member(trace, 'stream_status'), 'status');
  if (status !== 'COMPLETE' && status !== 'INCOMPLETE') return undefined;
  const stream = parseDescriptor(member(member(trace, 'stream_status'), 'stream_descriptor'));
  return stream && { stream, verdict: status === 'COMPLETE' ? 'complete' : 'incomplete' };
}

function member(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined;
}

// The saved state of a source. Airbyte passes nothing, [], {} or an array of the states that destinations returned. The platform
// adds keys (id, stats), and PyAirbyte adds explicit nulls.
import { ConnectorError } from './errors.ts';
import { isObject, type JsonObject } from './messages.ts';
import { parseDescriptor, streamKey, type StreamKey } from './stream-key.ts';

/** The saved `stream_state` by stream. Streams without one are absent. */
export type SavedState = ReadonlyMap<StreamKey, JsonObject>;

/** Messages that a destination prints between its states. */
const otherMessages: ReadonlySet<string> = new Set(['LOG', 'TRACE', 'CONTROL', 'RECORD']);

/**
 * Reads STREAM states and the `stream_states` of GLOBAL states. The last state of a stream wins, and other messages are
 * ignored. An empty state (`{}`, null) means "from the start".
 * @throws STATE_INVALID for anything else.
 */
export function parseState(json: unknown): SavedState {
  const saved = new Map<StreamKey, JsonObject>();
  if (json === undefined || json === null || isEmptyObject(json)) return saved;
  if (!Array.isArray(json) && !isObject(json)) throw invalid('it must be an array of STATE messages');
  for (const [index, entry] of (Array.isArray(json) ? json : [json]).entries()) {
    if (isObject(entry) && typeof entry['type'] === 'string' && otherMessages.has(entry['type'])) continue;
    for (const stream of streamStates(entry, index)) {
      const descriptor = parseDescriptor(stream['stream_descriptor']);
      if (descriptor === undefined) throw invalid(`entry ${index} has no stream_descriptor with a name`);
      const key = streamKey(descriptor);
      const state = stream['stream_state'];
      if (isObject(state) && !isEmptyObject(state)) saved.set(key, state);
      else saved.delete(key);
    }
  }
  return saved;
}

function streamStates(entry: unknown, index: number): readonly JsonObject[] {
  if (isObject(entry)) {
    // Some runners save the complete message, others only its payload.
    const state = isObject(entry['state']) && entry['type'] === 'STATE' ? entry['state'] : entry;
    if (isObject(state['stream'])) return [state['stream']];
    const global = state['global'];
    if (isObject(global) && Array.isArray(global['stream_states'])) return global['stream_states'].filter(isObject);
    if (isEmptyObject(state)) return [];
  }
  throw invalid(`entry ${index} is neither a STREAM nor a GLOBAL state (legacy states are not supported)`);
}

function invalid(what: string): ConnectorError {
  return new ConnectorError(
    'STATE_INVALID',
    `The saved state is not valid: ${what}. Reset the stream to read it from the start.`,
  );
}

function isEmptyObject(value: unknown): boolean {
  return isObject(value) && Object.keys(value).length === 0;
}

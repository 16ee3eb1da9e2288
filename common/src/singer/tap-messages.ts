// Turns the output of a source into the lines of a tap. Statuses become SCHEMA and ACTIVATE_VERSION, and states become one value
// for all streams.
import type { Output } from '../protocol/connector.ts';
import type { StreamDescriptor } from '../protocol/errors.ts';
import type { AirbyteMessage } from '../protocol/messages.ts';
import { streamKey } from '../protocol/stream-key.ts';
import { singerFrame, type RecordFrame } from '../protocol/record-frame.ts';
import type { SavedState } from '../protocol/state.ts';
import { stateValue, type Bookmarks } from './bookmarks.ts';
import type { TapStream } from './catalog.ts';
import { singerLine } from './singer-messages.ts';

type Options = {
  readonly streams: readonly TapStream[];
  /** The saved bookmarks. Those of streams that are not read are kept. */
  readonly bookmarks: Bookmarks;
  /** The version of fully read streams, which grows from run to run. */
  readonly version: number;
};

/**
 * A source reads one stream after the other. A fully read stream has no bookmark. Its version is activated only after all of its
 * records, twice if there are none.
 */
export async function* tapLines(
  outputs: AsyncIterable<Output>,
  { streams, bookmarks, version }: Options,
): AsyncGenerator<Uint8Array> {
  const byKey = new Map(streams.map((stream) => [streamKey(stream.configured), stream]));
  const known = new Map(bookmarks);
  let current: { readonly stream: TapStream; isEmpty: boolean } | undefined;
  const state = (): Buffer => singerLine({ type: 'STATE', value: stateValue(known) });
  for await (const output of outputs) {
    if (output instanceof Uint8Array) {
      if (current === undefined) throw new TypeError('the source printed a record before its stream was started');
      current.isEmpty = false;
      yield output; // The lines already have the tap's frame.
      continue;
    }
    const started = statusOf(output, 'STARTED');
    const stream = started === undefined ? current?.stream : byKey.get(streamKey(started));
    if (stream === undefined) continue;
    const { id, configured } = stream;
    const isWhole = isReadWhole(stream);
    if (started !== undefined) {
      current = { stream, isEmpty: true };
      yield singerLine({ type: 'SCHEMA', stream: id, schema: configured.jsonSchema, key_properties: [] });
    } else if (output.type === 'STATE' && !isWhole) {
      known.set(id, output.state.stream.stream_state);
      yield state();
    } else if (isWhole && statusOf(output, 'COMPLETE') !== undefined) {
      known.delete(id);
      const activation = singerLine({ type: 'ACTIVATE_VERSION', stream: id, version });
      if (current?.isEmpty === true) yield activation; // A single activation may also come before the first record.
      yield activation;
      yield state();
    }
  }
}

/** The frames of the streams' records. */
export function tapFrames(
  streams: readonly TapStream[],
  version: number,
): (stream: TapStream['configured']) => RecordFrame {
  const framed = streams.map((stream) => {
    const frame = singerFrame(stream.id, isReadWhole(stream) ? version : undefined);
    return [streamKey(stream.configured), frame] as const;
  });
  const frames = new Map(framed);
  return (stream) => frames.get(streamKey(stream)) ?? singerFrame(stream.name, undefined);
}

function isReadWhole({ configured }: TapStream): boolean {
  return configured.syncMode === 'full_refresh';
}

function statusOf(message: AirbyteMessage, status: 'STARTED' | 'COMPLETE'): StreamDescriptor | undefined {
  if (message.type !== 'TRACE' || message.trace.type !== 'STREAM_STATUS') return undefined;
  const { stream_status: told } = message.trace;
  return told.status === status ? told.stream_descriptor : undefined;
}

/** The saved progress for the source. A fully read stream starts again. */
export function savedState(streams: readonly TapStream[], bookmarks: Bookmarks): SavedState {
  const saved = streams.flatMap((stream) => {
    const bookmark = isReadWhole(stream) ? undefined : bookmarks.get(stream.id);
    return bookmark === undefined ? [] : [[streamKey(stream.configured), bookmark] as const];
  });
  return new Map(saved);
}

// Streams with hostile names for a destination: the input, and the expected output.
import { parseJson } from '@s3-connectors/common/json/parse-json.ts';

import * as fc from 'fast-check';

import { catalogJson, type Json } from '../destination-input.ts';
import { hostileName } from './hostile-names.ts';

export type HostileStream = {
  readonly name: string;
  readonly namespace: string | undefined;
  readonly rows: readonly Json[];
};

const at = Date.UTC(2026, 0, 15, 14, 30);

/** Streams of different names, which are folders of the destination. */
export function hostileStreams(): fc.Arbitrary<readonly HostileStream[]> {
  const text = hostileName({ maxBytes: 200, minLength: 0 });
  const member = hostileName({ maxBytes: 300, minLength: 0 });
  const value = fc.oneof(text, fc.constant(null), fc.array(fc.tuple(member, text), { maxLength: 3 }).map(objectOf));
  const row = fc.array(fc.tuple(member, value), { minLength: 1, maxLength: 5 }).map(objectOf);
  const stream = fc.record({
    name: hostileName({ maxBytes: 100 }).filter((name) => !/^\.+$/u.test(name)),
    namespace: fc.option(hostileName({ maxBytes: 100 }), { nil: undefined }),
    rows: fc.array(row, { minLength: 2, maxLength: 4 }),
  });
  return fc.uniqueArray(stream, { minLength: 5, maxLength: 5, selector: ({ name }) => name });
}

/** Also with a member `__proto__`. */
function objectOf(members: readonly (readonly [string, unknown])[]): Json {
  return Object.fromEntries(members);
}

export function catalogOf(streams: readonly HostileStream[], mode: 'append' | 'overwrite'): Json {
  return catalogJson(...streams.map(({ name, namespace }) => ({ name, namespace, destination_sync_mode: mode })));
}

/** Rows of each stream in turn, then its STATE, which also contains its names. */
export function* linesOf(streams: readonly HostileStream[]): Generator<string> {
  for (const { name: stream, namespace, rows } of streams) {
    for (const data of rows) yield line({ type: 'RECORD', record: { stream, namespace, data, emitted_at: at } });
    const descriptor = { name: stream, namespace };
    const state = { stream_descriptor: descriptor, stream_state: { [stream]: namespace ?? stream } };
    yield line({ type: 'STATE', state: { type: 'STREAM', stream: state } });
  }
}

function line(message: Json): string {
  return `${JSON.stringify(message)}\n`;
}

type State = {
  readonly state: { readonly stream: Json; readonly destinationStats?: { readonly recordCount: number } };
};

/** The states that were sent, with the number of rows before each, in the form of `printedStates`. */
export function statesOf(streams: readonly HostileStream[]): readonly unknown[] {
  const sent = [...linesOf(streams)]
    .map((text) => parseJson(text) as Json & State)
    .filter(({ type }) => type === 'STATE');
  return sent.map(({ state }, index) => [state.stream, streams[index]?.rows.length]).sort(byText);
}

/** In any order. @throws SyntaxError for a line that is not JSON. */
export function printedStates(lines: readonly string[]): readonly unknown[] {
  const messages = lines.join('').split('\n').slice(0, -1).map((text) => parseJson(text) as State); // prettier-ignore
  return messages.map(({ state }) => [state.stream, state.destinationStats?.recordCount]).sort(byText);
}

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

// The checks of Airbyte's connector-acceptance-test, which itself can drive nothing but an image, put to the source's executable.
// docs/reference/acceptance.md lists them all, with the test that holds each or the reason why none does.
import assert from 'node:assert/strict';
import { before } from 'node:test';

import { ask, type Json, type Message } from './support/programs.ts';
import { runnerTest } from './support/runner-table.ts';
import { discoverCatalog, openSetting, type Setting, sourceConfig } from './support/setting.ts';

const subject = { runner: 'acceptance checks', connector: 'source-s3' } as const;
const rows = { airports: 3376, flights: 100_000 } as const;

type State = Json & {
  readonly stream: { readonly stream_descriptor: { readonly name: string }; readonly stream_state: Json };
};

let setting: Setting;
let catalog: Json;
let first: readonly Message[];
before(async () => {
  setting = await openSetting();
  catalog = await discoverCatalog(sourceConfig(setting));
  first = await read();
});

async function read(state?: unknown): Promise<readonly Message[]> {
  const config = sourceConfig(setting);
  const { messages, exitCode } = await ask('source', 'read', {
    config,
    catalog,
    ...(state !== undefined && { state }),
  });
  assert.equal(exitCode, 0);
  return messages;
}

/** The rows by stream, as they were printed. */
function records(messages: readonly Message[]): Readonly<Record<string, readonly string[]>> {
  const found: Record<string, string[]> = {};
  for (const { type, record } of messages) {
    if (type !== 'RECORD') continue;
    const { stream, data } = record as { readonly stream: string; readonly data: Json };
    (found[stream] ??= []).push(JSON.stringify(data));
  }
  return found;
}

function states(messages: readonly Message[]): readonly State[] {
  return messages.flatMap(({ type, state }) => (type === 'STATE' ? [state as State] : []));
}

function streamOf({ stream }: State): string {
  return stream.stream_descriptor.name;
}

runnerTest(subject, 'every stream has records, and statuses in their order', async () => {
  const counts = Object.entries(records(first)).map(([name, lines]) => [name, lines.length]);
  assert.deepEqual(Object.fromEntries(counts), rows);
  for (const name of Object.keys(rows)) {
    const told = first.flatMap(({ trace }) => {
      const { stream_status: status } = (trace ?? {}) as { readonly stream_status?: Status };
      return status?.stream_descriptor.name === name ? [status.status] : [];
    });
    assert.deepEqual(told, ['STARTED', 'RUNNING', 'COMPLETE'], name);
  }
});

type Status = { readonly stream_descriptor: { readonly name: string }; readonly status: string };

runnerTest(subject, 'every stream has states of its own, whose counts are those of its records', async () => {
  for (const [name, count] of Object.entries(rows)) {
    const own = states(first).filter((state) => streamOf(state) === name);
    assert.ok(own.length > 0);
    assert.ok(own.every(({ type }) => type === 'STREAM'));
    const counts = own.map(({ sourceStats }) => (sourceStats as { readonly recordCount: number }).recordCount);
    assert.equal(
      counts.reduce((sum, each) => sum + each, 0),
      count,
    );
  }
});

runnerTest(subject, 'two full reads give the same records', async () => {
  assert.deepEqual(records(await read()), records(first));
});

runnerTest(subject, 'a read from the last states gives none', async () => {
  assert.deepEqual(records(await read(lastStates(states(first)))), {});
});

function lastStates(all: readonly State[]): readonly State[] {
  return [...new Map(all.map((state) => [streamOf(state), state])).values()];
}

runnerTest(subject, 'a read from any state gives exactly the records after it', async (context) => {
  const whole = records(first)['flights'] ?? [];
  const places = first.flatMap((message, index) => (message.type === 'STATE' ? [index] : []));
  const chosen = places.filter((_, index) => index % Math.ceil(places.length / 5) === 0);
  for (const place of chosen) {
    const seen = first.slice(0, place + 1);
    const before = records(seen)['flights'] ?? [];
    const after = records(await read(lastStates(states(seen))))['flights'] ?? [];
    assert.deepEqual([...before, ...after], whole);
  }
  context.diagnostic(`resumed from ${chosen.length} of ${places.length} states`);
});

runnerTest(subject, 'a state of the far future gives no records', async () => {
  const future = lastStates(states(first)).map((state) => {
    const { watermark, ...rest } = state.stream.stream_state;
    const later = { ...(watermark as Json), last_modified: '2999-01-01T00:00:00.000Z' };
    const stream_state = { ...rest, watermark: later, window_start: '2998-12-29T00:00:00.000Z', recent: '' };
    return { ...state, stream: { ...state.stream, stream_state } };
  });
  assert.deepEqual(records(await read(future)), {});
});

runnerTest(subject, 'a state that runners have filled with nulls and leftovers is the same', async () => {
  const filled = lastStates(states(first)).map((state) => ({
    ...state,
    id: 7,
    global: null,
    data: null,
    sourceStats: { recordCount: 1000, rejectedRecordCount: null },
    destinationStats: null,
  }));
  assert.deepEqual(records(await read(filled)), {});
});

runnerTest(subject, 'discover finds the same each time', async () => {
  assert.deepEqual(await discoverCatalog(sourceConfig(setting)), catalog);
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import type { Output } from '@s3-connectors/common/protocol/connector.ts';
import { streamStatus, type JsonObject } from '@s3-connectors/common/protocol/messages.ts';
import { parseBookmarks } from '@s3-connectors/common/singer/bookmarks.ts';
import type { TapStream } from '@s3-connectors/common/singer/catalog.ts';
import { savedState, tapFrames, tapLines } from '@s3-connectors/common/singer/tap-messages.ts';
import * as fc from 'fast-check';

const version = 7;
const emittedAt = Date.UTC(2026, 0, 15, 12);
const extracted = '"time_extracted":"2026-01-15T12:00:00.000Z"';

function tapStream(id: string, syncMode: 'incremental' | 'full_refresh' = 'incremental'): TapStream {
  const jsonSchema = { type: 'object', properties: { id: { type: 'integer' } } };
  const rest = { destinationSyncMode: 'append', cursorField: [], primaryKey: [] } as const;
  return { id, configured: { name: id, namespace: 'lake', jsonSchema, syncMode, ...rest } };
}

/** As the source writes them, into the frame that the tap gives it. */
function records({ id, configured }: TapStream, ...rows: readonly string[]): Buffer {
  const frame = tapFrames([tapStream('other'), { id, configured }], version)(configured);
  return Buffer.from(
    rows.map((row) => `${frame.start}${row.slice(1, -1)}${frame.end(emittedAt)}${frame.close}\n`).join(''),
  );
}

function status(name: string, what: 'STARTED' | 'RUNNING' | 'COMPLETE' | 'INCOMPLETE'): Output {
  return streamStatus({ name, namespace: 'lake' }, what);
}

function state(name: string, progress: JsonObject): Output {
  const stream = { stream_descriptor: { name, namespace: 'lake' }, stream_state: progress };
  return { type: 'STATE', state: { type: 'STREAM', stream, sourceStats: { recordCount: 1 } } };
}

async function lines(outputs: readonly Output[], streams: readonly TapStream[], saved?: unknown): Promise<string[]> {
  async function* source(): AsyncGenerator<Output> {
    yield* outputs;
  }
  let text = '';
  for await (const bytes of tapLines(source(), { streams, bookmarks: parseBookmarks(saved), version })) {
    text += Buffer.from(bytes).toString();
  }
  assert.ok(text === '' || text.endsWith('\n'));
  return text.split('\n').slice(0, -1);
}

const schema =
  '{"type":"SCHEMA","stream":"t","schema":{"type":"object","properties":{"id":{"type":"integer"}}},"key_properties":[]}';

suite('the lines of a tap', () => {
  test('are a schema, the rows as they were, and a state of all streams', async () => {
    const row = '{"id": 12345678901234567890,"x":1.10,"t":"\\u00e9"}';
    const outputs = [
      status('t', 'STARTED'),
      records(tapStream('t'), row, '{}'),
      status('t', 'RUNNING'),
      state('t', { n: 2 }),
    ];
    const saved = { bookmarks: { other: { n: 1 } } };
    assert.deepEqual(await lines([...outputs, status('t', 'COMPLETE')], [tapStream('t')], saved), [
      schema,
      `{"type":"RECORD","stream":"t","record":${row},${extracted}}`,
      `{"type":"RECORD","stream":"t","record":{},${extracted}}`,
      '{"type":"STATE","value":{"bookmarks":{"other":{"n":1},"t":{"n":2}}}}',
    ]);
  });

  test('of a fully read stream have a version, activated at its end, and no bookmark', async () => {
    const outputs = [
      status('t', 'STARTED'),
      records(tapStream('t', 'full_refresh'), '{"id":1}'),
      state('t', { n: 1 }),
      status('t', 'COMPLETE'),
    ];
    const saved = { bookmarks: { t: { n: 9 }, other: { n: 1 } } };
    assert.deepEqual(await lines(outputs, [tapStream('t', 'full_refresh')], saved), [
      schema,
      `{"type":"RECORD","stream":"t","record":{"id":1},"version":7,${extracted}}`,
      '{"type":"ACTIVATE_VERSION","stream":"t","version":7}',
      '{"type":"STATE","value":{"bookmarks":{"other":{"n":1}}}}',
    ]);
  });

  test('of an empty, fully read stream are two activations, because one may also come before the first record', async () => {
    const outputs = [status('t', 'STARTED'), status('t', 'COMPLETE')];
    const activation = '{"type":"ACTIVATE_VERSION","stream":"t","version":7}';
    const printed = await lines(outputs, [tapStream('t', 'full_refresh')]);
    assert.deepEqual(printed.slice(1, -1), [activation, activation]);
  });

  test('activate no version of a stream that was not read to its end', async () => {
    const outputs = [
      status('t', 'STARTED'),
      records(tapStream('t', 'full_refresh'), '{"id":1}'),
      status('t', 'INCOMPLETE'),
    ];
    const printed = await lines(outputs, [tapStream('t', 'full_refresh')]);
    assert.doesNotMatch(printed.join(), /ACTIVATE_VERSION|STATE/u);
  });

  test('keep the bytes of any rows', async () => {
    const rows = fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(rows, async (objects) => {
        const texts = objects.map((object) => JSON.stringify(object));
        const [, ...printed] = await lines(
          [status('t', 'STARTED'), records(tapStream('t'), ...texts)],
          [tapStream('t')],
        );
        assert.deepEqual(
          printed,
          texts.map((text) => `{"type":"RECORD","stream":"t","record":${text},${extracted}}`),
        );
      }),
    );
  });
});

suite('the bookmarks of a tap', () => {
  test('are passed to the incremental streams', () => {
    const bookmarks = parseBookmarks({ bookmarks: { a: { n: 1 }, b: { n: 2 }, c: {} } });
    const saved = savedState([tapStream('a'), tapStream('b', 'full_refresh'), tapStream('c')], bookmarks);
    assert.deepEqual([...saved.values()], [{ n: 1 }]);
  });

  test('may be missing in every form that runners use', () => {
    for (const nothing of [undefined, null, {}, { bookmarks: {} }, { currently_syncing: 't' }]) {
      assert.equal(parseBookmarks(nothing).size, 0);
    }
  });

  test('of another form are refused', () => {
    for (const wrong of [[], 'text', { bookmarks: [] }, { bookmarks: { t: 1 } }]) {
      assert.throws(() => parseBookmarks(wrong), { code: 'STATE_INVALID' });
    }
  });
});

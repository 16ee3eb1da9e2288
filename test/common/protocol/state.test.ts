import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import { parseState } from '@s3-connectors/common/protocol/state.ts';
import { streamKey } from '@s3-connectors/common/protocol/stream-key.ts';

function streamState(name: string, stream_state: unknown, namespace?: string | null): Record<string, unknown> {
  return { type: 'STREAM', stream: { stream_descriptor: { name, namespace }, stream_state } };
}

const users = streamKey({ name: 'users' });

suite('parsing a saved state', () => {
  test('reads nothing, null, [] and {} as a start from the beginning', () => {
    for (const json of [undefined, null, [], {}]) assert.equal(parseState(json).size, 0);
  });

  test('finds the state of each stream, by namespace and name', () => {
    const saved = parseState([streamState('users', { at: 1 }), streamState('users', { at: 2 }, 'crm')]);
    assert.deepEqual(
      [...saved],
      [
        [users, { at: 1 }],
        [streamKey({ name: 'users', namespace: 'crm' }), { at: 2 }],
      ],
    );
  });

  test('keeps the last of several states of one stream', () => {
    assert.deepEqual(parseState([streamState('users', { at: 1 }), streamState('users', { at: 2 })]).get(users), {
      at: 2,
    });
  });

  test('reads an empty or null state as a start from the beginning', () => {
    for (const empty of [{}, null, undefined]) {
      assert.equal(parseState([streamState('users', { at: 1 }), streamState('users', empty)]).size, 0);
    }
  });

  test('reads a namespace of null or "" as no namespace', () => {
    for (const namespace of [null, '']) {
      assert.deepEqual(parseState([streamState('users', { at: 1 }, namespace)]).get(users), { at: 1 });
    }
  });

  test('reads what PyAirbyte saves: nulls, a doubled key, a count with a decimal point', () => {
    const text = `[{"type":"STREAM","stream":{"stream_descriptor":{"name":"users","namespace":null},
      "stream_state":{"at":7}},"global":null,"global_":null,"data":null,"sourceStats":{"recordCount":1000.0},
      "destinationStats":null}]`;
    assert.deepEqual(parseState(JSON.parse(text)).get(users), { at: 7 });
  });

  test('reads what the platform saves: with its id and statistics', () => {
    const saved = { ...streamState('users', { at: 7 }), id: 4, destinationStats: { recordCount: 4 } };
    assert.deepEqual(parseState([saved]).get(users), { at: 7 });
  });

  test('reads complete STATE messages, and a state outside an array', () => {
    assert.deepEqual(parseState([{ type: 'STATE', state: streamState('users', { at: 7 }) }]).get(users), { at: 7 });
    assert.deepEqual(parseState(streamState('users', { at: 7 })).get(users), { at: 7 });
  });

  test('ignores the other messages that a destination prints', () => {
    const log = { type: 'LOG', log: { level: 'INFO', message: 'x' } };
    const trace = { type: 'TRACE', trace: {} };
    const state = { type: 'STATE', state: streamState('users', { at: 7 }) };
    assert.deepEqual([...parseState([log, state, trace])], [[users, { at: 7 }]]);
    assert.equal(parseState([log]).size, 0);
  });

  test('reads the streams of a GLOBAL state', () => {
    const stream_states = [{ stream_descriptor: { name: 'users' }, stream_state: { at: 7 } }];
    const saved = parseState([{ type: 'GLOBAL', global: { shared_state: { x: 1 }, stream_states } }]);
    assert.deepEqual([...saved], [[users, { at: 7 }]]);
  });

  test('refuses anything else, and names the entry', () => {
    const wrong: readonly (readonly [unknown, RegExp])[] = [
      ['text', /must be an array/u],
      [7, /must be an array/u],
      [[streamState('users', { at: 1 }), 7], /entry 1 is neither/u],
      [[{ type: 'LEGACY', data: { at: 1 } }], /entry 0 is neither/u],
      [[{ type: 'STREAM', stream: { stream_state: { at: 1 } } }], /entry 0 has no stream_descriptor/u],
    ];
    for (const [json, message] of wrong) {
      assert.throws(
        () => parseState(json),
        (error) => error instanceof ConnectorError && error.code === 'STATE_INVALID' && message.test(error.message),
      );
    }
  });

  test('never confuses namespace and name', () => {
    assert.notEqual(streamKey({ namespace: 'a', name: 'bc' }), streamKey({ namespace: 'ab', name: 'c' }));
  });
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { parseStateLine, withStats } from '@s3-connectors/common/destination/input/state-line.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import { parseJson } from '@s3-connectors/common/json/parse-json.ts';

const descriptor = '"stream_descriptor":{"name":"a","namespace":"n"}';

function echo(line: string): string {
  return withStats(parseStateLine(Buffer.from(`${line}\n`)), { recordCount: 4 }).toString();
}

suite('a STATE line', () => {
  test('comes back byte for byte with destinationStats added', () => {
    const state = `"type":"STREAM","stream":{${descriptor},"stream_state":{"at":12345678901234567890,"d":1.10,"s":"\\u00e9"}}`;
    const line = `{ "type":"STATE" , "state":{${state},"id":7,"new_key":[1, 2]} ,"x":null}`;
    assert.equal(
      echo(line),
      `{ "type":"STATE" , "state":{${state},"id":7,"new_key":[1, 2],"destinationStats":{"recordCount":4.0}} ,"x":null}\n`,
    );
  });

  test('has its old destinationStats replaced, also an explicit null', () => {
    const state = `{"destinationStats":null,"type":"STREAM","stream":{${descriptor}}}`;
    assert.equal(
      echo(`{"type":"STATE","state":${state}}`),
      `{"type":"STATE","state":{"destinationStats":{"recordCount":4.0},"type":"STREAM","stream":{${descriptor}}}}\n`,
    );
  });

  test('says how many records were rejected only when some were', () => {
    const state = parseStateLine(Buffer.from('{"type":"STATE","state":{}}\n'));
    assert.equal(
      withStats(state, { recordCount: 1, rejectedRecordCount: 2 }).toString(),
      '{"type":"STATE","state":{"destinationStats":{"recordCount":1.0,"rejectedRecordCount":2.0}}}\n',
    );
  });

  const positions = [
    [`{"type":"STREAM","stream":{${descriptor},"stream_state":{"a": 1}},"global":null}`, 'a', '{"a": 1}'],
    [`{"type":"STREAM","stream":{${descriptor},"stream_state":null}}`, 'a', 'null'],
    [`{"type":"STREAM","stream":{${descriptor}}}`, 'a', ''],
    ['{"type":"GLOBAL","stream":null,"global":{"shared_state":{},"stream_states":[]}}', undefined, '{"shared_state":{},"stream_states":[]}'],
    ['{"data":{"old":true}}', undefined, '{"old":true}'],
  ] as const; // prettier-ignore
  for (const [state, name, position] of positions) {
    test(`knows whom and what ${state} speaks of`, () => {
      const parsed = parseStateLine(Buffer.from(`{"type":"STATE","state":${state}}\n`));
      assert.equal(parsed.stream?.name, name);
      assert.equal(parsed.stream?.namespace, name === undefined ? undefined : 'n');
      assert.equal(parsed.position.toString(), position);
    });
  }

  for (const line of ['{"type":"STATE"}', '{"type":"STATE","state":null}', '{"type":"STATE","state":{"stream":{}}}']) {
    test(`is refused as ${line}`, () => {
      assert.throws(
        () => parseStateLine(Buffer.from(`${line}\n`)),
        (error) => error instanceof ConnectorError && error.code === 'INPUT_INVALID',
      );
    });
  }

  test('says the same as before but for the stats, whatever its keys are', () => {
    const keys = fc.constantFrom('destinationStats', 'stream', 'id', 'type', 'é', '\\', '__proto__');
    fc.assert(
      fc.property(
        fc.dictionary(keys, fc.oneof(fc.constant(null), fc.integer(), fc.string())),
        fc.boolean(),
        (state, spaced) => {
          const message = { type: 'STATE', state, more: 1 };
          const line = spaced ? JSON.stringify(message, null, ' ').replaceAll('\n', '\t') : JSON.stringify(message);
          const expected = {
            ...message,
            state: Object.assign(Object.create(null), state, { destinationStats: { recordCount: 4 } }),
          };
          assert.equal(JSON.stringify(sorted(parseJson(echo(line)))), JSON.stringify(sorted(expected)));
        },
      ),
    );
  });
});

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, member]): [string, unknown] => [key, sorted(member)]);
  return entries.sort(([a], [b]) => (a < b ? -1 : 1));
}

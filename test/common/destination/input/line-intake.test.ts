import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { Completion } from '@s3-connectors/common/destination/input/completion.ts';
import { DurableStates } from '@s3-connectors/common/destination/input/durable-states.ts';
import { LineIntake } from '@s3-connectors/common/destination/input/line-intake.ts';
import { byStreamKey } from '@s3-connectors/common/destination/input/stream-names.ts';

const streams = [{ name: 'a' }, { name: 'b' }];

/** The result of lines for two streams of a platform that reports no ends. */
function taken(...lines: readonly string[]) {
  const states = new DurableStates(streams.length, Infinity);
  const completion = new Completion(streams.map(() => 'legacy'));
  const seen: string[] = [];
  const said: string[] = [];
  const intake = new LineIntake({
    byKey: byStreamKey(streams.map((stream, index) => [stream, { index }] as const)),
    fields: [],
    strays: streams.length,
    states,
    completion,
    handlers: {
      record: ({ index }, bytes, { dataStart, dataEnd }, line) =>
        void seen.push(`${line}: ${index} ${bytes.toString('utf8', dataStart, dataEnd)}`),
      refused: (target, { kept }, { line }) =>
        void seen.push(`${line}: ${target?.index ?? 'none'} refused ${kept.toString()}`),
      passed: (scope, position) => void seen.push(`${scope} is at ${Buffer.from(position).toString()}`),
    },
    log: (level, text) => void said.push(`${level} ${text}`),
  });
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
  const ends = [...bytes.entries()].flatMap(([at, byte]) => (byte === 0x0a ? [at] : []));
  intake.take({ bytes, ends, firstLine: 1, unterminated: false });
  const endings = streams.map((_, index) => completion.ending(index));
  return { seen, said, endings, printed: states.take().length, counts: intake.counts };
}

function record(stream: string, data = '{}'): string {
  return `{"type":"RECORD","record":{"stream":"${stream}","data":${data}}}`;
}

function state(stream: string, position = '{}'): string {
  return `{"type":"STATE","state":{"stream":{"stream_descriptor":{"name":"${stream}"},"stream_state":${position}}}}`;
}

suite('taking lines in', () => {
  test('tells records and positions of each stream', () => {
    const { seen, counts } = taken(record('b', '{"x": 1.10}'), '', state('a', '[1]'), '{"type":"LOG"}', record('a'));
    assert.deepEqual(seen, ['1: 1 {"x": 1.10}', '0 is at [1]', '5: 0 {}']);
    assert.deepEqual([counts.records, counts.states], [2, 1]);
  });

  test('logs an error of source-s3, which nobody else sees in a pipe, and no text of any other program', () => {
    const failed = (error: object): string => JSON.stringify({ type: 'TRACE', trace: { type: 'ERROR', error } });
    const ours = { message: 'The key may not read "k".', internal_message: 'S3_ACCESS_DENIED: 403' };
    const others = [{ message: 'secret' }, { message: 'secret', internal_message: 'NoSuchCode: 1' }, { message: 1 }];
    const foreign = ['{"type":"TRACE","trace":null}', ...others.map(failed)];
    const { said } = taken(failed(ours), ...foreign, failed({ ...others[0], internal_message: 'constructor' }));
    assert.deepEqual(said, ['ERROR The source failed: The key may not read "k". (S3_ACCESS_DENIED)']);
  });

  test('takes a state without a stream for one of all', () => {
    const { seen, endings } = taken(record('a'), record('b'), '{"type":"STATE","state":{"data":{"n":1}}}');
    assert.deepEqual(seen.at(-1), 'all is at {"n":1}');
    assert.deepEqual(endings, ['proven', 'proven']);
  });

  test('lets the state of a stream that is not in the catalog prove nothing', () => {
    const { endings, printed } = taken(record('a'), state('elsewhere'));
    assert.deepEqual([endings, printed], [['unproven', 'untouched'], 1]);
  });
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Completion, type Ending, type Regime } from '@s3-connectors/common/destination/input/completion.ts';
import { parseTrace, streamEnd } from '@s3-connectors/common/destination/input/stream-status.ts';

/** r: a record, s: a STATE of the stream, g: a GLOBAL one, c: COMPLETE or ACTIVATE_VERSION, i: INCOMPLETE; R, S, C: of another stream. */
function ending(regime: Regime, events: string): Ending {
  const completion = new Completion(['modern', regime]);
  for (const event of events) {
    if (event === 'r') completion.record(1);
    else if (event === 's') completion.state(1);
    else if (event === 'g') completion.state('all');
    else if (event === 'R') completion.record(0);
    else if (event === 'S') completion.state(0);
    else if (event === 'C') completion.ended(0, 'complete');
    else completion.ended(1, event === 'c' ? 'complete' : 'incomplete');
  }
  return completion.ending(1);
}

const cases: readonly (readonly [regime: Regime, events: string, expected: Ending])[] = [
  ['legacy', '', 'untouched'],
  ['legacy', 'r', 'unproven'],
  ['legacy', 'rs', 'proven'],
  ['legacy', 's', 'proven'],
  ['legacy', 'g', 'proven'],
  ['legacy', 'rsr', 'unproven'],
  ['legacy', 'rsrg', 'proven'],
  ['legacy', 'rsi', 'unproven'],
  ['legacy', 'rc', 'proven'],
  ['legacy', 'irs', 'unproven'],
  ['legacy', 'irg', 'unproven'],
  ['legacy', 'crs', 'proven'],
  ['legacy', 'RSC', 'untouched'],
  ['legacy', 'rRS', 'unproven'],
  ['legacy', 'rC', 'unproven'],
  ['legacy', 'rsR', 'proven'],
  ['modern', 'ir', 'unproven'],
  ['modern', 'irc', 'proven'],
  ['modern', 'rC', 'unproven'],
  ['modern', 'rcR', 'proven'],
  ['modern', '', 'untouched'],
  ['modern', 'rs', 'unproven'],
  ['modern', 'rsc', 'proven'],
  ['modern', 'c', 'proven'],
  ['modern', 'cr', 'unproven'],
  ['modern', 'ci', 'unproven'],
  ['modern', 'rg', 'unproven'],
  ['singer', 'rg', 'unproven'],
  ['singer', 'rc', 'proven'],
  ['singer', 'rcr', 'unproven'],
];

function line(trace: object): Buffer {
  return Buffer.from(JSON.stringify({ type: 'TRACE', trace }));
}

suite('whether a stream is complete', () => {
  for (const [regime, events, expected] of cases) {
    test(`${regime}: after "${events}" it is ${expected}`, () => assert.equal(ending(regime, events), expected));
  }

  test('is decided only by COMPLETE and INCOMPLETE', () => {
    const status = (value: string, stream_descriptor: unknown = { name: 's', namespace: null }) =>
      streamEnd(
        parseTrace(line({ type: 'STREAM_STATUS', error: null, stream_status: { stream_descriptor, status: value } })),
      );
    assert.deepEqual(status('COMPLETE'), { stream: { name: 's' }, verdict: 'complete' });
    assert.deepEqual(status('INCOMPLETE', { name: 's', namespace: 'n' }), {
      stream: { name: 's', namespace: 'n' },
      verdict: 'incomplete',
    });
    for (const other of ['STARTED', 'RUNNING', '']) assert.equal(status(other), undefined);
    assert.equal(status('COMPLETE', null), undefined);
    assert.equal(streamEnd(parseTrace(line({ type: 'ERROR', stream_status: null }))), undefined);
    assert.equal(streamEnd(parseTrace(Buffer.from('{"type":"TRACE","trace":null}'))), undefined);
  });
});

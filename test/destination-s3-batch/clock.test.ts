// A clock that is set back while the batch destination runs.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { systemClock, type Clock } from '@s3-connectors/common/streams/clock.ts';

import { catalogJson, recordLine, stateLine } from '../support/destination-input.ts';
import { emptyServer } from '../support/empty-server.ts';
import { keysBelow, runWrite } from './support/batch.ts';

const start = Date.UTC(2026, 0, 15, 14);

suite('the clock of the batch destination', () => {
  const running = emptyServer();

  test('measures how long a run takes by time that only grows, also when the wall clock is set back', async () => {
    let [wall, elapsed] = [start, 1000];
    const clock: Clock = { wall: () => wall, elapsed: () => elapsed, after: systemClock.after.bind(systemClock) };
    async function* input() {
      yield recordLine('users', { id: 1 });
      [wall, elapsed] = [start - 86_400_000, 43_000];
      yield stateLine('users', {});
    }
    const { error, said } = await runWrite(running(), input(), {
      catalog: catalogJson('users'),
      config: { output_format: 'json' },
      clock,
    });
    assert.equal(error, undefined);
    assert.equal((JSON.parse(said.at(-1)?.[1] ?? '{}') as { seconds?: number }).seconds, 42);
  });

  test('dates the rows of a snapshot and those without a time of their own', async () => {
    const server = running();
    const clock: Clock = { ...systemClock, wall: () => start };
    const untimed = '{"type":"RECORD","record":{"stream":"users","data":{"id":1}}}\n';
    const { error } = await runWrite(server, [untimed, stateLine('users', {})], {
      catalog: catalogJson('users'),
      config: { output_format: 'json' },
      clock,
    });
    assert.equal(error, undefined);
    assert.match(keysBelow(server).join(), /^data\/users\/year=2026\/month=1\/day=15\//u);
  });
});

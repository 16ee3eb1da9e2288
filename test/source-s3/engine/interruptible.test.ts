import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';

import { interruptible } from '../../../source-s3/src/engine/interruptible.ts';
import { startProgram } from '../../support/program.ts';

suite('a query that is interrupted', () => {
  test('gives what it gives when it ends in time', async () => {
    const done = Promise.withResolvers<string>();
    const queries = interruptible(() => done.resolve('whole'), 60_000);
    const running = queries.run(() => done.promise);
    queries.interrupt();
    assert.equal(await running, 'whole');
    assert.equal(queries.isStuck, false);
  });

  test('is abandoned when it does not end', async () => {
    const queries = interruptible(() => undefined, 10);
    const running = queries.run(() => wait(60_000, undefined, { ref: false }));
    queries.interrupt();
    await Promise.all([assert.rejects(running, { code: 'ENGINE_FAILED', message: /does not stop/u }), wait(50)]);
    assert.equal(queries.isStuck, true);
  });

  test('that ended already abandons nothing', async () => {
    const queries = interruptible(() => undefined, 5);
    await queries.run(() => Promise.resolve());
    queries.interrupt();
    await wait(20);
    assert.equal(queries.isStuck, false);
  });

  test('is abandoned for itself, not for the query that follows it', async () => {
    const first = Promise.withResolvers<void>();
    const queries = interruptible(() => first.resolve(), 10);
    const interrupted = queries.run(() => first.promise);
    queries.interrupt();
    await interrupted;
    assert.equal(await queries.run(() => wait(50, 'whole')), 'whole');
    assert.equal(queries.isStuck, false);
  });

  test('ends the process on SIGTERM although the engine does not come back, with all that was printed', async () => {
    await using program = startProgram(join(import.meta.dirname, '../support/stuck.ts'), []);
    const ended = program.ended();
    await once(program.child.stdout, 'data');
    await wait(500); // The query runs.
    program.child.kill('SIGTERM');
    const { stdout, signal, stderr } = await ended;
    assert.deepEqual([signal, stderr], ['SIGTERM', '']);
    assert.match(stdout, /running[^]*abandoned/u);
  });
});

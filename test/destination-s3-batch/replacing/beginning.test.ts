// What a run of the batch destination does before it reads its first line.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { bucket, catalogJson, recordLine, stateLine, statusLine } from '../../support/destination-input.ts';
import { emptyServer } from '../../support/empty-server.ts';
import { simulatedClock } from '../../support/simulated-clock.ts';
import { keysBelow, runWrite } from '../support/batch.ts';
import { eventJson, publishedStream } from '../support/published.ts';

const config = { output_format: 'json' };
const tables = 30;

function events(count: number): string {
  const names = Array.from({ length: count }, (_, index) => `Event${index}`);
  const records = names.map((name, index) =>
    recordLine('events', eventJson({ event_name: name, event_id: `${index}` })),
  );
  return [...records, stateLine('events', {}), statusLine('events', 'COMPLETE')].join('');
}

function catalogOf(generation: number) {
  const ids = { generation_id: generation, minimum_generation_id: generation, sync_id: generation };
  return catalogJson({ ...publishedStream('events'), destination_sync_mode: 'append', ...ids });
}

suite('the start of the batch destination', () => {
  const running = emptyServer();

  test(`writes a new generation down for ${tables} tables of events within ten seconds of the clock`, async () => {
    const server = running();
    await runWrite(server, events(tables), { catalog: catalogOf(1), config });
    assert.equal(keysBelow(server).length, tables);
    const clock = simulatedClock(Date.now());
    let readAfter = Number.NaN;
    const end = new AbortController();
    async function* input() {
      readAfter = clock.elapsed();
      yield events(1);
    }
    const run = runWrite(server, input(), { catalog: catalogOf(2), config, clock }).finally(() => end.abort());
    while (!end.signal.aborted) {
      // Time passes only when nothing else happens.
      const before = server.counts.total.requests;
      await sleep(100);
      if (server.counts.total.requests === before) await clock.advance(1000);
    }
    const { error, failures } = await run;
    assert.deepEqual([error, failures], [undefined, []]);
    const notes = server
      .objects(bucket, 'permutive/_manifests/')
      .filter(({ key }) => key.endsWith('/generations/2.json'));
    assert.equal(notes.length, tables);
    assert.ok(readAfter <= 10_000, `the first line was read after ${readAfter} ms`);
  });
});

// STATEs between the lines of a stream, with a clock that is set back while it is read.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { systemClock, type Clock } from '@s3-connectors/common/streams/clock.ts';

import { Cursor } from '../../../../source-s3/src/progress/cursor.ts';
import type { SourceFile } from '../../../../source-s3/src/formats/contract/format.ts';
import type { ReadPart } from '../../../../source-s3/src/verbs/read/steps.ts';
import { PartitionColumns } from '../../../../source-s3/src/layout/partition-columns.ts';
import { fromStreamState } from '../../../../source-s3/src/progress/stream-state.ts';
import { TableFindings } from '../../../../source-s3/src/verbs/read/table-findings.ts';
import { withCheckpoints } from '../../../../source-s3/src/verbs/read/with-checkpoints.ts';

const second = 1000;
const object = { key: 'lake/t/a.csv', etag: '"1"', size: 100, lastModified: new Date(0) };

/** Lines of one unit, each some seconds after the one before. */
async function read(lines: number, secondsBetween: number): Promise<{ states: number; progress: number }> {
  let [wall, elapsed] = [Date.UTC(2026, 0, 15), 0];
  const clock: Clock = { wall: () => wall, elapsed: () => elapsed, after: systemClock.after.bind(systemClock) };
  const file = { object, rows: undefined } as unknown as SourceFile;
  async function* parts(): AsyncGenerator<ReadPart> {
    for (let row = 1; row <= lines; row += 1) {
      elapsed += secondsBetween * second;
      wall -= 3_600_000; // Set back again and again.
      const position = { key: object.key, etag: object.etag, unit: 0, rows: row };
      yield { kind: 'lines', bytes: Buffer.from('{}\n'), rows: 1, position, file, findings: undefined };
    }
  }
  let progress = 0;
  const log = (_: string, message: string): void => void (progress += message.includes('now in') ? 1 : 0);
  const cursor = new Cursor(fromStreamState(undefined), [], 0);
  let states = 0;
  const outputs = withCheckpoints(parts(), {
    stream: { name: 't' },
    cursor,
    findings: new TableFindings({ folders: new PartitionColumns(), columns: [] }),
    totalBytes: 100,
    log,
    clock,
  });
  for await (const output of outputs) states += 'type' in output && output.type === 'STATE' ? 1 : 0;
  return { states, progress };
}

suite('a wall clock that is set back', () => {
  test('holds up neither the STATEs of a stream nor the log of its progress', async () => {
    assert.deepEqual(await read(40, 11), { states: 40, progress: 40 });
  });

  test('brings no STATE before ten seconds have passed', async () => {
    assert.deepEqual(await read(5, 1), { states: 1, progress: 0 });
  });
});

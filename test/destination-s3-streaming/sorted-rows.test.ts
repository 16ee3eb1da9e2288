// Rows of the past that come in the order of their time: files are closed and stored while later rows come.
import assert from 'node:assert/strict';
import { beforeEach, suite, test } from 'node:test';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import { leastBytes } from '../../destination-s3-streaming/src/run/passed-hours.ts';
import type { S3TestServer } from '../../tools/s3-server/types.ts';
import { emptyServer } from '../support/empty-server.ts';
import { catalogJson, recordLine, stateLine } from '../support/destination-input.ts';
import { runWrite, storedFiles } from './support/streaming.ts';

const begin = Date.UTC(2020, 0);
const catalog = catalogJson('events');
const filler = 'x'.repeat(leastBytes / 4);

/** Four rows of the hour, enough for a file that may be closed early. */
function rowsOf(hour: number): readonly string[] {
  return Array.from({ length: 4 }, (_, row) => JSON.stringify({ time: begin + hour * 3_600_000 + row, filler }));
}

function countTo(end: number): readonly number[] {
  return Array.from({ length: end }, (_, index) => index);
}

/** The rows of each hour, and after it a STATE with its position in `hours`. */
function inputOf(hours: readonly number[], from = 0): readonly string[] {
  return hours.slice(from).map((hour, at) => {
    return rowsOf(hour)
      .map((row) => recordLine('events', row))
      .concat(stateLine('events', { done: from + at + 1 }))
      .join('');
  });
}

/** How many hours the last STATE that was printed covers. */
function acknowledged(lines: readonly string[]): number {
  return Number(/"done":(\d+)/u.exec(lines.at(-1) ?? '')?.[1] ?? 0);
}

/** The rows of each hour in the order of its files. */
function storedHours(server: S3TestServer): ReadonlyMap<number, readonly string[]> {
  const hours = new Map<number, readonly string[]>();
  for (const rows of storedFiles(server).values()) {
    const { time } = JSON.parse(rows[0] as string) as { readonly time: number };
    const hour = Math.floor((time - begin) / 3_600_000);
    hours.set(hour, [...(hours.get(hour) ?? []), ...rows]);
  }
  return hours;
}

suite('rows in the order of their time', () => {
  const running = emptyServer();
  let server: S3TestServer;
  beforeEach(() => (server = running()));

  test('are stored and acknowledged while later rows come, in one file an hour', async () => {
    const hours = countTo(650);
    const printed: string[] = [];
    let early = 0;
    async function* input(): AsyncGenerator<string> {
      yield* inputOf(hours);
      const begun = Date.now();
      while (printed.length < 50 && Date.now() - begun < 10_000) await new Promise((resolve) => setImmediate(resolve));
      early = printed.length;
    }
    const { said, error } = await runWrite(server, input(), { catalog }, (line) => printed.push(line));
    assert.equal(error, undefined);
    assert.ok(early >= 50, `${early} states were printed before the input ended`);
    assert.match(said.map(([, message]) => message).join('\n'), /closed \d+ after their hour, \d+ at the end/u);
    assert.deepEqual(
      printed.map((line) => acknowledged([line])),
      hours.map((hour) => hour + 1),
    );
    assert.equal(storedFiles(server).size, hours.length);
    assert.deepEqual(storedHours(server), new Map([...storedHours(server).keys()].map((hour) => [hour, rowsOf(hour)])));
    assert.equal(storedHours(server).size, hours.length);
  });

  test('have at most two files an hour when they begin again', async () => {
    const hours = [...countTo(600), ...countTo(600), ...countTo(600)];
    await runWrite(server, inputOf(hours), { catalog });
    const files = storedFiles(server);
    assert.ok(files.size > 600 && files.size <= 1200, `${files.size} files`);
    assert.deepEqual(
      [...storedHours(server).values()].map((rows) => rows.length),
      countTo(600).map(() => 12),
    );
  });

  for (const put of [1, 40, 200, 257, 500]) {
    test(`are all there after a run that is dead at file ${put}, each acknowledged one once`, async () => {
      const hours = countTo(600);
      const stop = new AbortController();
      let puts = 0;
      server.setHooks({
        onAnswer: ({ operation }) => {
          if (operation === 'PutObject' && (puts += 1) === put) stop.abort(new ConnectorError('OUTPUT_CLOSED', 'dead'));
        },
      });
      const { lines } = await runWrite(server, inputOf(hours), { catalog, signal: stop.signal });
      server.setHooks({});
      const done = acknowledged(lines);
      const before = storedHours(server);
      for (const hour of hours.slice(0, done)) assert.deepEqual(before.get(hour), rowsOf(hour));
      const next = await runWrite(server, inputOf(hours, done), { catalog });
      assert.equal(acknowledged(next.lines), hours.length);
      const after = storedHours(server);
      for (const [hour, rows] of after) {
        assert.deepEqual(new Set(rows), new Set(rowsOf(hour)));
        if (hour < done) assert.equal(rows.length, 4);
      }
      assert.equal(after.size, hours.length);
    });
  }
});

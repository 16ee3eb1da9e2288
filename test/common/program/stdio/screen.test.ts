// The line that shows how far a verb is: on a terminal only, and never in the way of the lines that stay.
import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { suite, test } from 'node:test';

import { progressText } from '@s3-connectors/common/program/progress-text.ts';
import { openScreen } from '@s3-connectors/common/program/stdio/screen.ts';

import { simulatedClock } from '../../../support/simulated-clock.ts';

const clear = '\r\u001b[K';

/** A terminal of 20 columns, or a pipe, that keeps what is written to it. */
function output(isTTY: boolean): { readonly out: NodeJS.WriteStream; readonly written: () => string } {
  let all = '';
  const out = new Writable({
    decodeStrings: false,
    write(text: string, _encoding, done) {
      all += text;
      done();
    },
  });
  return { out: Object.assign(out, { isTTY, columns: 20 }) as unknown as NodeJS.WriteStream, written: () => all };
}

suite('a screen', () => {
  test('writes one line again and again on a terminal, cut to its width, and clears it at the end', async () => {
    const clock = simulatedClock(0);
    const { out, written } = output(true);
    let count = 0;
    {
      using _ = openScreen(out, { elsewhere: false, clock }).watch(() => `${++count} of a very long line of text`);
      await clock.advance(400);
    }
    await clock.advance(1000);
    assert.equal(written(), `${clear}1 of a very long li${clear}2 of a very long li${clear}`);
  });

  test('prints a permanent line in the place of the moving one, which continues below it', async () => {
    const clock = simulatedClock(0);
    const { out, written } = output(true);
    const screen = openScreen(out, { elsewhere: false, clock });
    using _ = screen.watch(() => 'moves');
    await clock.advance(200);
    screen.say('stays');
    assert.equal(written(), `${clear}moves${clear}stays\n${clear}moves`);
  });

  test('writes no moving line to a pipe', async () => {
    const clock = simulatedClock(0);
    const { out, written } = output(false);
    const screen = openScreen(out, { elsewhere: false, clock });
    using _ = screen.watch(() => 'moves');
    await clock.advance(60_000);
    screen.say('stays');
    assert.equal(written(), 'stays\n');
  });

  test('writes a line at times to a pipe for a program that asks for it', async () => {
    const clock = simulatedClock(0);
    const { out, written } = output(false);
    using _ = openScreen(out, { elsewhere: true, clock }).watch(() => 'moves');
    await clock.advance(10_000);
    assert.equal(written(), 'moves\nmoves\n');
  });
});

suite('the text of progress', () => {
  for (const [standing, text] of [
    [{ rows: 0, bytes: 0, elapsedMs: 0 }, '0 rows, 0 B'],
    [{ rows: 1, bytes: 999, elapsedMs: 500 }, '1 row, 999 B, 2.0 kB/s'],
    [
      { label: 'lake.t', rows: 1_234_567, bytes: 40e6, elapsedMs: 2000, share: 0.25 },
      'lake.t: 1,234,567 rows, 40.0 MB, 20.0 MB/s, 25 %, 0:06 left',
    ],
    [{ rows: 5, bytes: 5, elapsedMs: 1000, share: 0.001 }, '5 rows, 5 B, 5 B/s, 0 %'],
    [{ rows: 5, bytes: 5, elapsedMs: 36_610_000, share: 0.5 }, '5 rows, 5 B, 0 B/s, 50 %, 10:10:10 left'],
    [{ rows: 5, bytes: 5, elapsedMs: 1000, share: 1.2 }, '5 rows, 5 B, 5 B/s, 100 %'],
  ] as const) {
    test(`is "${text}"`, () => assert.equal(progressText(standing), text));
  }
});

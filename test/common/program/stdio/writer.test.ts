import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { suite, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';

import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { AirbyteMessage } from '@s3-connectors/common/protocol/messages.ts';
import { MessageWriter } from '@s3-connectors/common/program/stdio/writer.ts';

/** A pipe whose reader takes something only when the test says so. */
class Pipe extends Writable {
  readonly writes: Buffer[] = [];
  #take: (() => void) | undefined;
  #stalled = false;

  constructor() {
    super({ highWaterMark: 64 * 1024 });
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error) => void): void {
    this.writes.push(chunk);
    if (this.#stalled) this.#take = callback;
    else callback();
  }

  stall(): void {
    this.#stalled = true;
  }

  resume(): void {
    this.#stalled = false;
    this.#take?.();
  }

  text(): string {
    return Buffer.concat(this.writes).toString();
  }
}

function log(message: string): AirbyteMessage {
  return { type: 'LOG', log: { level: 'INFO', message } };
}

function isClosed(error: unknown): boolean {
  return error instanceof ConnectorError && error.code === 'OUTPUT_CLOSED';
}

const line = Buffer.from(`${'x'.repeat(1023)}\n`);

suite('writing to standard output', () => {
  test('leaves no part of a secret at the place where a long text is cut', async () => {
    const secret = 'secret-canary-of-forty-letters-and-more!';
    for (let before = 1950; before < 2060; before += 3) {
      const pipe = new Pipe();
      const out = new MessageWriter(pipe, (text) => text.replaceAll(secret, '****'));
      out.message(log(`${'x'.repeat(before)}${secret}${'y'.repeat(1000)}`));
      await out.flush();
      assert.ok(pipe.text().length < 2200 && !pipe.text().includes('secret'), String(before));
    }
  });

  test('joins the messages of one turn into one write', async () => {
    const pipe = new Pipe();
    const out = new MessageWriter(pipe);
    for (let index = 0; index < 10; index++) out.message(log(`${index}`));
    await out.write(log('last'));
    await out.flush();
    assert.equal(pipe.writes.filter(({ length }) => length > 0).length, 1);
    assert.equal(pipe.text().split('\n').length, 12);
  });

  test('sends a single line at once, though nothing follows it', async () => {
    const pipe = new Pipe();
    const out = new MessageWriter(pipe);
    await out.write(Buffer.from('acknowledged\n'));
    await turn();
    await turn();
    assert.equal(pipe.text(), 'acknowledged\n');
  });

  test('keeps the order of lines and messages', async () => {
    const pipe = new Pipe();
    const out = new MessageWriter(pipe);
    const expected: string[] = [];
    for (let index = 0; index < 500; index++) {
      if (index % 3 === 0) out.message(log(`${index}`));
      else if (index % 3 === 1) await out.write(log(`${index}`));
      else await out.write(Buffer.from(`${JSON.stringify(log(`${index}`))}\n`));
      if (index % 50 === 0) await turn();
      expected.push(`${JSON.stringify(log(`${index}`))}\n`);
    }
    await out.flush();
    assert.equal(pipe.text(), expected.join(''));
  });

  for (const [what, output] of [
    ['lines', line],
    ['messages', log('y'.repeat(980))],
  ] as const) {
    test(`holds at most 256 KiB of ${what} while the reader takes nothing`, async () => {
      const pipe = new Pipe();
      pipe.stall();
      const out = new MessageWriter(pipe);
      let accepted = 0;
      const producer = (async () => {
        for (; accepted < 10_000; accepted++) await out.write(output);
      })();
      for (let turns = 0; turns < 200; turns++) await turn();
      assert.ok(accepted < 256, `${accepted} KiB were accepted`);
      assert.ok(pipe.writableLength <= 128 * 1024);
      pipe.resume();
      await producer;
      await out.flush();
      assert.equal(pipe.text().split('\n').length - 1, 10_000);
    });
  }

  test('writes no log into a full stream, and loses none', async () => {
    const pipe = new Pipe();
    pipe.stall();
    const out = new MessageWriter(pipe);
    for (let index = 0; index < 1000; index++) {
      out.message(log('z'.repeat(1000)));
      if (index % 100 === 0) await turn();
    }
    assert.ok(pipe.writableLength < 256 * 1024);
    pipe.resume();
    await out.flush();
    assert.equal(pipe.text().split('\n').length - 1, 1000);
  });

  test('keeps lines waiting until the reader has taken them, so that their memory may be used again', async () => {
    const pipe = new Pipe();
    pipe.stall();
    const out = new MessageWriter(pipe);
    let taken = false;
    const written = out.write(line).then(() => {
      taken = true;
    });
    for (let turns = 0; turns < 20; turns++) await turn();
    assert.equal(taken, false);
    pipe.resume();
    await written;
    assert.equal(pipe.text(), line.toString());
  });

  test('flushes only when the reader has taken everything', async () => {
    const pipe = new Pipe();
    pipe.stall();
    const out = new MessageWriter(pipe);
    await out.write(log('waits'));
    let flushed = false;
    const flush = out.flush().then(() => {
      flushed = true;
    });
    for (let turns = 0; turns < 20; turns++) await turn();
    assert.equal(flushed, false);
    pipe.resume();
    await flush;
  });

  test('reports to every write and flush that the reader exited', async () => {
    const pipe = new Pipe();
    const out = new MessageWriter(pipe);
    pipe.destroy(new Error('EPIPE'));
    await turn();
    assert.ok(isClosed(out.closed.reason));
    await assert.rejects(out.write(line), isClosed);
    await assert.rejects(out.flush(), isClosed);
  });

  test('releases a waiting writer when the reader exits', async () => {
    const pipe = new Pipe();
    pipe.stall();
    const out = new MessageWriter(pipe);
    const producer = (async () => {
      for (;;) await out.write(line);
    })();
    await turn();
    pipe.destroy(new Error('EPIPE'));
    await assert.rejects(producer, isClosed);
  });

  test('redacts each text by itself, so that a message stays a message', async () => {
    const pipe = new Pipe();
    const secrets = ['with "quotes"', 'level'];
    const out = new MessageWriter(pipe, (text) =>
      secrets.reduce((clean, secret) => clean.replaceAll(secret, '****'), text),
    );
    out.message(log('a with "quotes" b level c'));
    await out.flush();
    assert.deepEqual(JSON.parse(pipe.text()), log('a **** b **** c'));
  });
});

// The only owner of standard output. It joins messages into large writes, waits for a slow reader, and remembers when the
// reader exited. It is flushed before the program ends, because process.exit would lose the data that is not yet in the pipe.
import type { Writable } from 'node:stream';

import { capped } from '../../protocol/capped.ts';
import { ConnectorError } from '../../protocol/errors.ts';
import type { AirbyteMessage } from '../../protocol/messages.ts';
import { printable } from './printable.ts';

const joinBytes = 64 * 1024; // One write per 64 KiB costs a tenth of one per message.

/**
 * Keeps the order of calls, and sends the queue within a turn of the event loop. The texts of messages are redacted
 * (printable.ts) and cut (capped.ts); lines are not.
 * Bound: 64 KiB in the stream, 64 KiB queued, and the messages of `message` in the meantime. The caller owns the lines.
 */
export class MessageWriter {
  readonly #output: Writable;
  readonly #redact: (text: string) => string;
  readonly #closed = new AbortController();
  #queued: Uint8Array[] = [];
  #queuedBytes = 0;
  #scheduled = false;

  constructor(output: Writable, redact: (text: string) => string = (text) => text) {
    this.#output = output;
    this.#redact = redact;
    output.on('error', (cause) => this.#close(cause));
  }

  /** Aborted with OUTPUT_CLOSED when the reader exits (EPIPE). */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** Queues one message without waiting, for the few messages that are not data (logs, errors). */
  message(message: AirbyteMessage): void {
    if (this.closed.aborted) return;
    const bytes = lineOf(message, this.#redact);
    this.#queued.push(bytes);
    this.#queuedBytes += bytes.length;
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      void this.#send(); // Never rejects: `closed` keeps the failure.
    });
  }

  /**
   * Queues one message, and waits for the reader when 64 KiB are queued. Or writes complete lines, each ended by `\n`,
   * unchanged, and waits until the reader has them, so that their memory can be reused.
   * @throws OUTPUT_CLOSED when the reader exited.
   */
  async write(output: Uint8Array | AirbyteMessage): Promise<void> {
    if (output instanceof Uint8Array) await this.#hand(output);
    else {
      this.message(output);
      if (this.#queuedBytes >= joinBytes) await this.#send();
    }
    this.closed.throwIfAborted();
  }

  /** Resolves when the reader has everything. @throws OUTPUT_CLOSED when the reader exited. */
  async flush(): Promise<void> {
    await this.#send();
    await new Promise<void>((resolve) => {
      this.#output.write('', (error) => {
        if (error) this.#close(error);
        resolve();
      });
    });
    this.closed.throwIfAborted();
  }

  async #send(): Promise<void> {
    // A full stream would accept more, and grow.
    if (this.#output.writableNeedDrain) await unlessClosed(this.closed, (done) => this.#output.once('drain', done));
    const bytes = this.#queued;
    this.#queued = [];
    this.#queuedBytes = 0;
    if (bytes.length > 0 && !this.closed.aborted) this.#output.write(Buffer.concat(bytes));
  }

  async #hand(lines: Uint8Array): Promise<void> {
    if (this.#queuedBytes > 0 || this.#output.writableNeedDrain) await this.#send();
    if (this.closed.aborted) return;
    await unlessClosed(this.closed, (taken) => this.#output.write(lines, taken)); // The event 'error' reports a failure.
  }

  #close(cause: Error): void {
    this.#closed.abort(new ConnectorError('OUTPUT_CLOSED', whyClosed(cause), { cause }));
  }
}

function lineOf(message: AirbyteMessage, redact: (text: string) => string): Uint8Array {
  // Cut after redacting: a secret that is cut first would not be found.
  return Buffer.from(`${JSON.stringify(capped(printable(message, redact)))}\n`);
}

/** A reader that exited needs no report. Any other failure of standard output must be visible. */
export function isReaderGone(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && (cause.code === 'EPIPE' || cause.code === 'ECONNRESET');
}

function whyClosed(cause: Error): string {
  if (isReaderGone(cause)) return 'The program that reads the output exited before the end.';
  return `Standard output cannot be written (${cause.message}). The output may be incomplete.`;
}

/** Waits for a callback, or until the reader exits. */
async function unlessClosed(closed: AbortSignal, begin: (done: () => void) => void): Promise<void> {
  if (closed.aborted) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      closed.removeEventListener('abort', done);
      resolve();
    };
    closed.addEventListener('abort', done);
    begin(done);
  });
}

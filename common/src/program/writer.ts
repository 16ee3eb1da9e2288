// The sole owner of standard output: joins messages into large writes, waits when the reader is slow, remembers that it
// went away, and is flushed before the program ends (a process.exit would lose what the pipe has not taken yet).
import type { Writable } from 'node:stream';

import { capped } from '../protocol/capped.ts';
import { ConnectorError } from '../protocol/errors.ts';
import type { AirbyteMessage } from '../protocol/messages.ts';
import { printable } from './printable.ts';

const joinBytes = 64 * 1024; // One write per 64 KiB costs a tenth of one per message.

export type MessageWriter = {
  /** Queues one message and doesn't wait: for the few that are said beside the data (logs, errors). */
  message(message: AirbyteMessage): void;
  /**
   * Queues one message and waits for the reader when 64 KiB are queued; or hands whole lines, each ended by `\n`, to the
   * reader as they are and waits until they are taken, so that their memory may be used again.
   * @throws OUTPUT_CLOSED when the reader went away.
   */
  write(output: Uint8Array | AirbyteMessage): Promise<void>;
  /** Resolves when the reader has taken everything. @throws OUTPUT_CLOSED when it went away. */
  flush(): Promise<void>;
  /** Aborted with OUTPUT_CLOSED when the reader goes away (EPIPE). */
  readonly closed: AbortSignal;
};

/**
 * Order is the order of calls; what is queued is sent within a turn of the event loop. The texts of messages are redacted
 * (printable.ts) and cut (capped.ts), lines are not.
 * Bound: 64 KiB in the stream, 64 KiB queued, and what `message` was given meanwhile; lines stay the caller's.
 */
export function openWriter(output: Writable, redact: (text: string) => string = (text) => text): MessageWriter {
  return new QueuedWriter(output, redact);
}

class QueuedWriter implements MessageWriter {
  readonly #output: Writable;
  readonly #redact: (text: string) => string;
  readonly #closed = new AbortController();
  #queued: Uint8Array[] = [];
  #queuedBytes = 0;
  #scheduled = false;

  constructor(output: Writable, redact: (text: string) => string) {
    this.#output = output;
    this.#redact = redact;
    output.on('error', (cause) => this.#close(cause));
  }

  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  message(message: AirbyteMessage): void {
    if (this.closed.aborted) return;
    const bytes = lineOf(message, this.#redact);
    this.#queued.push(bytes);
    this.#queuedBytes += bytes.length;
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      void this.#send(); // Never rejects: a closed output is kept in `closed`.
    });
  }

  async write(output: Uint8Array | AirbyteMessage): Promise<void> {
    if (output instanceof Uint8Array) await this.#hand(output);
    else {
      this.message(output);
      if (this.#queuedBytes >= joinBytes) await this.#send();
    }
    this.closed.throwIfAborted();
  }

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
    // A full stream would take more, and grow by it.
    if (this.#output.writableNeedDrain) await drained(this.#output, this.closed);
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
  // Cut last: of a secret that was cut before, the rest would not be found.
  return Buffer.from(`${JSON.stringify(capped(printable(message, redact)))}\n`);
}

/** A reader that went away is told by nobody: it knows. Any other failure of standard output must be seen. */
export function isReaderGone(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && (cause.code === 'EPIPE' || cause.code === 'ECONNRESET');
}

function whyClosed(cause: Error): string {
  if (isReaderGone(cause)) return 'The program that reads the output exited before the end.';
  return `Standard output cannot be written (${cause.message}). The output may be incomplete.`;
}

async function drained(output: Writable, closed: AbortSignal): Promise<void> {
  await unlessClosed(closed, (done) => output.once('drain', done));
}

/** Waits for a callback, or for nothing more once the reader went away. */
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

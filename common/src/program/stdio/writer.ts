// The only owner of standard output. It joins messages into large writes, waits for a slow reader, and remembers when the
// reader exited. It is flushed before the program ends, because process.exit would lose the data that is not yet in the pipe.
import type { Writable } from 'node:stream';

import { capped } from '../../protocol/capped.ts';
import { ConnectorError } from '../../protocol/errors.ts';
import type { AirbyteMessage } from '../../protocol/messages.ts';
import { printable } from './printable.ts';

/** How long a stopped program waits for its reader. */
const unreadMs = 2000;
const joinBytes = 64 * 1024; // One write per 64 KiB costs a tenth of one per message.

/**
 * Keeps the order of calls, and sends the queue within a turn of the event loop. The texts of messages are redacted
 * (printable.ts) and cut (capped.ts); lines are not.
 * Bound: 64 KiB in the stream, 64 KiB queued, and the messages of `message` in the meantime. The caller owns the lines.
 * `stopped`: aborted when the operator stops the program, with an Error that says so.
 */
export class MessageWriter {
  readonly #output: Writable;
  readonly #redact: (text: string) => string;
  readonly #stopped: AbortSignal;
  readonly #closed = new AbortController();
  #queued: Uint8Array[] = [];
  #queuedBytes = 0;
  #scheduled = false;
  /** Writes that wait for the reader, and the end of their time once the program is stopped. */
  #waits = 0;
  #limited: NodeJS.Timeout | undefined;

  constructor(
    output: Writable,
    redact: (text: string) => string = (text) => text,
    stopped: AbortSignal = new AbortController().signal,
  ) {
    this.#output = output;
    this.#redact = redact;
    this.#stopped = stopped;
    output.on('error', (cause) => this.#close(whyClosed(cause), cause));
    stopped.addEventListener('abort', () => this.#limit());
  }

  /** Aborted with OUTPUT_CLOSED when the reader exits (EPIPE), or reads nothing after the program was stopped. */
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
   * @throws OUTPUT_CLOSED as `closed`.
   */
  async write(output: Uint8Array | AirbyteMessage): Promise<void> {
    if (output instanceof Uint8Array) await this.#hand(output);
    else {
      this.message(output);
      if (this.#queuedBytes >= joinBytes) await this.#send();
    }
    this.closed.throwIfAborted();
  }

  /** Resolves when the reader has everything. @throws OUTPUT_CLOSED as `closed`. */
  async flush(): Promise<void> {
    await this.#send();
    await this.#untilRead((read) => this.#output.write('', read));
    this.closed.throwIfAborted();
  }

  async #send(): Promise<void> {
    // A full stream would accept more, and grow.
    if (this.#output.writableNeedDrain) await this.#untilRead((read) => this.#output.once('drain', read));
    const bytes = this.#queued;
    this.#queued = [];
    this.#queuedBytes = 0;
    if (bytes.length > 0 && !this.closed.aborted) this.#output.write(Buffer.concat(bytes));
  }

  async #hand(lines: Uint8Array): Promise<void> {
    if (this.#queuedBytes > 0 || this.#output.writableNeedDrain) await this.#send();
    if (this.closed.aborted) return;
    await this.#untilRead((read) => this.#output.write(lines, read)); // The event 'error' reports a failure.
  }

  /** Waits for the reader: without end until the program is stopped. One listener for all waits: there are thousands of them. */
  async #untilRead(begin: (read: () => void) => void): Promise<void> {
    this.#waits += 1;
    if (this.#stopped.aborted) this.#limit();
    await unlessClosed(this.closed, begin);
    this.#waits -= 1;
    clearTimeout(this.#limited);
    if (this.#stopped.aborted) this.#limit();
  }

  /** Waits no longer than this for a reader that reads nothing. */
  #limit(): void {
    clearTimeout(this.#limited);
    if (this.#waits > 0) this.#limited = setTimeout(() => this.#close(unreadText(this.#stopped)), unreadMs);
  }

  #close(why: string, cause?: Error): void {
    this.#closed.abort(new ConnectorError('OUTPUT_CLOSED', why, { cause }));
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

function unreadText({ reason }: AbortSignal): string {
  return `${reason instanceof Error ? reason.message : 'Stopped'}. The output was not read for ${unreadMs / 1000} seconds, and may be incomplete.`;
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

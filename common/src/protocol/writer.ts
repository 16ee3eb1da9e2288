// The sole owner of standard output: joins messages into large writes, waits when the reader is slow, remembers that it
// went away, and is flushed before the program ends (a process.exit would lose what the pipe has not taken yet).
import type { Writable } from 'node:stream';

import { ConnectorError } from './errors.ts';
import type { AirbyteMessage } from './messages.ts';

const joinBytes = 64 * 1024; // One write per 64 KiB costs a tenth of one per message.

export type MessageWriter = {
  /** Queues one message, redacted; order is the order of calls. Sent at the next `write` or `flush`, or within a tick. */
  message(message: AirbyteMessage): void;
  /** Queues whole lines as they are, each ended by `\n`, and waits for the reader when more than 64 KiB are queued. */
  write(lines: Uint8Array): Promise<void>;
  /** Resolves when the reader has taken everything. @throws OUTPUT_CLOSED when it went away. */
  flush(): Promise<void>;
  /** Aborted with OUTPUT_CLOSED when the reader goes away (EPIPE). */
  readonly closed: AbortSignal;
};

/** Bound: 64 KiB joined plus one chunk of the caller, plus what the pipe holds. */
export function openWriter(output: Writable, redact: (text: string) => string = (text) => text): MessageWriter {
  const closed = new AbortController();
  output.on('error', (error) => {
    const text = 'The program that reads the output went away before the end.';
    closed.abort(new ConnectorError('OUTPUT_CLOSED', text, { cause: error }));
  });
  let queued: Uint8Array[] = [];
  let queuedBytes = 0;
  let scheduled = false;

  const send = async (): Promise<void> => {
    if (queuedBytes === 0 || closed.signal.aborted) return;
    const joined = queued.length === 1 ? queued[0] : Buffer.concat(queued, queuedBytes);
    queued = [];
    queuedBytes = 0;
    if (!output.write(joined)) await drained(output, closed.signal);
  };
  const enqueue = (bytes: Uint8Array): void => {
    queued.push(bytes);
    queuedBytes += bytes.length;
  };
  return {
    closed: closed.signal,
    message(message) {
      enqueue(Buffer.from(redact(JSON.stringify(message)) + '\n'));
      if (scheduled) return;
      scheduled = true;
      setImmediate(() => {
        scheduled = false;
        void send(); // Never rejects: a closed output is kept in `closed`.
      });
    },
    async write(lines) {
      enqueue(lines);
      if (queuedBytes >= joinBytes) await send();
      closed.signal.throwIfAborted();
    },
    async flush() {
      await send();
      if (output.writableNeedDrain) await drained(output, closed.signal);
      await new Promise<void>((resolve) => output.write('', () => resolve()));
      closed.signal.throwIfAborted();
    },
  };
}

async function drained(output: Writable, closed: AbortSignal): Promise<void> {
  if (closed.aborted) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      output.off('drain', done);
      closed.removeEventListener('abort', done);
      resolve();
    };
    output.on('drain', done);
    closed.addEventListener('abort', done);
  });
}

// Moves decoded rows from the engine's thread into Node: through a named pipe that the engine writes like a file. The main thread
// moves buffers of lines instead of touching rows, the kernel's pipe buffer gives backpressure, and a row group is never collected
// (docs/adr/0006).
import { execFile } from 'node:child_process';
import { constants, openSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { promisify } from 'node:util';

import { widenPipes } from '@s3-connectors/common/streams/pipe-size.ts';

import { LineBuffer, type Lines } from '../records/line-buffer.ts';

export type LinePipe = AsyncDisposable & {
  /**
   * Starts `write` with the pipe's path and yields its lines until it ends. Each batch is valid until the next is requested. Fails
   * as `write` does, after the complete lines before the failure. If the consumer stops early, or on an abort, `interrupt` ends the
   * writing.
   */
  lines(writer: LineWriter, signal: AbortSignal): AsyncGenerator<Lines>;
};

type LineWriter = {
  /** The beginning of the first line. After each line end the writer puts it itself. */
  readonly before: string;
  readonly write: (path: string) => Promise<void>;
  readonly interrupt: () => void;
};

const endMark = 0x00; // JSON text contains no raw NUL.

export async function openLinePipe(path: string): Promise<LinePipe> {
  await makePipe(path);
  const pipe = openReader(path);
  await widenPipes([path]);
  return {
    async *lines({ before, write, interrupt }, signal) {
      signal.throwIfAborted();
      pipe.begin(Buffer.from(before));
      const written = write(path).finally(() => pipe.send(endMark));
      written.catch(() => undefined); // Awaited below. Until then it must not count as unhandled.
      signal.addEventListener('abort', interrupt);
      let ended = false;
      try {
        while (!ended) {
          const batch = await pipe.next();
          ended = batch.ended;
          if (batch.rows > 0) yield batch;
        }
        signal.throwIfAborted(); // An interrupted query fails too. The reason for the interruption is more useful.
        await written;
      } finally {
        signal.removeEventListener('abort', interrupt);
        if (!ended) interrupt();
        while (!ended) ended = (await pipe.next()).ended; // A full pipe would keep the writer from ending.
        await written.catch(() => undefined);
      }
    },
    async [Symbol.asyncDispose]() {
      pipe.close();
      await rm(path, { force: true });
    },
  };
}

/** @throws Error with the program's own sentence, in English, so that a full disk can be distinguished from a missing program. */
async function makePipe(path: string): Promise<void> {
  try {
    await promisify(execFile)('mkfifo', ['-m', '600', path], { env: { ...process.env, LC_ALL: 'C' } });
  } catch (error) {
    if (!(error instanceof Error && 'stderr' in error)) throw error;
    const sentence = String(error.stderr).trim();
    throw sentence === '' ? error : new Error(sentence, { cause: error });
  }
}

/** `ended`: the end mark has arrived. The lines before it are complete, and nothing after the last one is a line. */
type Batch = Lines & { readonly ended: boolean };

type Reader = {
  /** The result of one read of the pipe. It reuses the memory of the previous batch. */
  next(): Promise<Batch>;
  /** Called before lines are written: the beginning of the first line, which does not go through the pipe. */
  begin(bytes: Uint8Array): void;
  send(mark: number): void;
  close(): void;
};

/** Open for both ends: the writer never waits for a reader, and the pipe outlives each query. */
function openReader(path: string): Reader {
  const lines = new LineBuffer();
  let deliver: (() => void) | undefined;
  let waiting: Batch | undefined;
  const socket = new Socket({
    fd: openSync(path, constants.O_RDWR | constants.O_NONBLOCK), // From here on the socket owns it.
    readable: true,
    writable: true,
    onread: {
      buffer: () => lines.space(),
      callback(length) {
        const ended = lines.space().at(length - 1) === endMark;
        waiting = { ...lines.take(ended ? length - 1 : length), ended };
        if (ended) lines.forget();
        deliver?.();
        return false; // One read for each call of `next`.
      },
    },
  });
  return {
    async next() {
      if (waiting === undefined) {
        socket.resume(); // Never before the last batch was taken, because the next read uses the memory of the previous one.
        await new Promise<void>((resolve) => (deliver = resolve));
      }
      const batch = waiting ?? { bytes: Buffer.alloc(0), rows: 0, ended: true };
      waiting = undefined;
      deliver = undefined;
      return batch;
    },
    begin: (bytes) => lines.begin(bytes),
    send: (mark) => void socket.write(Uint8Array.of(mark)),
    close: () => void socket.destroy(),
  };
}

// How decoded rows get from the engine's thread into Node: through a named pipe that the engine writes to as to a file.
// The main thread then moves 64 KiB buffers instead of touching rows, the kernel's pipe buffer is the back-pressure, and
// nothing of a row group is ever collected (docs/adr/0003).
import { execFile } from 'node:child_process';
import { constants, openSync } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { Lines } from './engine.ts';

export type LinePipe = AsyncDisposable & {
  /**
   * Starts `write` with the pipe's path and yields the lines it writes until it ends. Fails as `write` does, after the
   * whole lines before the failure. A consumer that stops early, or an abort, makes `interrupt` end the writing.
   */
  lines(write: (path: string) => Promise<void>, interrupt: () => void, signal: AbortSignal): AsyncGenerator<Lines>;
};

const newline = 0x0a;
const endMark = 0x00; // JSON text holds no raw NUL.

export async function openLinePipe(directory: string): Promise<LinePipe> {
  const path = join(directory, 'lines.fifo');
  await promisify(execFile)('mkfifo', ['-m', '600', path]);
  // Open for both ends: the writer then never waits for a reader, and the pipe outlives each single query.
  // The socket owns the descriptor; opening a pipe without waiting for its other end can't block.
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const socket = new Socket({ fd, readable: true, writable: true });
  const chunks = socket.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer, undefined>;
  return {
    async *lines(write, interrupt, signal) {
      signal.throwIfAborted();
      const written = write(path).finally(() => socket.write(Uint8Array.of(endMark)));
      written.catch(() => undefined); // Awaited below; until then it must not count as unhandled.
      signal.addEventListener('abort', interrupt);
      const query: Query = { chunks, ended: false };
      try {
        yield* wholeLines(untilEndMark(query));
        signal.throwIfAborted(); // An interrupted query fails too; why it was interrupted says more.
        await written;
      } finally {
        signal.removeEventListener('abort', interrupt);
        if (!query.ended) {
          interrupt();
          await drain(untilEndMark(query)); // A full pipe would keep the writer from ending.
          await written.catch(() => undefined);
        }
      }
    },
    async [Symbol.asyncDispose]() {
      socket.destroy();
      await unlink(path);
    },
  };
}

/** `ended`: its end mark has been read. */
type Query = { readonly chunks: AsyncIterator<Buffer, undefined>; ended: boolean };

/** The chunks of one query, without its end mark. */
async function* untilEndMark(query: Query): AsyncGenerator<Buffer> {
  while (!query.ended) {
    const { value, done } = await query.chunks.next();
    query.ended = done === true || value.at(-1) === endMark;
    if (done === true) return;
    const bytes = query.ended ? value.subarray(0, -1) : value;
    if (bytes.length > 0) yield bytes;
  }
}

async function drain(chunks: AsyncIterator<Buffer>): Promise<void> {
  while ((await chunks.next()).done !== true);
}

async function* wholeLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Lines> {
  let rest: Buffer[] = [];
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(newline) + 1;
    if (end === 0) {
      rest.push(chunk);
      continue;
    }
    const bytes = rest.length === 0 ? chunk.subarray(0, end) : Buffer.concat([...rest, chunk.subarray(0, end)]);
    yield { bytes, rows: countLines(bytes) };
    rest = end < chunk.length ? [chunk.subarray(end)] : [];
  }
}

function countLines(bytes: Buffer): number {
  let rows = 0;
  for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline, at + 1)) rows++;
  return rows;
}

// Standard input in chunks. A pipe is always read into the same memory, because allocating memory for every 64 KiB costs more
// than reading them.
import { fstatSync } from 'node:fs';
import { Socket } from 'node:net';
import { addAbortSignal } from 'node:stream';

import { standard, widenPipes } from '../../streams/pipe-size.ts';

/** More than a usual pipe holds, and a part of a wide one. */
const chunkBytes = 256 * 1024;

/** The only reader of standard input: libuv does not support two readers of one pipe. */
let opened: Socket | typeof process.stdin | undefined;

/** The process may have only one reader. A chunk is valid until the next one is requested. Bound: 256 KiB. */
export function standardInput(signal: AbortSignal): AsyncIterable<Uint8Array> {
  const kind = fstatSync(0);
  if (kind.isFIFO()) void widenPipes([standard.input]);
  if (kind.isFIFO() || kind.isSocket()) return readPipe(signal);
  opened = process.stdin;
  return addAbortSignal(signal, process.stdin);
}

/** Closes it, so that a pending read does not keep the process alive. */
export function closeStandardInput(): void {
  opened?.destroy();
}

async function* readPipe(signal: AbortSignal): AsyncGenerator<Uint8Array> {
  signal.throwIfAborted();
  const memory = Buffer.allocUnsafeSlow(chunkBytes);
  let filled = 0;
  let isOver = false;
  let failure: unknown;
  let turn = Promise.withResolvers<void>();
  const socket = new Socket({
    fd: 0,
    readable: true,
    writable: false,
    onread: {
      buffer: memory,
      callback(bytes) {
        filled = bytes;
        turn.resolve();
        return false; // Stops reading until the chunk is consumed.
      },
    },
  });
  opened = socket;
  socket.once('error', (error) => (failure = error));
  socket.once('close', () => {
    isOver = true;
    turn.resolve();
  });
  addAbortSignal(signal, socket);
  try {
    for (;;) {
      socket.resume();
      await turn.promise;
      if (failure !== undefined) throw failure;
      if (filled > 0) yield memory.subarray(0, filled);
      else if (isOver) return;
      filled = 0;
      if (!isOver) turn = Promise.withResolvers<void>();
    }
  } finally {
    socket.destroy();
  }
}

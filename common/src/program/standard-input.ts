// Standard input in chunks. A pipe is read into the same memory again and again: new memory for every 64 KiB of it costs more than
// reading them.
import { fstatSync } from 'node:fs';
import { Socket } from 'node:net';
import { addAbortSignal } from 'node:stream';

import { standard, widenPipes } from '../streams/pipe-size.ts';

/** As much as a usual pipe holds, and a part of a wide one. */
const chunkBytes = 256 * 1024;

/** Whatever reads it, once anything does: two readers of one pipe are one too many for libuv. */
let opened: Socket | typeof process.stdin | undefined;

/** To be read by one reader of the process. A chunk is valid until the next one is asked for. Bound: 256 KiB. */
export function standardInput(signal: AbortSignal): AsyncIterable<Uint8Array> {
  const kind = fstatSync(0);
  if (kind.isFIFO()) void widenPipes([standard.input]);
  if (kind.isFIFO() || kind.isSocket()) return readPipe(signal);
  opened = process.stdin;
  return addAbortSignal(signal, process.stdin);
}

/** So that it keeps no process alive, whoever still waits for it. */
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
        return false; // Nothing more is read until the chunk is done with.
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

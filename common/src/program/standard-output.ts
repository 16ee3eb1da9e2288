// Standard output where Node would lose the output without an error: it takes a short write to a file or a device for a complete
// one, and drops what goes to anything that it does not know (a folder, a datagram socket).
import { writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { Writable } from 'node:stream';

import { writeWholeSync } from '../local-disk/local-file.ts';

const descriptor = 1;

/** `process.stdout` for pipes, sockets and terminals: there Node writes all, or says that it did not. */
export function standardOutput(): Writable {
  const { stdout } = process;
  return stdout instanceof Socket ? stdout : fileOutput();
}

function fileOutput(): Writable {
  return new Writable({
    decodeStrings: true,
    write(chunk: Buffer, _encoding, done) {
      try {
        writeWholeSync(chunk, (offset) => writeSync(descriptor, chunk, offset));
        done();
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    },
  });
}

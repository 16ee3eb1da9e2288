// Standard output for targets where Node loses output without an error. Node treats a short write to a file or a device as
// complete, and drops output to a target that it does not know (a folder, a datagram socket).
import { writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { Writable } from 'node:stream';

import { writeWholeSync } from '../../local-disk/local-file.ts';

const descriptor = 1;

/** `process.stdout` for pipes, sockets and terminals, where Node writes everything or reports an error. */
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

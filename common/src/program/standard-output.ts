// Standard output where it is a file or a device: Node takes a short write to one for a complete one, so that the end of the
// output is lost without an error when the disk becomes full.
import { fstatSync, writeSync } from 'node:fs';
import { Writable } from 'node:stream';
import { isatty } from 'node:tty';

import { writeWholeSync } from '../local-disk/local-file.ts';

const descriptor = 1;

/** `process.stdout` for pipes, sockets and terminals: there Node writes all, or says that it did not. */
export function standardOutput(): Writable {
  const stats = fstatSync(descriptor);
  const isFile = stats.isFile() || (stats.isCharacterDevice() && !isatty(descriptor));
  return isFile ? fileOutput() : process.stdout;
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

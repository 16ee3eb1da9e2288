// Standard output where Node would lose the output without an error: it takes a short write to a file or a device for a complete
// one, drops what goes to anything that it does not know (a folder, a datagram socket), and replaces a closed one by /dev/null.
import { constants, fstatSync, readFileSync, statSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { Writable } from 'node:stream';

import { writeWholeSync } from '../local-disk/local-file.ts';

const descriptor = 1;
/** O_ACCMODE */
const accessMode = 3;

/** Nobody will ever read what is printed. */
export class NoOutput extends Error {
  override readonly name = 'NoOutput';
}

/** `process.stdout` for pipes, sockets and terminals: there Node writes all, or says that it did not. */
export function standardOutput(): Writable {
  if (isClosed()) return new Writable().destroy(new NoOutput());
  const { stdout } = process;
  return stdout instanceof Socket ? stdout : fileOutput();
}

/**
 * Node opens /dev/null for reading and writing in the place of a closed output. A shell that discards output opens it for
 * writing alone. Known on Linux only.
 */
function isClosed(): boolean {
  const stats = fstatSync(descriptor);
  if (process.platform !== 'linux' || !stats.isCharacterDevice() || stats.rdev !== statSync('/dev/null').rdev)
    return false;
  try {
    const [, flags = ''] = /^flags:\s*([0-7]+)$/mu.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8')) ?? [];
    return (Number.parseInt(flags, 8) & accessMode) === constants.O_RDWR;
  } catch {
    return false; // Without /proc.
  }
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

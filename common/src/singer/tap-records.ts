// RECORD lines of the source as RECORD lines of a tap: the row's bytes stay, the envelope around them is another.
import { createRecordScanner } from '../records/record-scanner.ts';
import { emittedAt } from '../records/event-time.ts';

const newline = 0x0a;
const initialBytes = 256 * 1024;

export type RecordRewriter = {
  /**
   * @param lines whole RECORD lines of one stream.
   * @returns them as Singer has them; their memory is used again with the next call.
   */
  rewrite(lines: Uint8Array): Uint8Array;
};

/** `version` is given to the records of a stream that is read whole. Bound: the longest batch and its envelopes. */
export function createRecordRewriter(stream: string, version: number | undefined): RecordRewriter {
  const scanner = createRecordScanner([]);
  const head = Buffer.from(`{"type":"RECORD","stream":${JSON.stringify(stream)},"record":`);
  const versioned = version === undefined ? '' : `,"version":${version}`;
  let bytes = Buffer.allocUnsafeSlow(initialBytes);
  let length = 0;
  let tail = Buffer.alloc(0);
  let tailOf = Number.NaN;
  const append = (part: Uint8Array): void => {
    if (length + part.length > bytes.length) {
      const larger = Buffer.allocUnsafeSlow(2 * (length + part.length));
      bytes.copy(larger, 0, 0, length);
      bytes = larger;
    }
    bytes.set(part, length);
    length += part.length;
  };
  const appendRecord = (lines: Uint8Array, start: number, end: number): void => {
    const kind = scanner.scan(lines, start, end);
    if (kind !== 'record') throw new TypeError(`the source printed a line that is no record: ${kind}`);
    const { dataStart, dataEnd, emittedAtStart, emittedAtEnd } = scanner.envelope;
    const emitted = emittedAt(lines, emittedAtStart, emittedAtEnd);
    if (emitted !== tailOf) {
      tail = Buffer.from(`${versioned},"time_extracted":"${new Date(emitted).toISOString()}"}\n`);
      tailOf = emitted;
    }
    append(head);
    append(lines.subarray(dataStart, dataEnd));
    append(tail);
  };
  return {
    rewrite(lines) {
      length = 0;
      let start = 0;
      for (let end = lines.indexOf(newline); end !== -1; end = lines.indexOf(newline, start)) {
        appendRecord(lines, start, end);
        start = end + 1;
      }
      return bytes.subarray(0, length);
    },
  };
}

// Bytes in, lines out: cuts standard input into batches of whole lines without decoding or copying them one by one.
import { ConnectorError } from './errors.ts';

/**
 * Whole lines in one buffer. Line k is `bytes[k === 0 ? 0 : ends[k - 1] + 1, ends[k])`, without its `\n`.
 * `firstLine` is the number of line 0, counted from 1. `unterminated`: the input ended without a `\n` after the
 * last line, which may therefore be cut. Valid until the consumer asks for the next batch and beyond: nothing is reused.
 */
export type LineBatch = {
  readonly bytes: Buffer;
  readonly ends: readonly number[];
  readonly firstLine: number;
  readonly unterminated: boolean;
};

export const defaultMaxLineBytes = 128 * 1024 * 1024;
const newline = 0x0a;

/**
 * Bound: one input chunk plus one line; a line longer than `maxLineBytes` is refused before it is held.
 * @throws INPUT_INVALID naming the line's number when a line is too long.
 */
export async function* readLines(
  input: AsyncIterable<Uint8Array>,
  { maxLineBytes = defaultMaxLineBytes }: { readonly maxLineBytes?: number } = {},
): AsyncGenerator<LineBatch> {
  let firstLine = 1;
  // The beginning of a line whose end has not come yet, in pieces: joined once, so that a long line isn't copied per chunk.
  let rest: Uint8Array[] = [];
  let restBytes = 0;
  for await (const chunk of input) {
    const last = chunk.lastIndexOf(newline);
    const first = last === -1 ? -1 : chunk.indexOf(newline);
    if (restBytes + (first === -1 ? chunk.length : first) > maxLineBytes) throw lineTooLong(firstLine, maxLineBytes);
    if (last === -1) {
      rest.push(chunk);
      restBytes += chunk.length;
      continue;
    }
    const bytes = Buffer.concat([...rest, chunk.subarray(0, last + 1)]);
    const ends = lineEnds(bytes, restBytes);
    yield { bytes, ends, firstLine, unterminated: false };
    firstLine += ends.length;
    rest = last + 1 < chunk.length ? [chunk.subarray(last + 1)] : [];
    restBytes = chunk.length - last - 1;
  }
  if (restBytes > 0) {
    const bytes = Buffer.concat(rest);
    yield { bytes, ends: [bytes.length], firstLine, unterminated: true };
  }
}

function lineEnds(bytes: Buffer, from: number): number[] {
  const ends: number[] = [];
  for (let end = bytes.indexOf(newline, from); end !== -1; end = bytes.indexOf(newline, end + 1)) ends.push(end);
  return ends;
}

function lineTooLong(line: number, maxLineBytes: number): ConnectorError {
  const limit = `${Math.floor(maxLineBytes / 1024 / 1024)} MiB`;
  return new ConnectorError(
    'INPUT_INVALID',
    `Line ${line} of the input is longer than ${limit}. Send smaller records.`,
  );
}

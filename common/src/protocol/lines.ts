// Cuts standard input into batches of complete lines, without decoding or copying single lines.
import { NEWLINE } from '../json/ascii.ts';
import { LineOutline } from '../json/line-outline.ts';
import { ConnectorError } from './errors.ts';

/**
 * Complete lines in one buffer. Line k is `bytes[k === 0 ? 0 : ends[k - 1] + 1, ends[k])`, without its `\n`.
 * `firstLine` is the number of line 0, counted from 1. `unterminated`: the input ended without a `\n` after the
 * last line, so that line may be cut. The batch stays valid after the next one, unless `reuse` is set.
 * `tooLong`: the batch has one line, which is kept only in part; `bytes` is its beginning and a newline.
 */
export type LineBatch = {
  readonly bytes: Buffer;
  readonly ends: readonly number[];
  readonly firstLine: number;
  readonly unterminated: boolean;
  readonly tooLong?: TooLong;
};

/** `size` is in bytes. `outline` has the upper members of the line, with a newline; see json/line-outline.ts. */
export type TooLong = { readonly size: number; readonly outline: Buffer };

export const defaultMaxLineBytes = 128 * 1024 * 1024;
/** The number of bytes that are kept of a line that is too long. */
export const keptLineBytes = 64 * 1024;
const byteOrderMark = Buffer.from('\ufeff');

type Options = {
  readonly maxLineBytes?: number;
  /** Uses the memory of a batch for the next one, because allocating memory costs more than writing to it. */
  readonly reuse?: boolean;
  /** Accept a line that is too long: yield its beginning, and its outline up to this depth of containers. */
  readonly outlineDepth?: number;
};

/**
 * Bound: one input chunk plus one line, or twice that while a line from several chunks is joined. A line longer than
 * `maxLineBytes` is refused before it is in memory, after the lines before it are yielded.
 * @throws INPUT_INVALID that names the number of a line that is too long.
 */
export async function* readLines(
  input: AsyncIterable<Uint8Array>,
  { maxLineBytes = defaultMaxLineBytes, reuse = false, outlineDepth }: Options = {},
): AsyncGenerator<LineBatch> {
  const join = reuse ? reusingJoin() : (parts: readonly Uint8Array[]): Buffer => Buffer.concat(parts);
  let firstLine = 1;
  // The beginning of an unfinished line, in pieces. It is joined once, so that a long line is not copied for each chunk.
  let rest: Uint8Array[] = [];
  let restBytes = 0;
  /** The beginning of an unfinished line that is too long. */
  let cut: Cut | undefined;
  for await (const chunk of input) {
    let part = chunk;
    while (part.length > 0) {
      if (cut !== undefined) {
        const end = part.indexOf(NEWLINE);
        const piece = end === -1 ? part : part.subarray(0, end);
        cut.outline.add(piece);
        restBytes += piece.length;
        if (end === -1) break;
        yield cutLine(cut, { size: restBytes, firstLine });
        cut = undefined;
        firstLine += 1;
        restBytes = 0;
        part = part.subarray(end + 1);
        continue;
      }
      const { ends, tooLong: isTooLong } = lineEnds(part, restBytes, maxLineBytes);
      const end = ends.at(-1);
      if (end !== undefined) {
        const used = end + 1 - restBytes; // The bytes of the chunk up to and including the last `\n`.
        const bytes = join([...rest, part.subarray(0, used)]);
        yield withoutMark({ bytes, ends, firstLine, unterminated: false });
        firstLine += ends.length;
        rest = [];
        restBytes = 0;
        part = part.subarray(used);
      }
      if (!isTooLong) {
        rest.push(Buffer.from(part)); // Copied, because the input may reuse the memory of a chunk.
        restBytes += part.length;
        break;
      }
      if (outlineDepth === undefined) throw inLine(tooLong(maxLineBytes), { ends, firstLine, unterminated: false }, 0);
      cut = beginCut(rest, part, { maxLineBytes, outlineDepth });
      rest = [];
    }
  }
  if (cut !== undefined) throw inLine(tooLong(maxLineBytes), { ends: [], firstLine, unterminated: false }, 0);
  const bytes = Buffer.concat(rest);
  if (restBytes > 0) yield withoutMark({ bytes, ends: [restBytes], firstLine, unterminated: true });
}

/** `part` follows `rest`, and is not yet in the outline. */
function beginCut(
  rest: readonly Uint8Array[],
  part: Uint8Array,
  { maxLineBytes, outlineDepth }: { readonly maxLineBytes: number; readonly outlineDepth: number },
): Cut {
  const bytes = beginningOf([...rest, part], Math.min(keptLineBytes, maxLineBytes));
  const outline = new LineOutline(outlineDepth);
  for (const piece of rest) outline.add(piece);
  return { bytes, outline };
}

/** Like Buffer.concat, but always in the same memory, which grows to the longest result. */
function reusingJoin(): (parts: readonly Uint8Array[]) => Buffer {
  let memory = Buffer.alloc(0);
  return (parts) => {
    const size = parts.reduce((sum, { length }) => sum + length, 0);
    if (size > memory.length) memory = Buffer.allocUnsafeSlow(Math.ceil(size * 1.5));
    let at = 0;
    for (const part of parts) {
      memory.set(part, at);
      at += part.length;
    }
    return memory.subarray(0, size);
  };
}

/** Some writers begin their text with a byte order mark, which readers of JSON may ignore (RFC 8259, section 8.1). */
function withoutMark(batch: LineBatch): LineBatch {
  const { bytes, ends, firstLine, tooLong } = batch;
  if (firstLine !== 1 || !bytes.subarray(0, byteOrderMark.length).equals(byteOrderMark)) return batch;
  return {
    ...batch,
    bytes: bytes.subarray(byteOrderMark.length),
    ends: ends.map((end) => end - byteOrderMark.length),
    ...(tooLong !== undefined && { tooLong: { ...tooLong, outline: tooLong.outline.subarray(byteOrderMark.length) } }),
  };
}

/** Positions of `\n` in `chunk`, counted from the start of its first line, which began `restBytes` earlier. */
function lineEnds(
  chunk: Uint8Array,
  restBytes: number,
  maxLineBytes: number,
): { readonly ends: readonly number[]; readonly tooLong: boolean } {
  const ends: number[] = [];
  let start = 0;
  for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, at + 1)) {
    if (restBytes + at - start > maxLineBytes) return { ends, tooLong: true };
    ends.push(restBytes + at);
    start = restBytes + at + 1;
  }
  return { ends, tooLong: restBytes + chunk.length - start > maxLineBytes };
}

type Cut = { readonly bytes: Buffer; readonly outline: LineOutline };

function cutLine(
  { bytes, outline }: Cut,
  { size, firstLine }: { readonly size: number; readonly firstLine: number },
): LineBatch {
  const tooLong = { size, outline: outline.end() };
  return withoutMark({ bytes, ends: [bytes.length - 1], firstLine, unterminated: false, tooLong });
}

/** The first `size` bytes and a newline. The line is longer than `size`. */
function beginningOf(parts: readonly Uint8Array[], size: number): Buffer {
  const beginning = Buffer.alloc(size + 1, NEWLINE);
  let at = 0;
  for (const part of parts) {
    if (at >= size) break;
    beginning.set(part.subarray(0, size - at), at);
    at += part.length;
  }
  return beginning;
}

/** `inLine` adds the number of the line. */
export function tooLong(maxLineBytes = defaultMaxLineBytes): ConnectorError {
  return invalid(`is longer than ${maxLineBytes} bytes`, 'Send smaller records');
}

const usualRemedy = 'Correct the program that writes the input';
const remedyOfCut =
  'The input ended in the middle of it: look for the failure of the program that writes it, and run again';

/** The mistake in a line, as the rest of a sentence that `inLine` begins, and the remedy. */
export function invalid(what: string, remedy = usualRemedy): ConnectorError {
  return new ConnectorError('INPUT_INVALID', `${what}. ${remedy}.`);
}

/** Adds the number of the line to an error of `invalid`. Returns any other error unchanged. */
export function inLine(
  error: unknown,
  { firstLine, ends, unterminated }: Pick<LineBatch, 'firstLine' | 'ends' | 'unterminated'>,
  index: number,
): unknown {
  if (!(error instanceof ConnectorError) || error.code !== 'INPUT_INVALID') return error;
  const isCut = unterminated && index === ends.length - 1;
  const what = isCut ? error.message.replace(usualRemedy, remedyOfCut) : error.message;
  return new ConnectorError('INPUT_INVALID', `Line ${firstLine + index} of the input ${what}`, { cause: error });
}

// Bytes in, lines out: cuts standard input into batches of whole lines without decoding or copying them one by one.
import { NEWLINE } from '../json/ascii.ts';
import { LineOutline } from '../json/line-outline.ts';
import { ConnectorError } from './errors.ts';

/**
 * Whole lines in one buffer. Line k is `bytes[k === 0 ? 0 : ends[k - 1] + 1, ends[k])`, without its `\n`.
 * `firstLine` is the number of line 0, counted from 1. `unterminated`: the input ended without a `\n` after the
 * last line, which may therefore be cut. Valid beyond the next batch, unless `reuse` was asked for.
 * `tooLong`: there is one line, which is held only in part; `bytes` is its beginning and a newline.
 */
export type LineBatch = {
  readonly bytes: Buffer;
  readonly ends: readonly number[];
  readonly firstLine: number;
  readonly unterminated: boolean;
  readonly tooLong?: TooLong;
};

/** `size`: in bytes. `outline`: its upper members, with a newline; see json/line-outline.ts. */
export type TooLong = { readonly size: number; readonly outline: Buffer };

export const defaultMaxLineBytes = 128 * 1024 * 1024;
/** What is kept of a line that is too long. */
export const keptLineBytes = 64 * 1024;
const byteOrderMark = Buffer.from('\ufeff');

type Options = {
  readonly maxLineBytes?: number;
  /** The memory of a batch is used for the next one: new memory costs more than what is written into it. */
  readonly reuse?: boolean;
  /** A line that is too long is not refused: its beginning is handed on, and its outline, so many containers deep. */
  readonly outlineDepth?: number;
};

/**
 * Bound: one input chunk plus one line, twice that while a line cut by chunks is joined; a line longer than
 * `maxLineBytes` is refused before it is held. The lines before it are handed on first.
 * @throws INPUT_INVALID naming the line's number when a line is too long.
 */
export async function* readLines(
  input: AsyncIterable<Uint8Array>,
  { maxLineBytes = defaultMaxLineBytes, reuse = false, outlineDepth }: Options = {},
): AsyncGenerator<LineBatch> {
  const join = reuse ? reusingJoin() : (parts: readonly Uint8Array[]): Buffer => Buffer.concat(parts);
  let firstLine = 1;
  // The beginning of a line whose end has not come yet, in pieces: joined once, so that a long line isn't copied per chunk.
  let rest: Uint8Array[] = [];
  let restBytes = 0;
  /** The beginning of a line that is too long, whose end has not come yet. */
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
        const used = end + 1 - restBytes; // Bytes of the chunk up to and with the last `\n`.
        const bytes = join([...rest, part.subarray(0, used)]);
        yield withoutMark({ bytes, ends, firstLine, unterminated: false });
        firstLine += ends.length;
        rest = [];
        restBytes = 0;
        part = part.subarray(used);
      }
      if (!isTooLong) {
        rest.push(Buffer.from(part)); // A copy: the input may use a chunk's memory again.
        restBytes += part.length;
        break;
      }
      if (outlineDepth === undefined) throw inLine(tooLong(maxLineBytes), { ends, firstLine, unterminated: false }, 0);
      cut = beginCut(rest, part, { maxLineBytes, outlineDepth });
      rest = [];
    }
  }
  if (cut !== undefined) throw inLine(tooLong(maxLineBytes), { ends: [], firstLine, unterminated: false }, 0);
  if (restBytes > 0) yield lastLine(Buffer.concat(rest), firstLine);
}

function lastLine(bytes: Buffer, firstLine: number): LineBatch {
  return withoutMark({ bytes, ends: [bytes.length], firstLine, unterminated: true });
}

/** `part`: what follows `rest`; it is not yet in the outline. */
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

/** As Buffer.concat, each time in the same memory, which grows with the longest. */
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

/** Some writers begin their text with a byte order mark, which readers of JSON may pass over (RFC 8259, section 8.1). */
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

/** Positions of `\n` in `chunk`, counted from the start of its first line, of which `restBytes` came before. */
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

/** With a newline; the line is longer than `size`. */
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

/** To be placed by `inLine`. */
export function tooLong(maxLineBytes = defaultMaxLineBytes): ConnectorError {
  return invalid(`is longer than ${maxLineBytes} bytes. Send smaller records`);
}

/** What is wrong with a line, as the rest of a sentence that `inLine` begins. */
export function invalid(what: string): ConnectorError {
  return new ConnectorError('INPUT_INVALID', what);
}

/** What `invalid` made, with the number of the line; any other error as it is. */
export function inLine(
  error: unknown,
  { firstLine, ends, unterminated }: Pick<LineBatch, 'firstLine' | 'ends' | 'unterminated'>,
  index: number,
): unknown {
  if (!(error instanceof ConnectorError) || error.code !== 'INPUT_INVALID') return error;
  const cut = unterminated && index === ends.length - 1 ? ' The input ended in the middle of it.' : '';
  const text = `Line ${firstLine + index} of the input ${error.message}.${cut}`;
  return new ConnectorError('INPUT_INVALID', text, { cause: error });
}

// Where an object's bytes are: in memory in the pieces in which they came, in a local file, or nowhere (a listed object that
// nobody needs to read: it reads as zero bytes).
import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, statSync } from 'node:fs';

export type MemoryContent = { readonly kind: 'memory'; readonly pieces: readonly Buffer[]; readonly size: number };

export type Content =
  | MemoryContent
  | { readonly kind: 'file'; readonly path: string; readonly size: number }
  | { readonly kind: 'zeros'; readonly size: number };

const SLICE_BYTES = 256 * 1024;
const ZEROS = Buffer.alloc(SLICE_BYTES);

export function memoryContent(pieces: readonly Buffer[]): MemoryContent {
  return { kind: 'memory', pieces, size: pieces.reduce((size, piece) => size + piece.length, 0) };
}

/** The file is read when the object is, and must not change. */
export function fileContent(path: string): Content {
  return { kind: 'file', path, size: statSync(path).size };
}

/** In memory it is the body's MD5. A file may be gigabytes: its ETag has the form of a multipart upload's, no digest either. */
export function contentEtag(content: Content): string {
  const hash = createHash('md5');
  if (content.kind === 'memory') {
    for (const piece of content.pieces) hash.update(piece);
    return `"${hash.digest('hex')}"`;
  }
  const identity = content.kind === 'file' ? `${content.path} ${statSync(content.path).mtimeMs}` : '';
  return `"${hash.update(`${identity} ${content.size}`).digest('hex')}-1"`;
}

export function readContent(content: Content): Buffer {
  if (content.kind === 'zeros') return Buffer.alloc(content.size);
  if (content.kind === 'file') return readFileSync(content.path);
  const [first] = content.pieces;
  return first !== undefined && content.pieces.length === 1 ? first : Buffer.concat(content.pieces);
}

type Span = { readonly start: number; readonly end: number; readonly maxSliceBytes: number };

/** The bytes from `start` to before `end`, in views of what is in memory; only those of a file are copied, from disk. */
export async function* slicesOf(content: Content, { start, end, maxSliceBytes }: Span): AsyncGenerator<Buffer> {
  const sliceBytes = Math.max(1, Math.min(SLICE_BYTES, Math.floor(maxSliceBytes)));
  switch (content.kind) {
    case 'file':
      if (start < end) {
        yield* createReadStream(content.path, {
          start,
          end: end - 1,
          highWaterMark: sliceBytes,
        }) as AsyncIterable<Buffer>;
      }
      break;
    case 'zeros':
      for (let at = start; at < end; at += sliceBytes) yield ZEROS.subarray(0, Math.min(sliceBytes, end - at));
      break;
    case 'memory': {
      let from = 0;
      for (const piece of content.pieces) {
        const last = Math.min(piece.length, end - from);
        for (let at = Math.max(0, start - from); at < last; at += sliceBytes) {
          yield piece.subarray(at, Math.min(last, at + sliceBytes));
        }
        from += piece.length;
      }
    }
  }
}

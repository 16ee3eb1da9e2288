// The compressions of text, recognised by an object's first bytes, or by its name if the bytes cannot show it. Pure. It generates a
// table of docs/reference/formats.md.
import { extensionOf } from '../../../layout/file-name.ts';
import { isHadoopSnappy } from './snappy-stream.ts';

export type Compression = 'gzip' | 'zstd' | 'deflate' | 'brotli' | 'snappy' | 'hadoop_snappy' | 'zip' | 'none';

type Codec = {
  readonly name: Compression;
  /** For people. */
  readonly title: string;
  readonly extensions: readonly string[];
  /** Undefined: only the name shows it. */
  readonly begins?: (head: Uint8Array) => boolean;
};

const starts =
  (...bytes: readonly number[]) =>
  (head: Uint8Array): boolean =>
    head.length >= bytes.length && bytes.every((byte, index) => head[index] === byte);

function isZstd(head: Uint8Array): boolean {
  const isSkippable = (head[0] ?? 0) >= 0x50 && (head[0] ?? 0) <= 0x5f && starts(0x2a, 0x4d, 0x18)(head.subarray(1));
  return isSkippable || starts(0x28, 0xb5, 0x2f, 0xfd)(head); // RFC 8878: a file may begin with a skippable frame.
}

/** `BZh`, a level, and the mark of a block or of the end. */
function isBzip2(head: Uint8Array): boolean {
  const mark = head.subarray(4);
  return (
    starts(0x42, 0x5a, 0x68)(head) &&
    (starts(0x31, 0x41, 0x59, 0x26, 0x53, 0x59)(mark) || starts(0x17, 0x72, 0x45, 0x38, 0x50, 0x90)(mark))
  );
}

/** A member, or the end of an empty archive. */
function isZip(head: Uint8Array): boolean {
  return starts(0x50, 0x4b, 0x03, 0x04)(head) || starts(0x50, 0x4b, 0x05, 0x06)(head);
}

export const codecs: readonly Codec[] = [
  { name: 'gzip', title: 'gzip, with one member or several', extensions: ['gz', 'gzip'], begins: starts(0x1f, 0x8b) },
  { name: 'zstd', title: 'Zstandard, with one frame or several', extensions: ['zst', 'zstd'], begins: isZstd },
  {
    name: 'snappy',
    title: 'Snappy in its framing format',
    extensions: ['sz', 'snappy'],
    begins: starts(0xff, 0x06, 0, 0, 0x73, 0x4e, 0x61, 0x50, 0x70, 0x59),
  },
  { name: 'zip', title: 'ZIP archive, with one file or several', extensions: ['zip'], begins: isZip },
  { name: 'hadoop_snappy', title: 'Snappy as Hadoop, Spark and Hive write text', extensions: ['snappy'] },
  { name: 'deflate', title: 'zlib, Hadoop’s DefaultCodec', extensions: ['deflate', 'zz'] },
  { name: 'brotli', title: 'Brotli', extensions: ['br'] },
];

/** Unsupported codecs, by name. */
export const unreadCodecs: readonly { readonly title: string; readonly begins: (head: Uint8Array) => boolean }[] = [
  { title: 'bzip2', begins: isBzip2 },
  { title: 'xz', begins: starts(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0) },
  { title: 'LZMA', begins: starts(0x5d, 0, 0) },
  { title: 'LZ4', begins: starts(0x04, 0x22, 0x4d, 0x18) },
  { title: 'LZ4 (its old format)', begins: starts(0x02, 0x21, 0x4c, 0x18) },
  { title: 'LZOP', begins: starts(0x89, 0x4c, 0x5a, 0x4f, 0, 0x0d, 0x0a, 0x1a, 0x0a) },
  { title: 'compress (.Z)', begins: starts(0x1f, 0x9d) },
  { title: '7-Zip', begins: starts(0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c) },
  { title: 'RAR', begins: starts(0x52, 0x61, 0x72, 0x21, 0x1a, 0x07) },
  { title: 'Snappy of Java (xerial)', begins: starts(0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0) },
];

/** The first bytes of a codec are within this many. */
export const codecBytes = 16;

/** The name of the codec, supported or not, that the first bytes show. */
export function codecByBytes(head: Uint8Array): string | undefined {
  const begins = (codec: { readonly begins?: (head: Uint8Array) => boolean }): boolean => codec.begins?.(head) === true;
  return codecs.find(begins)?.name ?? unreadCodecs.find(begins)?.title;
}

/**
 * `head`: the object's first bytes, all of a small one; `key`: its name. If there are too few bytes, the name decides: an object
 * that is cut after its first bytes is not text.
 */
export function compressionOf(head: Uint8Array, key: string): Compression {
  const known = codecs.find(({ begins }) => begins?.(head) === true);
  if (known !== undefined) return known.name;
  const promised = promisedCompression(key);
  if (promised === 'deflate') return isZlib(head) ? 'deflate' : 'none';
  if (promised === 'brotli') return isText(head) ? 'none' : 'brotli';
  if (promised === 'snappy') return isHadoopSnappy(head) ? 'hadoop_snappy' : 'none';
  if (head.length === 0 || head.length >= 4 || promised === undefined) return 'none';
  return firstBytes[promised]?.slice(0, head.length).every((byte, index) => byte === head[index]) ? promised : 'none';
}

const firstBytes: Readonly<Partial<Record<Compression, readonly number[]>>> = {
  gzip: [0x1f, 0x8b, 0x08],
  zstd: [0x28, 0xb5, 0x2f],
  zip: [0x50, 0x4b, 0x03],
};

const unreadExtensions: ReadonlySet<string> = new Set(['bz2', 'bzip2', 'xz', 'lzma', 'lz4', 'z', 'lzo', 'lzop']);

/** Data without identifying bytes, for names that promise a format with them. */
const rawCodecs: Readonly<Partial<Record<Compression, string>>> = {
  snappy: 'Snappy in its raw format (the framing format is read)',
  deflate: 'raw deflate (with the header of zlib it is read)',
};

/** The unsupported compression, for people: by the first bytes, or by a name, if the bytes are not text. */
export function unreadCodec(head: Uint8Array, key: string): string | undefined {
  const known = unreadCodecs.find(({ begins }) => begins(head));
  if (known !== undefined) return known.title;
  const unframed = rawCodecs[promisedCompression(key) ?? 'none'];
  if (unframed !== undefined && compressionOf(head, key) === 'none' && !(isText(head) && isUtf8Head(head)))
    return unframed;
  const extension = extensionOf(key);
  return unreadExtensions.has(extension ?? '') && !isText(head) ? `.${extension}` : undefined;
}

/** What a key's suffix promises. Undefined if it promises nothing. */
export function promisedCompression(key: string): Compression | undefined {
  const extension = extensionOf(key);
  return codecs.find(({ extensions }) => extension !== undefined && extensions.includes(extension))?.name;
}

/** RFC 1950. */
function isZlib([first = 0, second = 0]: Uint8Array): boolean {
  return (first & 0x0f) === 8 && (256 * first + second) % 31 === 0;
}

/** Up to a letter that is cut. */
function isUtf8Head(head: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(head.subarray(0, 64), { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** A compressed file soon has bytes that no text has. */
function isText(head: Uint8Array): boolean {
  return head.subarray(0, 64).every((byte) => byte >= 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d);
}

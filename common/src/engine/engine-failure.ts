// Describes a failure of the query engine. Its texts quote megabytes of row values, so they are never printed. A closed table
// translates the known texts, and all others are reported only by their kind. Pure.

type EngineFailure = {
  /** `memory`: its limit was reached. `defect`: the instance may be unusable. */
  readonly kind: 'memory' | 'defect' | 'data';
  /** The rest of a sentence about the file. No part of it comes from a row. */
  readonly reason: string;
};

/** The engine's names for kinds of errors. Each text begins with one and the word "Error". */
const errorTypes: ReadonlySet<string> = new Set([
  'Binder',
  'Catalog',
  'Constraint',
  'Conversion',
  'Dependency',
  'Executor',
  'FATAL',
  'HTTP',
  'INTERNAL',
  'INTERRUPT',
  'IO',
  'Invalid',
  'Invalid Configuration',
  'Invalid Input',
  'Mismatch Type',
  'Missing Extension',
  'Not implemented',
  'Out of Memory',
  'Out of Range',
  'Parser',
  'Permission',
  'Serialization',
  'Syntax',
  'TransactionContext',
]);

const delta = 'the delta-encoded data of a page is damaged';
const footer = 'its footer is damaged';
const pageHeader = 'the header of a page is damaged';

/** Beginnings of the engine's texts, without the kind of error and the file. The first match applies. */
const reasons: readonly (readonly [beginning: RegExp, reason: string])[] = [
  [/^Invalid string encoding found in Parquet file/u, 'a text is not valid UTF-8'],
  [/^Invalid JSON found in Parquet file|^Malformed JSON/u, 'a value of type JSON is not valid JSON'],
  [/VARIANT|Variant/u, 'a value of type VARIANT is damaged'],
  [/^Unsupported compression codec "LZ4"/u, 'its codec "LZ4" is not supported; write it with LZ4_RAW, Snappy or ZSTD'],
  [/^Unsupported compression codec "LZO"/u, 'its codec "LZO" is not supported; write it with Snappy or ZSTD'],
  [/^Unsupported compression codec/u, 'its codec is not supported; write it with Snappy or ZSTD'],
  [/^Snappy decompression failure/u, 'a page’s Snappy data is damaged'],
  [/^ZSTD Decompression fail/u, 'a page’s ZSTD data is damaged'],
  [/^LZ4 decompression failure/u, 'a page’s LZ4 data is damaged'],
  [/^Brotli Decompression failure/u, 'a page’s Brotli data is damaged'],
  [/GZIP|gzip/u, 'a page’s gzip data is damaged'],
  [/^Parquet data unexpectedly uncompressed/u, 'a page is not compressed, but the footer declares that it is'],
  [/BYTE_STREAM_SPLIT encoding/u, 'the encoding BYTE_STREAM_SPLIT is supported for FLOAT and DOUBLE columns only'],
  [/^Data buffer size for the BYTE_STREAM_SPLIT/u, 'the BYTE_STREAM_SPLIT data of a page is damaged'],
  [/^(?:Unsupported page encoding|Unknown encoding)/u, 'a page has an encoding that is not supported'],
  [/^DELTA_|^Delta |DELTA_BINARY_PACKED/u, delta],
  [/dictionary/u, 'the dictionary of a column is missing or damaged'],
  [
    /^RLE encoding|^unsupported byte width for RLE|bitpacked|bit width/u,
    'the run-length-encoded data of a page is damaged',
  ],
  [/^Page size|^header inconsistency|page header|^Payload value/u, pageHeader],
  [/^Out of buffer|^Tried to read|unexpected EOF/u, 'a page ends before its last value'],
  [/metadata is corrupt|incorrectly set page offsets|^schema element|^Malformed Parquet schema/u, footer],
  [/^(?:no schema elements|root schema element|Root element|row group does not|has negative|Need at least)/u, footer],
  [/^(?:don't know what type|TProtocolException|Invalid data|No more data to read|Required field)/u, pageHeader],
  [/^Mismatch in parquet read/u, 'the number of rows in a column differs from its row group'],
  [/encrypted|Encryption|Crypto/u, 'it is encrypted'],
  [/^Using file_row_number/u, 'a column has the name file_row_number, which is not supported'],
  [/decimal encoding|type for Decimal/iu, 'a DECIMAL value is damaged'],
  [/^(?:Unimplemented type|Unsupported type|Unrecognized type)/u, 'a column has a type that is not supported'],
  [
    /^Struct remap can only remap named structs/u,
    'a struct that has a list or a map also has a member without a name, which is not supported,',
  ],
  [/out of range|^Could not convert|^Overflow|^Type .* can't be cast/iu, 'a value is out of range for its type'],
];

/** `error`: thrown by the engine. The caller has already excluded disk failures (local-disk/disk-failure.ts). */
export function engineFailure(error: unknown): EngineFailure {
  const message = error instanceof Error ? error.message : String(error);
  const [, type = ''] = /^([A-Za-z ]{2,30}) Error: /u.exec(message) ?? [];
  const known = errorTypes.has(type) ? type : undefined;
  const text = message.slice(type.length + ' Error: '.length).replace(ofFile, '');
  if (known === 'Out of Memory') return { kind: 'memory', reason: memoryText(text) };
  const told = known === undefined ? 'for an unknown reason' : `with an error of the kind "${known}"`;
  const reason = `the query engine failed ${told}`;
  if (known === 'INTERNAL' || known === 'FATAL') return { kind: 'defect', reason };
  return { kind: 'data', reason: reasons.find(([beginning]) => beginning.test(text))?.[1] ?? reason };
}

/** The file at the beginning of the text: one of our local files, whose name has no meaning for the user. */
const ofFile = /^(?:Failed to read (?:Parquet )?file|The parquet file|Parquet file|File) (?:".*?"|'.*?')(?:: | )/u;

/** Sizes are the only numbers that are kept. Only the engine's own count begins like this. */
function memoryText(text: string): string {
  const sizes =
    /^(?:failed to|could not) allocate (?:data of size |block of size )?[\d.]+ \w{1,5}(?: \([\d.]+ \w{1,5}\/[\d.]+ \w{1,5} used\))?/u.exec(
      text,
    );
  return sizes === null ? 'the query engine needs more memory' : `the query engine ${sizes[0]}`;
}

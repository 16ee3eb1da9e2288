// Names that have hurt programs before: what a bucket, a file or an event may be called. Only generators, so that tests and fuzzing
// share them. Each gives well-formed Unicode unless it states otherwise.
import * as fc from 'fast-check';

/** Escapes of JSON, SQL, C and the engine; of URLs and XML; patterns and separators; names with a meaning. */
const escapes = String.raw`\ \\ \n \r \t \0 \u000a \u005c \u \x0A ' '' " "" ${'`'} $1 ${'${x}'}
  %0A %0D %00 % %2F %25 %E9 %ZZ %5Cn + ? # & &#x1; &amp; < > ]]>
  * [a] { } = : , ; | ~ . .. __proto__ constructor toString length n r u N A a 0 1`.split(/\s+/u);
/** Control characters, also of Latin-1 and Unicode, and invisible marks. */
const controls = Array.from('\n\r\t\0\u0001\b\f\u001b\u007f\u0085\u2028\u2029\ufeff\u202e ').concat(
  '\r\n',
  '\u001b[31m',
);
/** Letters that change with case or normal form, of each length in UTF-8, and those that UTF-16 sorts in another order. */
const letters = Array.from('\u00e9ßİıſ\ue000\ufffd😀\u{10ffff}').concat('e\u0301');
const pieces: readonly string[] = [...escapes, ...controls, ...letters];

/** Complete names that JavaScript, the engine, this connector, Hive or a file system knows. */
const words: readonly string[] =
  String.raw`__proto__ constructor toString hasOwnProperty prototype length valueOf toJSON then
    _ab_source_file_url _AB_SOURCE_FILE_URL _ab_source_file_last_modified data record stream type meta events type=events
    c0 c1 t x1 key value filename file_row_number SELECT null NULL true 0 1 -1 NaN __HIVE_DEFAULT_PARTITION__
    . .. \ \n \r " % %0A`
    .split(/\s+/u)
    .concat(' ', '\0', '\n', '\r', 'a ', 'a\n');

type Bound = {
  /** Of the text in UTF-8. */
  readonly maxBytes?: number;
  readonly minLength?: 0 | 1;
};

/** Any text at all, now and then a long one. */
export function hostileName({ maxBytes = 4096, minLength = 1 }: Bound = {}): fc.Arbitrary<string> {
  const joined = fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''));
  const long = fc
    .tuple(fc.constantFrom(...pieces), fc.integer({ min: Math.ceil(maxBytes / 2), max: maxBytes }))
    .map(repeated);
  return fc
    .oneof(
      { weight: 10, arbitrary: joined },
      { weight: 5, arbitrary: fc.constantFrom(...words) },
      { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
      { weight: 1, arbitrary: long },
      ...(minLength === 0 ? [{ weight: 1, arbitrary: fc.constant('') }] : []),
    )
    .map((text) => cut(text, maxBytes))
    .filter((text) => text.length >= minLength);
}

/** A name of a JSON text, which may contain half of a surrogate pair. */
export function hostileJsonName(): fc.Arbitrary<string> {
  const half = fc.constantFrom('\ud800', '\udfff', '\udc00\ud800', 'a\ud83d');
  return fc.oneof({ weight: 6, arbitrary: hostileName({ minLength: 0 }) }, { weight: 1, arbitrary: half });
}

/** A part of a key between two slashes. */
export function hostileSegment(maxBytes = 120): fc.Arbitrary<string> {
  return hostileName({ maxBytes })
    .map((name) => name.replaceAll('/', '\\'))
    .filter((name) => name !== '');
}

type Key = {
  /** The generator makes the rest of the key, within S3's 1,024 bytes. */
  readonly prefix?: string;
  readonly suffix?: string;
};

/** Any key of S3: also with empty parts, `.` and `..`, which a client may read as another key. */
export function hostileKey({ prefix = '', suffix = '' }: Key = {}): fc.Arbitrary<string> {
  const part = fc.oneof(
    { weight: 6, arbitrary: hostileSegment() },
    { weight: 1, arbitrary: fc.constantFrom('', '.', '..', '%2e%2e', '...') },
  );
  const room = 1024 - Buffer.byteLength(prefix) - Buffer.byteLength(suffix);
  return fc
    .array(part, { minLength: 1, maxLength: 5 })
    .map((parts) => cut(parts.join('/'), room))
    .filter((path) => path !== '')
    .map((path) => `${prefix}${path}${suffix}`);
}

/** A folder `name=value`, and the meaning of both parts. Escaped as Hive does or, if a key may contain it, unchanged. */
export type HostilePartition = { readonly folder: string; readonly name: string; readonly value: string };

export function hostilePartition(): fc.Arbitrary<HostilePartition> {
  const escape = fc.constantFrom(encodeURIComponent, lowerEscapes, everyByte);
  const escaped = fc
    .tuple(hostileName({ maxBytes: 40 }), hostileName({ maxBytes: 60, minLength: 0 }), escape)
    .map(([name, value, write]) => ({ folder: `${write(name)}=${write(value)}`, name, value }));
  const plain = fc
    .tuple(hostileSegment(40), hostileSegment(60))
    .filter(([name, value]) => !/%[0-9a-f]{2}/iu.test(`${name}=${value}`) && !name.includes('='))
    .map(([name, value]) => ({ folder: `${name}=${value}`, name, value }));
  return fc.oneof(escaped, plain);
}

function lowerEscapes(text: string): string {
  return encodeURIComponent(text).replaceAll(/%../gu, (escape) => escape.toLowerCase());
}

function everyByte(text: string): string {
  return [...Buffer.from(text)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}

function repeated([piece, bytes]: readonly [string, number]): string {
  return piece.repeat(Math.ceil(bytes / Buffer.byteLength(piece)));
}

/** As many of its first characters as fit. */
function cut(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text;
  const { written } = new TextEncoder().encodeInto(text, new Uint8Array(maxBytes));
  return Buffer.from(text).toString('utf8', 0, written);
}

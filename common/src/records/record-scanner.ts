// The destinations' hot path: finds what they need in a line of input without JSON.parse, so that `data` can be written byte
// for byte. A line is {"type":"RECORD","record":{"stream":…,"namespace":…,"data":{…},"emitted_at":…}} in Airbyte's protocol and
// {"type":"RECORD","stream":…,"record":{…},"time_extracted":…,"version":…} in Singer's. Keys may have any order, there may be
// more keys, and values may be null. The last value of a repeated key counts, as in JSON.parse.
import { CLOSE_OBJECT, OPEN_OBJECT, QUOTE } from '../json/ascii.ts';
import { skippingWalk, type WalkData } from './data-walk.ts';
import { emptyEnvelope, forgetFields, forgetRecord, type Envelope } from './envelope.ts';
import { NOT_JSON, skipColon, skipSpace, skipString, skipToNextMember, skipValue, spells } from '../json/json-bytes.ts';
import { LineShape } from './line-shape.ts';

/** The protocol of the lines. */
export type Protocol = 'airbyte' | 'singer';

/**
 * The type of a line. `dataless`: a RECORD of a stream whose data is missing or not an object; `malformed`: not JSON, not a
 * message of the protocol, or a RECORD without a stream.
 */
type LineKind = 'record' | 'dataless' | 'state' | 'other' | 'malformed';

/** Whether it is a RECORD of a stream, with any data. */
export function isRecord(kind: LineKind): boolean {
  return kind === 'record' || kind === 'dataless';
}

export type RecordScanner = {
  readonly envelope: Envelope;
  /** Scans bytes[start, end), where bytes[end] is the newline. The complete line is validated. */
  scan(bytes: Uint8Array, start: number, end: number): LineKind;
};

const TYPE = Buffer.from('type');
const RECORD_KEY = Buffer.from('record');
const RECORD = Buffer.from('RECORD');
const STATE = Buffer.from('STATE');
const STREAM = Buffer.from('stream');
const NAMESPACE = Buffer.from('namespace');
const DATA = Buffer.from('data');
const EMITTED_AT = Buffer.from('emitted_at');
const TIME_EXTRACTED = Buffer.from('time_extracted');
const VERSION = Buffer.from('version');

/**
 * A scanner that also finds these top-level fields of `data`, each named once. `walkData` is for callers that inspect more of
 * the data.
 */
export function createRecordScanner(
  fields: readonly string[],
  protocol: Protocol = 'airbyte',
  walkData: WalkData = skippingWalk(fields),
): RecordScanner {
  const found = emptyEnvelope(fields.length);
  const scan: Scan = { protocol, walkData, found, shape: new LineShape(), keyStart: 0, keyEnd: 0 };
  return { envelope: found, scan: (bytes, start, end) => scanLine(bytes, start, end, scan) };
}

/** The depth of the parts of a RECORD in its line. */
export const outlineDepth: Readonly<Record<Protocol, number>> = { airbyte: 2, singer: 1 };

/** The parts of a RECORD of which only the outline is known, without fields. Undefined for every other line. */
export function recordIn(
  outline: Uint8Array,
  fields: readonly string[],
  protocol: Protocol = 'airbyte',
): Envelope | undefined {
  const scanner = createRecordScanner(fields, protocol);
  const kind = scanner.scan(outline, 0, outline.length - 1);
  return kind === 'record' || kind === 'dataless' ? scanner.envelope : undefined;
}

type Scan = {
  readonly protocol: Protocol;
  readonly walkData: WalkData;
  readonly found: Envelope;
  readonly shape: LineShape;
  /** The content of the last key. */
  keyStart: number;
  keyEnd: number;
};

function scanLine(bytes: Uint8Array, start: number, end: number, scan: Scan): LineKind {
  const { found, shape } = scan;
  const dataStart = shape.begin(bytes, start, found);
  if (dataStart >= 0 && bytes[dataStart] === OPEN_OBJECT) {
    const dataEnd = scanData(bytes, dataStart, scan);
    if (dataEnd === NOT_JSON) return 'malformed';
    if (shape.end(bytes, dataEnd, end, found)) return 'record';
    return scanRest(bytes, dataEnd, end, scan);
  }
  found.typeStart = -1;
  forgetRecord(found);
  const open = skipSpace(bytes, start);
  if (bytes[open] !== OPEN_OBJECT) return 'malformed';
  const kind = scanMembers(bytes, skipSpace(bytes, open + 1), end, scan);
  if (kind === 'record') shape.learn(bytes, start, end, found);
  return kind;
}

/** The rest of a line whose beginning is known, from the end of its `data`. */
function scanRest(bytes: Uint8Array, dataEnd: number, end: number, scan: Scan): LineKind {
  let at = skipToNextMember(bytes, dataEnd);
  if (scan.protocol === 'airbyte') {
    const recordEnd = at === NOT_JSON ? NOT_JSON : scanRecordMembers(bytes, at, scan);
    at = recordEnd === NOT_JSON ? NOT_JSON : skipToNextMember(bytes, recordEnd);
  }
  return at === NOT_JSON ? 'malformed' : scanMembers(bytes, at, end, scan);
}

/** The members of a line from `at` on, where a key or the closing brace is. */
function scanMembers(bytes: Uint8Array, from: number, end: number, scan: Scan): LineKind {
  let at = from;
  while (bytes[at] === QUOTE) {
    const keyEnd = skipString(bytes, at);
    const value = keyEnd === NOT_JSON ? NOT_JSON : skipColon(bytes, keyEnd);
    scan.keyStart = at + 1;
    scan.keyEnd = keyEnd - 1;
    const valueEnd = value === NOT_JSON ? NOT_JSON : scanMember(bytes, value, scan);
    at = valueEnd === NOT_JSON ? NOT_JSON : skipToNextMember(bytes, valueEnd);
    if (at === NOT_JSON) return 'malformed';
  }
  if (bytes[at] !== CLOSE_OBJECT || skipSpace(bytes, at + 1) !== end) return 'malformed';
  return kindOf(bytes, scan.found);
}

/** Notes a member of a line. @returns the byte after its value, or NOT_JSON. */
function scanMember(bytes: Uint8Array, value: number, scan: Scan): number {
  const { keyStart, keyEnd } = scan;
  if (spells(bytes, keyStart, keyEnd, TYPE)) {
    const valueEnd = skipValue(bytes, value);
    scan.found.typeStart = value;
    scan.found.typeEnd = valueEnd;
    return valueEnd;
  }
  if (scan.protocol === 'singer') return scanSingerMember(bytes, value, scan);
  return spells(bytes, keyStart, keyEnd, RECORD_KEY) ? scanRecord(bytes, value, scan) : skipValue(bytes, value);
}

function scanSingerMember(bytes: Uint8Array, value: number, scan: Scan): number {
  const { found, keyStart, keyEnd } = scan;
  if (spells(bytes, keyStart, keyEnd, RECORD_KEY)) return scanData(bytes, value, scan);
  const valueEnd = skipValue(bytes, value);
  if (spells(bytes, keyStart, keyEnd, STREAM)) {
    found.streamStart = value;
    found.streamEnd = valueEnd;
  } else if (spells(bytes, keyStart, keyEnd, TIME_EXTRACTED)) {
    found.emittedAtStart = value;
    found.emittedAtEnd = valueEnd;
  } else if (spells(bytes, keyStart, keyEnd, VERSION)) {
    found.versionStart = value;
    found.versionEnd = valueEnd;
  }
  return valueEnd;
}

/** `record`. @returns the byte after it. */
function scanRecord(bytes: Uint8Array, start: number, scan: Scan): number {
  forgetRecord(scan.found);
  if (bytes[start] !== OPEN_OBJECT) return skipValue(bytes, start);
  return scanRecordMembers(bytes, skipSpace(bytes, start + 1), scan);
}

/** The members of `record` from `at` on, where a key or the closing brace is. @returns the byte after it. */
function scanRecordMembers(bytes: Uint8Array, from: number, scan: Scan): number {
  let at = from;
  while (bytes[at] === QUOTE) {
    const keyEnd = skipString(bytes, at);
    const value = keyEnd === NOT_JSON ? NOT_JSON : skipColon(bytes, keyEnd);
    if (value === NOT_JSON) return NOT_JSON;
    scan.keyStart = at + 1;
    scan.keyEnd = keyEnd - 1;
    const isData = spells(bytes, scan.keyStart, scan.keyEnd, DATA);
    const valueEnd = isData ? scanData(bytes, value, scan) : skipValue(bytes, value);
    if (valueEnd === NOT_JSON) return NOT_JSON;
    if (!isData) noteRecordMember(bytes, value, valueEnd, scan);
    at = skipToNextMember(bytes, valueEnd);
    if (at === NOT_JSON) return NOT_JSON;
  }
  return bytes[at] === CLOSE_OBJECT ? at + 1 : NOT_JSON;
}

function noteRecordMember(bytes: Uint8Array, value: number, valueEnd: number, scan: Scan): void {
  const { found, keyStart, keyEnd } = scan;
  if (spells(bytes, keyStart, keyEnd, STREAM)) {
    found.streamStart = value;
    found.streamEnd = valueEnd;
  } else if (spells(bytes, keyStart, keyEnd, EMITTED_AT)) {
    found.emittedAtStart = value;
    found.emittedAtEnd = valueEnd;
  } else if (spells(bytes, keyStart, keyEnd, NAMESPACE)) {
    found.namespaceStart = value;
    found.namespaceEnd = valueEnd;
  }
}

/** Notes the data. @returns the byte after it. */
function scanData(bytes: Uint8Array, start: number, { walkData, found }: Scan): number {
  forgetFields(found);
  const dataEnd = bytes[start] === OPEN_OBJECT ? walkData(bytes, start, found) : skipValue(bytes, start);
  found.dataStart = start;
  found.dataEnd = dataEnd;
  return dataEnd;
}

function kindOf(bytes: Uint8Array, found: Envelope): LineKind {
  if (found.typeStart < 0 || bytes[found.typeStart] !== QUOTE) return 'malformed';
  if (spells(bytes, found.typeStart + 1, found.typeEnd - 1, RECORD)) {
    if (found.streamStart < 0 || bytes[found.streamStart] !== QUOTE) return 'malformed';
    return found.dataStart >= 0 && bytes[found.dataStart] === OPEN_OBJECT ? 'record' : 'dataless';
  }
  return spells(bytes, found.typeStart + 1, found.typeEnd - 1, STATE) ? 'state' : 'other';
}

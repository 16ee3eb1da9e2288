// The destinations' hot path: finds what they need of one line of input without JSON.parse, so that `data` can be written as
// it was received. One line is {"type":"RECORD","record":{"stream":…,"namespace":…,"data":{…},"emitted_at":…}} in Airbyte's
// protocol and {"type":"RECORD","stream":…,"record":{…},"time_extracted":…,"version":…} in Singer's, with keys in any order,
// more keys than these, and explicit nulls; a key said twice counts the last time, as in JSON.parse.
import {
  CLOSE_OBJECT,
  NOT_JSON,
  OPEN_OBJECT,
  QUOTE,
  skipColon,
  skipSpace,
  skipString,
  skipToNextMember,
  skipValue,
  spells,
} from './json-bytes.ts';
import { createNameIndex, indexOfName, type NameIndex } from './name-index.ts';

/** Whose messages the lines are. */
export type Protocol = 'airbyte' | 'singer';

/** What a line is. `malformed`: not JSON, or not a message of the protocol, or a RECORD without stream or data. */
export type LineKind = 'record' | 'state' | 'other' | 'malformed';

/**
 * Where the parts of the line last scanned lie, as offsets into the scanned bytes; a start of -1 means absent. Values are
 * raw JSON (strings with their quotes). One object is used for all lines: copy what must outlive the next scan.
 * Singer's `record` is the data and `time_extracted` is `emittedAt`; `version` is Singer's alone, `namespace` Airbyte's.
 */
export type Envelope = {
  typeStart: number;
  typeEnd: number;
  streamStart: number;
  streamEnd: number;
  namespaceStart: number;
  namespaceEnd: number;
  dataStart: number;
  dataEnd: number;
  emittedAtStart: number;
  emittedAtEnd: number;
  versionStart: number;
  versionEnd: number;
  /** Members of `data`, known or not. */
  members: number;
  /** The values in `data` of the fields the scanner was made for, in their order. */
  readonly fieldStarts: Int32Array;
  readonly fieldEnds: Int32Array;
};

export type RecordScanner = {
  readonly envelope: Envelope;
  /** Scans bytes[start, end), where bytes[end] is the newline; the whole line is validated. */
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
 * Walks a `data` that is an object, bytes[start] its brace; notes its members and fields in `found`, where no field is yet.
 * @returns the byte after it, or NOT_JSON: it is what validates `data`.
 */
export type WalkData = (bytes: Uint8Array, start: number, found: Envelope) => number;

/** A scanner that also finds these top-level fields of `data`, each named once; `walkData` is for who has more to look at. */
export function createRecordScanner(
  fields: readonly string[],
  protocol: Protocol = 'airbyte',
  walkData: WalkData = skippingWalk(fields),
): RecordScanner {
  const envelope = emptyEnvelope(fields.length);
  const scanMember = protocol === 'airbyte' ? scanAirbyteMember : scanSingerMember;
  return { envelope, scan: (bytes, start, end) => scanLine(bytes, start, end, scanMember, walkData, envelope) };
}

/** Notes the member of a line whose key is bytes[keyStart, keyEnd); the byte after its value. */
type ScanMember = (
  bytes: Uint8Array,
  keyStart: number,
  keyEnd: number,
  value: number,
  walkData: WalkData,
  found: Envelope,
) => number;

function scanLine(
  bytes: Uint8Array,
  start: number,
  end: number,
  scanMember: ScanMember,
  walkData: WalkData,
  found: Envelope,
): LineKind {
  found.typeStart = -1;
  forgetRecord(found);
  const open = skipSpace(bytes, start);
  if (bytes[open] !== OPEN_OBJECT) return 'malformed';
  let at = skipSpace(bytes, open + 1);
  while (bytes[at] === QUOTE) {
    const keyEnd = skipString(bytes, at);
    const value = keyEnd === NOT_JSON ? NOT_JSON : skipColon(bytes, keyEnd);
    if (value === NOT_JSON) return 'malformed';
    let valueEnd: number;
    if (spells(bytes, at + 1, keyEnd - 1, TYPE)) {
      valueEnd = skipValue(bytes, value);
      found.typeStart = value;
      found.typeEnd = valueEnd;
    } else valueEnd = scanMember(bytes, at + 1, keyEnd - 1, value, walkData, found);
    if (valueEnd === NOT_JSON) return 'malformed';
    at = skipToNextMember(bytes, valueEnd);
    if (at === NOT_JSON) return 'malformed';
  }
  if (bytes[at] !== CLOSE_OBJECT || skipSpace(bytes, at + 1) !== end) return 'malformed';
  return kindOf(bytes, found);
}

function scanAirbyteMember(
  bytes: Uint8Array,
  keyStart: number,
  keyEnd: number,
  value: number,
  walkData: WalkData,
  found: Envelope,
): number {
  const isRecord = spells(bytes, keyStart, keyEnd, RECORD_KEY);
  return isRecord ? scanRecord(bytes, value, walkData, found) : skipValue(bytes, value);
}

function scanSingerMember(
  bytes: Uint8Array,
  keyStart: number,
  keyEnd: number,
  value: number,
  walkData: WalkData,
  found: Envelope,
): number {
  const isData = spells(bytes, keyStart, keyEnd, RECORD_KEY);
  const valueEnd = isData ? scanData(bytes, value, walkData, found) : skipValue(bytes, value);
  if (isData) {
    found.dataStart = value;
    found.dataEnd = valueEnd;
  } else if (spells(bytes, keyStart, keyEnd, STREAM)) {
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

/** `record`'s members; the byte after it. */
function scanRecord(bytes: Uint8Array, start: number, walkData: WalkData, found: Envelope): number {
  forgetRecord(found);
  if (bytes[start] !== OPEN_OBJECT) return skipValue(bytes, start);
  let at = skipSpace(bytes, start + 1);
  while (bytes[at] === QUOTE) {
    const keyEnd = skipString(bytes, at);
    const value = keyEnd === NOT_JSON ? NOT_JSON : skipColon(bytes, keyEnd);
    if (value === NOT_JSON) return NOT_JSON;
    const isData = spells(bytes, at + 1, keyEnd - 1, DATA);
    const valueEnd = isData ? scanData(bytes, value, walkData, found) : skipValue(bytes, value);
    if (valueEnd === NOT_JSON) return NOT_JSON;
    if (isData) {
      found.dataStart = value;
      found.dataEnd = valueEnd;
    } else noteRecordMember(bytes, at + 1, keyEnd - 1, value, valueEnd, found);
    at = skipToNextMember(bytes, valueEnd);
    if (at === NOT_JSON) return NOT_JSON;
  }
  return bytes[at] === CLOSE_OBJECT ? at + 1 : NOT_JSON;
}

function noteRecordMember(
  bytes: Uint8Array,
  keyStart: number,
  keyEnd: number,
  value: number,
  valueEnd: number,
  found: Envelope,
): void {
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

function scanData(bytes: Uint8Array, start: number, walkData: WalkData, found: Envelope): number {
  forgetFields(found);
  return bytes[start] === OPEN_OBJECT ? walkData(bytes, start, found) : skipValue(bytes, start);
}

/** Finds the fields and skips all else. */
export function skippingWalk(fields: readonly string[]): WalkData {
  const names = createNameIndex(fields);
  return (bytes, start, found) => skipData(bytes, start, names, found);
}

function skipData(bytes: Uint8Array, start: number, names: NameIndex, found: Envelope): number {
  let at = skipSpace(bytes, start + 1);
  while (bytes[at] === QUOTE) {
    const keyEnd = skipString(bytes, at);
    const value = keyEnd === NOT_JSON ? NOT_JSON : skipColon(bytes, keyEnd);
    const valueEnd = value === NOT_JSON ? NOT_JSON : skipValue(bytes, value);
    if (valueEnd === NOT_JSON) return NOT_JSON;
    found.members += 1;
    const index = indexOfName(names, bytes, at + 1, keyEnd - 1);
    if (index >= 0) {
      found.fieldStarts[index] = value;
      found.fieldEnds[index] = valueEnd;
    }
    at = skipToNextMember(bytes, valueEnd);
    if (at === NOT_JSON) return NOT_JSON;
  }
  return bytes[at] === CLOSE_OBJECT ? at + 1 : NOT_JSON;
}

function kindOf(bytes: Uint8Array, found: Envelope): LineKind {
  if (found.typeStart < 0 || bytes[found.typeStart] !== QUOTE) return 'malformed';
  if (spells(bytes, found.typeStart + 1, found.typeEnd - 1, RECORD)) {
    const whole = found.streamStart >= 0 && bytes[found.streamStart] === QUOTE && found.dataStart >= 0;
    return whole && bytes[found.dataStart] === OPEN_OBJECT ? 'record' : 'malformed';
  }
  return spells(bytes, found.typeStart + 1, found.typeEnd - 1, STATE) ? 'state' : 'other';
}

function forgetRecord(found: Envelope): void {
  found.streamStart = -1;
  found.namespaceStart = -1;
  found.dataStart = -1;
  found.emittedAtStart = -1;
  found.versionStart = -1;
  forgetFields(found);
}

function forgetFields(found: Envelope): void {
  found.members = 0;
  // A loop: TypedArray.fill costs a call that is felt on short lines.
  for (let index = 0; index < found.fieldStarts.length; index += 1) found.fieldStarts[index] = -1;
}

function emptyEnvelope(fields: number): Envelope {
  return {
    typeStart: -1,
    typeEnd: -1,
    streamStart: -1,
    streamEnd: -1,
    namespaceStart: -1,
    namespaceEnd: -1,
    dataStart: -1,
    dataEnd: -1,
    emittedAtStart: -1,
    emittedAtEnd: -1,
    versionStart: -1,
    versionEnd: -1,
    members: 0,
    fieldStarts: new Int32Array(fields),
    fieldEnds: new Int32Array(fields),
  };
}

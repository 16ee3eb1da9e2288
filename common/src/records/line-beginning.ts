// What the beginning of a line tells of it that is too long to be held: whether it is a RECORD, and of which stream.
import { OPEN_OBJECT, QUOTE } from '../json/ascii.ts';
import { NOT_JSON, skipColon, skipSpace, skipString, skipToNextMember, skipValue, spells } from '../json/json-bytes.ts';
import type { Envelope } from './envelope.ts';
import type { Protocol } from './record-scanner.ts';

const TYPE = Buffer.from('type');
const RECORD = Buffer.from('RECORD');
const RECORD_KEY = Buffer.from('record');
const STREAM = Buffer.from('stream');
const NAMESPACE = Buffer.from('namespace');

/**
 * `bytes` ends with a newline. Notes stream and namespace in `found`, of Singer also where the data begins, as far as they come
 * before what is cut.
 * @returns whether it is a RECORD of some stream.
 */
export function scanBeginning(bytes: Uint8Array, found: Envelope, protocol: Protocol = 'airbyte'): boolean {
  let isRecord = false;
  const open = skipSpace(bytes, 0);
  if (bytes[open] !== OPEN_OBJECT) return false;
  for (const { key, keyEnd, value, end } of membersFrom(bytes, open)) {
    if (spells(bytes, key, keyEnd, TYPE)) isRecord = end !== NOT_JSON && spells(bytes, value + 1, end - 1, RECORD);
    if (protocol === 'singer') {
      noteSinger(bytes, { key, keyEnd, value, end }, found);
      continue;
    }
    if (!spells(bytes, key, keyEnd, RECORD_KEY) || bytes[value] !== OPEN_OBJECT) continue;
    for (const member of membersFrom(bytes, value)) {
      if (member.end === NOT_JSON) break;
      if (spells(bytes, member.key, member.keyEnd, STREAM)) {
        found.streamStart = member.value;
        found.streamEnd = member.end;
      } else if (spells(bytes, member.key, member.keyEnd, NAMESPACE)) {
        found.namespaceStart = member.value;
        found.namespaceEnd = member.end;
      }
    }
  }
  return isRecord && found.streamStart >= 0 && bytes[found.streamStart] === QUOTE;
}

function noteSinger(bytes: Uint8Array, { key, keyEnd, value, end }: Part, found: Envelope): void {
  if (spells(bytes, key, keyEnd, RECORD_KEY)) found.dataStart = value;
  else if (end !== NOT_JSON && spells(bytes, key, keyEnd, STREAM)) {
    found.streamStart = value;
    found.streamEnd = end;
  }
}

type Part = { readonly key: number; readonly keyEnd: number; readonly value: number; readonly end: number };

/** The members of the object at `open`; an `end` of NOT_JSON: the last one, which is cut. */
function* membersFrom(bytes: Uint8Array, open: number): Iterable<Part> {
  let at = skipSpace(bytes, open + 1);
  while (bytes[at] === QUOTE) {
    const keyEnd = skipString(bytes, at);
    const value = keyEnd === NOT_JSON ? NOT_JSON : skipColon(bytes, keyEnd);
    if (value === NOT_JSON) return;
    const end = skipValue(bytes, value);
    yield { key: at + 1, keyEnd: keyEnd - 1, value, end };
    if (end === NOT_JSON) return;
    at = skipToNextMember(bytes, end);
  }
}

// A STATE as it was received. A destination prints it byte for byte, and adds only `destinationStats`.
import { NEWLINE, OPEN_OBJECT, QUOTE } from '../../json/ascii.ts';
import { parseJson } from '../../json/parse-json.ts';
import type { StreamDescriptor } from '../../protocol/errors.ts';
import { invalid } from '../../protocol/lines.ts';
import type { StateStats } from '../../protocol/messages.ts';
import { parseDescriptor } from '../../protocol/stream-key.ts';
import { findMember, skipSpace, type JsonMember } from '../../json/json-bytes.ts';

/** A received STATE. `stream` is absent for GLOBAL and legacy states, which cover all streams. */
export type StateLine = {
  /** The line with its newline, copied. */
  readonly bytes: Buffer;
  readonly stream?: StreamDescriptor;
  /** The raw JSON of the source's position: `stream_state`, `global`, or the `data` of a legacy state. */
  readonly position: Buffer;
};

/**
 * Reads a line that is valid JSON and of type STATE; `line` ends with its newline. @throws INPUT_INVALID, by `invalid`, if it
 * has no state to print.
 */
export function parseStateLine(line: Uint8Array): StateLine {
  const bytes = Buffer.from(line);
  const state = objectMember(bytes, skipSpace(bytes, 0), 'state');
  if (state === undefined) throw invalid('is a STATE without a "state" object');
  const stream = objectMember(bytes, state.valueStart, 'stream');
  if (stream !== undefined) {
    const position = findMember(bytes, stream.valueStart, 'stream_state');
    return { bytes, stream: descriptorOf(bytes, stream), position: slice(bytes, position) };
  }
  const whole = objectMember(bytes, state.valueStart, 'global') ?? findMember(bytes, state.valueStart, 'data');
  return { bytes, position: slice(bytes, whole) };
}

/** The line to print: as received, with `destinationStats`. `recordCount` has a decimal point, as Airbyte writes it. */
export function withStats({ bytes }: StateLine, stats: StateStats): Buffer {
  const rejected = stats.rejectedRecordCount ?? 0;
  const more = rejected === 0 ? '' : `,"rejectedRecordCount":${rejected}.0`;
  const value = `{"recordCount":${stats.recordCount}.0${more}}`;
  const state = objectMember(bytes, skipSpace(bytes, 0), 'state');
  if (state === undefined) return bytes;
  const old = findMember(bytes, state.valueStart, 'destinationStats');
  if (old !== undefined) return spliced(bytes, old.valueStart, old.valueEnd, value);
  const end = state.valueEnd - 1;
  const first = bytes[skipSpace(bytes, state.valueStart + 1)] !== QUOTE;
  return spliced(bytes, end, end, `${first ? '' : ','}"destinationStats":${value}`);
}

function descriptorOf(bytes: Buffer, stream: JsonMember): StreamDescriptor {
  const member = findMember(bytes, stream.valueStart, 'stream_descriptor');
  const descriptor = member && parseDescriptor(parseJson(slice(bytes, member).toString()));
  if (descriptor === undefined) throw invalid('is a STATE of a stream without a name');
  return descriptor;
}

function objectMember(bytes: Buffer, objectStart: number, name: string): JsonMember | undefined {
  const member = findMember(bytes, objectStart, name);
  return member !== undefined && bytes[member.valueStart] === OPEN_OBJECT ? member : undefined;
}

function slice(bytes: Buffer, member: JsonMember | undefined): Buffer {
  return member === undefined ? Buffer.alloc(0) : bytes.subarray(member.valueStart, member.valueEnd);
}

function spliced(bytes: Buffer, start: number, end: number, text: string): Buffer {
  const parts = [bytes.subarray(0, start), Buffer.from(text), bytes.subarray(end)];
  if (bytes.at(-1) !== NEWLINE) parts.push(Buffer.of(NEWLINE));
  return Buffer.concat(parts);
}

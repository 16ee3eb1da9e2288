// Messages of a topic as RECORD lines. A payload that is one JSON object in UTF-8 becomes the row, byte for byte. Any other
// payload is stored as text, because one broken message must not stop a partition for ever. A tombstone (no payload) is not a
// row.
import { isUtf8 } from 'node:buffer';

import { CLOSE_OBJECT, NEWLINE, SPACE } from '@s3-connectors/common/json/ascii.ts';
import { skipSpace } from '@s3-connectors/common/json/json-bytes.ts';
import { parseJson } from '@s3-connectors/common/json/parse-json.ts';
import { createRecordScanner } from '@s3-connectors/common/records/record-scanner.ts';

export type Included = 'key' | 'headers' | 'offset';

export type Message = {
  readonly key?: Buffer | undefined;
  readonly value?: Buffer | undefined;
  readonly headerEntries: readonly (readonly [name: Buffer | undefined, value: Buffer | undefined])[];
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** Milliseconds since 1970. */
  readonly timestamp: bigint;
};

export class RecordLines {
  readonly #head: Buffer;
  readonly #include: ReadonlySet<Included>;
  readonly #scanner = createRecordScanner([]);

  constructor(stream: string, include: readonly Included[]) {
    this.#head = Buffer.from(`{"type":"RECORD","record":{"stream":${JSON.stringify(stream)},"data":`);
    this.#include = new Set(include);
  }

  /** The line with its newline. Undefined for a tombstone. `now`: when it is fed, in milliseconds. */
  line(message: Message, now: number): Buffer | undefined {
    const { value: payload } = message;
    if (payload === undefined) return undefined;
    const tail = Buffer.from(`,"emitted_at":${now}}}\n`);
    const more = this.#include.size === 0 ? undefined : Buffer.from(`"_kafka":${this.#about(message)}`);
    const line = this.#joined(payload, more, tail);
    if (isUtf8(payload) && !hasBreakInText(payload) && this.#isRow(line, tail)) return line;
    return this.#joined(Buffer.from(JSON.stringify({ unreadable: payload.toString() })), more, tail);
  }

  /** Whether exactly the payload is the data. A payload that is not JSON can still complete the line around it. */
  #isRow(line: Buffer, tail: Buffer): boolean {
    const { envelope } = this.#scanner;
    if (this.#scanner.scan(line, 0, line.length - 1) !== 'record') return false;
    const { dataStart, dataEnd } = envelope;
    return dataStart === skipSpace(line, this.#head.length) && skipSpace(line, dataEnd) === line.length - tail.length;
  }

  #about({ key, headerEntries, topic, partition, offset, timestamp }: Message): string {
    const members: string[] = [];
    if (this.#include.has('key')) members.push(bytesMember('key', key));
    if (this.#include.has('headers')) {
      const headers = headerEntries.map(([name, value]) => {
        return `{"name":${JSON.stringify(name?.toString() ?? '')},${bytesMember('value', value)}}`;
      });
      members.push(`"headers":[${headers.join(',')}]`);
    }
    if (this.#include.has('offset')) {
      const place = `"topic":${JSON.stringify(topic)},"partition":${partition},"offset":${offset}`;
      members.push(`${place},"timestamp":${timestamp}`);
    }
    return `{${members.join(',')}}`;
  }

  /** `more` becomes the last member of the payload. Line breaks between its tokens become spaces. */
  #joined(payload: Buffer, more: Buffer | undefined, tail: Buffer): Buffer {
    const close = more === undefined ? -1 : payload.lastIndexOf(CLOSE_OBJECT);
    const parts =
      more === undefined || close < 0
        ? [payload]
        : [payload.subarray(0, close), Buffer.from(isEmptyObject(payload) ? '' : ','), more, payload.subarray(close)];
    const line = Buffer.concat([this.#head, ...parts, tail]);
    for (let at = line.indexOf(NEWLINE); at < line.length - 1; at = line.indexOf(NEWLINE, at + 1)) line[at] = SPACE;
    return line;
  }
}

/** A line break inside a text is not valid JSON, but a space in its place would be. Few payloads have a line break. */
function hasBreakInText(payload: Buffer): boolean {
  if (!payload.includes(NEWLINE)) return false;
  try {
    parseJson(payload.toString());
    return false;
  } catch {
    return true;
  }
}

/** A JSON name, and bytes as its text. Bytes that are not UTF-8 get another name, and Base64. */
function bytesMember(name: string, bytes: Buffer | undefined): string {
  if (bytes === undefined) return `"${name}":null`;
  return isUtf8(bytes)
    ? `"${name}":${JSON.stringify(bytes.toString())}`
    : `"${name}_base64":"${bytes.toString('base64')}"`;
}

function isEmptyObject(payload: Buffer): boolean {
  return /^\s*\{\s*\}\s*$/u.test(payload.length > 1024 ? '' : payload.toString('latin1'));
}

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import type { Envelope } from '@s3-connectors/common/records/envelope.ts';
import { createRecordScanner, type Protocol } from '@s3-connectors/common/records/record-scanner.ts';

const fields = ['time', 'id'];
const long = 'k'.repeat(600);

const lines: Readonly<Record<Protocol, readonly string[]>> = {
  airbyte: [
    '{"type":"RECORD","record":{"stream":"s","data":{"time":1,"id":"a"},"emitted_at":17}}',
    '{"type":"RECORD","record":{"stream":"s","namespace":"n","data":{"id":"a","x":[1,{"time":2}]},"emitted_at":17},"log":null}',
    '{"record": {"data": {"time": 1 , "y":null}, "emitted_at":1, "stream":"s"}, "type":"RECORD"}',
    '{"type":"RECORD","record":{"emitted_at":17,"stream":"s","data":{}}}',
    `{"type":"RECORD","record":{"stream":"s","data":{"${long}":1,"time":2},"meta":"${long}","emitted_at":1}}`,
    '{"type":"STATE","state":{"data":{}}}',
  ],
  singer: [
    '{"type":"RECORD","stream":"s","record":{"time":"x","id":7},"time_extracted":"2026-01-01T00:00:00Z","version":4}',
    '{"type":"RECORD","stream":"s","version":4,"record":{"time":"x","id":7}}',
  ],
};
/** Enough to end, open, lengthen, shorten or spoil any content. */
const bytesToTry = ['', '"', '{', '}', '[', ',', ':', ' ', '\\', '0', 'x', '""', 'é'];

/** The result of a scanner that has seen `before`. */
function scanAfter(before: string, line: string, protocol: Protocol): unknown {
  const scanner = createRecordScanner(fields, protocol);
  // In one buffer and in a separate one: the memory of the previous line does not depend on its place.
  const first = Buffer.from(`${before}\n`);
  scanner.scan(first, 0, first.length - 1);
  const second = Buffer.from(`some\n${line}\n`);
  const kind = scanner.scan(second, 5, second.length - 1);
  return kind === 'record' ? { kind, ...spansOf(scanner.envelope) } : { kind };
}

function spansOf(found: Envelope): object {
  const { dataStart, dataEnd, members } = found;
  return {
    data: [dataStart, dataEnd],
    type: span(found.typeStart, found.typeEnd),
    stream: span(found.streamStart, found.streamEnd),
    namespace: span(found.namespaceStart, found.namespaceEnd),
    emittedAt: span(found.emittedAtStart, found.emittedAtEnd),
    version: span(found.versionStart, found.versionEnd),
    members,
    fields: fields.map((_, index) => span(found.fieldStarts[index] ?? -1, found.fieldEnds[index] ?? -1)),
  };
}

function span(start: number, end: number): readonly number[] | undefined {
  return start < 0 ? undefined : [start, end];
}

function assertUntold(before: string, line: string, protocol: Protocol): void {
  assert.deepEqual(scanAfter(before, line, protocol), scanAfter('', line, protocol), `${line} after ${before}`);
}

suite('a line after one that is much like it', () => {
  for (const protocol of ['airbyte', 'singer'] as const) {
    test(`is read as if it were the first, whatever differs (${protocol})`, () => {
      for (const line of lines[protocol]) {
        for (let at = 0; at <= line.length; at += line.length > 1000 ? 37 : 1) {
          for (const bytes of bytesToTry) {
            assertUntold(line, line.slice(0, at) + bytes + line.slice(at + 1), protocol);
            assertUntold(line, line.slice(0, at) + bytes + line.slice(at), protocol);
          }
          assertUntold(line, line.slice(0, at), protocol);
          assertUntold(line, line.slice(at), protocol);
        }
      }
    });
  }

  test('is read as if it were the first, after any other', () => {
    const seed = Date.now();
    const part = fc.constantFrom(
      '{"type":"RECORD","record":{"stream":"s","data":',
      '{"time":1,"id":2}',
      '{"id":2,"time":1}',
      '{"time": 1}',
      '{}',
      ',"emitted_at":17',
      ',"emitted_at": 1',
      ',"data":',
      ',"stream":"t"',
      ',"record":',
      '}',
      ',"type":"STATE"',
    );
    const line = fc.array(part, { minLength: 3, maxLength: 7 }).map((parts) => parts.join(''));
    const usual = '{"type":"RECORD","record":{"stream":"s","data":{"time":1,"id":2},"emitted_at":17}}';
    fc.assert(
      fc.property(fc.constantFrom(usual, `${usual.slice(0, -2)},"meta":{}}}`), line, (before, after) => {
        assertUntold(before, after, 'airbyte');
        assertUntold(before, `${before.slice(0, before.indexOf('{"time'))}${after}`, 'airbyte');
      }),
      { seed, numRuns: 2000 },
    );
  });
});

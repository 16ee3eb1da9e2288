// A record whose line is too long is set aside under its own stream, wherever the members of the line are.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { Completion } from '@s3-connectors/common/destination/input/completion.ts';
import { DurableStates } from '@s3-connectors/common/destination/input/durable-states.ts';
import { LineIntake } from '@s3-connectors/common/destination/input/line-intake.ts';
import { byStreamKey } from '@s3-connectors/common/destination/input/stream-names.ts';
import type { ConfiguredStream } from '@s3-connectors/common/protocol/catalog.ts';
import { readLines } from '@s3-connectors/common/protocol/lines.ts';
import { silentLog } from '@s3-connectors/common/protocol/log.ts';
import { outlineDepth } from '@s3-connectors/common/records/record-scanner.ts';
import { TargetLines } from '@s3-connectors/common/singer/target-lines.ts';
import { writeRuns } from '@s3-connectors/common/singer/target-runs.ts';
import * as fc from 'fast-check';

type Stream = { readonly name: string; readonly namespace?: string };

const maxLineBytes = 10_000;
const airbyte = { maxLineBytes, outlineDepth: outlineDepth.airbyte };

/** The stream that each line is set aside for, by its name with the namespace, and the reason. */
async function setAside(input: AsyncIterable<Uint8Array>, streams: readonly Stream[]): Promise<readonly string[]> {
  const seen: string[] = [];
  const intake = new LineIntake({
    byKey: byStreamKey(streams.map((stream, index) => [stream, { index, stream }] as const)),
    fields: ['id'],
    strays: streams.length,
    states: new DurableStates(streams.length + 1, Infinity),
    completion: new Completion(streams.map(() => 'modern')),
    handlers: {
      record: ({ stream: { name } }) => void seen.push(`record of ${name}`),
      refused: (target, { reason }) =>
        void seen.push(`${reason} of ${target?.stream.namespace ?? ''}.${target?.stream.name ?? 'none'}`),
      passed: () => undefined,
    },
    log: silentLog,
  });
  for await (const batch of readLines(input, airbyte)) intake.take(batch);
  return seen;
}

async function* inChunks(text: string, chunk: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
}

/** An object with its members in an order, spaced as Python spaces them. */
function objectText(members: readonly (readonly [key: string, json: string])[], order: readonly number[]): string {
  const keyed = members.map((member, index) => ({ member, at: order[index] ?? 0 }));
  const sorted = keyed.sort((a, b) => a.at - b.at).map(({ member: [key, json] }) => `${JSON.stringify(key)}: ${json}`);
  return `{${sorted.join(', ')}}`;
}

const order = fc.array(fc.nat(1000), { minLength: 8, maxLength: 8 });
/** Sizes around the limit and around the kept part of a line, and the kind of long content: plain text, escapes, containers. */
const size = fc.constantFrom(0, 10, 5000, maxLineBytes - 20, maxLineBytes, 70_000);
const filler = fc.constantFrom<(bytes: number) => string>(
  (bytes) => JSON.stringify('x'.repeat(bytes)),
  (bytes) => JSON.stringify('"}\\'.repeat(bytes / 6)),
  (bytes) => `[${'{"stream":"z"},'.repeat(bytes / 15)}0]`,
  (bytes) => `{"namespace":"z","type":"STATE","x":${JSON.stringify('{'.repeat(bytes))}}`,
  (bytes) => '['.repeat(bytes / 2) + ']'.repeat(bytes / 2) || 'null',
);
const line = fc.record({
  outer: order,
  inner: order,
  sizes: fc.tuple(size, size, size),
  fill: filler,
  chunk: fc.integer({ min: 300, max: 100_000 }),
});

suite('a record whose line is too long is set aside under its own stream', () => {
  test('in Airbyte’s messages, in any order of members and whatever is long', async () => {
    const streams = [{ name: 'a' }, { name: 'a', namespace: 'q' }];
    const property = fc.asyncProperty(line, fc.boolean(), async ({ outer, inner, sizes, fill, chunk }, isNamed) => {
      const [data, extra, more] = sizes;
      const record = objectText(
        [
          ['stream', '"a"'],
          ['data', `{"id":1,"text":${fill(Math.max(data, 2 * maxLineBytes))}}`],
          ['emitted_at', '1768478400000'],
          ['meta', fill(extra)],
          ...(isNamed ? [['namespace', '"q"'] as const] : []),
        ],
        inner,
      );
      const text = objectText(
        [
          ['type', '"RECORD"'],
          ['record', record],
          ['other', fill(more)],
        ],
        outer,
      );
      const expected = `line_too_long of ${isNamed ? 'q' : ''}.a`;
      assert.deepEqual(await setAside(inChunks(`${text}\n`, chunk), streams), [expected]);
    });
    await fc.assert(property, { numRuns: 1000, seed: 17, endOnFailure: true });
  });

  test('in Singer’s messages, in any order of members and whatever is long', async () => {
    const property = fc.asyncProperty(line, fc.boolean(), async ({ outer, sizes, fill, chunk }, hasVersion) => {
      const [data, extra] = sizes;
      const text = objectText(
        [
          ['type', '"RECORD"'],
          ['stream', '"a"'],
          ['record', `{"id":1,"text":${fill(Math.max(data, 2 * maxLineBytes))}}`],
          ['time_extracted', '"2026-01-15T12:00:00Z"'],
          ['other', fill(extra)],
          ...(hasVersion ? [['version', '5'] as const] : []),
        ],
        outer,
      );
      const schemas = ['a', 'b'].map((stream) => `{"type":"SCHEMA","stream":"${stream}","schema":{"properties":{}}}\n`);
      const seen: string[] = [];
      const versions: unknown[] = [];
      async function* write(catalog: readonly ConfiguredStream[], input: AsyncIterable<Uint8Array>) {
        versions.push(catalog[0]?.generationId);
        seen.push(...(await setAside(input, catalog)));
        yield* [];
      }
      const batches = readLines(inChunks(`${schemas.join('')}${text}\n`, chunk), {
        maxLineBytes,
        outlineDepth: outlineDepth.singer,
      });
      for await (const _ of writeRuns(new TargetLines(silentLog), batches, write));
      assert.deepEqual([seen, versions], [['line_too_long of .a'], [hasVersion ? 5 : undefined]]);
    });
    await fc.assert(property, { numRuns: 1000, seed: 17, endOnFailure: true });
  });

  test('also after a byte order mark', async () => {
    const text = `\ufeff{"record":{"data":{"x":"${'x'.repeat(maxLineBytes)}"},"stream":"a"},"type":"RECORD"}\n`;
    assert.deepEqual(await setAside(inChunks(text, 5_000), [{ name: 'a' }]), ['line_too_long of .a']);
  });

  test('and nothing else of that length is taken for one', async () => {
    const long = `"${'x'.repeat(maxLineBytes)}"`;
    for (const text of [
      `{"type":"STATE","state":{"data":${long}}}`,
      `{"type":"RECORD","record":{"data":${long}}}`,
      `{"type":"RECORD","record":{"data":{"stream":"a"},"x":${long}}}`,
      `{"record":{"stream":"a","data":{"type":"RECORD","x":${long}}}}`,
      `{"type":"RECORD","record":{"stream":"a","data":{}},"x":${long},"type":"LOG"}`,
      `[{"type":"RECORD","record":{"stream":"a","data":${long}}}]`,
      long,
    ]) {
      await assert.rejects(
        setAside(inChunks(`${text}\n`, 3_000), [{ name: 'a' }]),
        /^.*Line 1 of the input is longer/u,
        text.slice(0, 60),
      );
    }
  });
});

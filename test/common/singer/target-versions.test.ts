// Which rows a target lets go for any order of messages: a destination that deletes by generation, as both do, and a judge that
// sees only the messages.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import type { ConfiguredStream } from '@s3-connectors/common/protocol/catalog.ts';
import { readLines } from '@s3-connectors/common/protocol/lines.ts';
import { silentLog } from '@s3-connectors/common/protocol/log.ts';
import { TargetLines } from '@s3-connectors/common/singer/target-lines.ts';
import { writeRuns } from '@s3-connectors/common/singer/target-runs.ts';
import * as fc from 'fast-check';

type Message = {
  readonly type: 'SCHEMA' | 'RECORD' | 'ACTIVATE_VERSION' | 'STATE';
  readonly stream: string;
  readonly version: number;
};

const streams = ['a', 'b', 'c'];

function line({ type, stream, version }: Message, index: number): string {
  const properties = version === 1 ? {} : { id: { type: 'integer' } };
  const json = {
    SCHEMA: { type, stream, schema: { properties }, key_properties: [] },
    RECORD: { type, stream, record: { id: index }, ...(version > 0 && { version }) },
    ACTIVATE_VERSION: { type, stream, version: Math.max(version, 1) },
    STATE: { type, value: index },
  };
  return `${JSON.stringify(json[type])}\n`;
}

/** What is stored, as a destination deletes it: a generation deletes the rows that existed when it was first seen. */
class Bucket {
  readonly rows = new Map(streams.map((stream) => [stream, ['old']]));
  readonly #noted = new Map<string, readonly string[]>();

  async *write(catalog: readonly ConfiguredStream[], input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const complete = new Map<string, boolean>();
    for (const { name, generationId } of catalog) {
      const key = `${name} ${generationId}`;
      if (generationId !== undefined && !this.#noted.has(key)) this.#noted.set(key, [...(this.rows.get(name) ?? [])]);
    }
    for await (const { bytes } of readLines(input)) {
      for (const text of bytes.toString().split('\n').slice(0, -1)) {
        const { type, record, trace } = JSON.parse(text) as Airbyte;
        const name = record?.stream ?? trace?.stream_status.stream_descriptor.name ?? '';
        if (name !== '') complete.set(name, type === 'TRACE');
        if (type === 'STATE') yield Buffer.from(`${text}\n`);
        if (record !== undefined) this.rows.get(name)?.push(String(record.data.id));
      }
    }
    for (const { name, generationId } of catalog) {
      if (complete.get(name) !== true) continue;
      const gone = this.#noted.get(`${name} ${generationId}`) ?? [];
      this.rows.set(
        name,
        (this.rows.get(name) ?? []).filter((row) => !gone.includes(row)),
      );
    }
  }
}

type Airbyte = {
  readonly type: string;
  readonly record?: { readonly stream: string; readonly data: { readonly id: number } };
  readonly trace?: { readonly stream_status: { readonly stream_descriptor: { readonly name: string } } };
};

/** What may become of the old rows, by the messages of one stream from the last change of its version on. */
function judge(
  messages: readonly Message[],
  stream: string,
): { readonly go: boolean; readonly warning: RegExp | undefined } {
  const own = messages.filter(
    (message) => message.stream === stream && ['RECORD', 'ACTIVATE_VERSION'].includes(message.type),
  );
  const versions = own.map(({ type, version }) => (type === 'RECORD' ? version : Math.max(version, 1)));
  const last = own.slice(versions.findLastIndex((version) => version !== versions.at(-1)) + 1);
  const activations = last.filter(({ type }) => type === 'ACTIVATE_VERSION').length;
  const hasRows = activations < last.length;
  if (last.at(-1)?.type === 'ACTIVATE_VERSION' && (hasRows || activations > 1)) return { go: true, warning: undefined };
  if (own.some(({ type, version }) => type === 'RECORD' && version > 0))
    return { go: false, warning: /were appended: no/u };
  return {
    go: false,
    warning: own.some(({ type }) => type === 'ACTIVATE_VERSION') ? /previous rows of "[abc]" stay current/u : undefined,
  };
}

/** `kept`: of the last version, which nothing may delete. */
function rowsOf(
  messages: readonly Message[],
  stream: string,
): { readonly kept: readonly string[]; readonly all: readonly string[] } {
  const last = messages.findLast(
    (message) => message.stream === stream && ['RECORD', 'ACTIVATE_VERSION'].includes(message.type),
  );
  const records = messages.flatMap((message, index) =>
    message.stream === stream && message.type === 'RECORD' ? [{ ...message, row: String(index + streams.length) }] : [],
  );
  const kept = records.filter(({ version }) => version === Math.max(last?.version ?? 1, 1));
  return { kept: kept.map(({ row }) => row), all: records.map(({ row }) => row) };
}

async function run(messages: readonly Message[]): Promise<{ readonly bucket: Bucket; readonly target: TargetLines }> {
  const bucket = new Bucket();
  const target = new TargetLines(silentLog);
  const schemas = streams.map((stream): Message => ({ type: 'SCHEMA', stream, version: 1 }));
  async function* input(): AsyncGenerator<Uint8Array> {
    yield Buffer.from([...schemas, ...messages].map(line).join(''));
  }
  const write = bucket.write.bind(bucket);
  for await (const _ of writeRuns(target, readLines(input()), write));
  return { bucket, target };
}

const messages = fc.array(
  fc.record({
    type: fc.constantFrom('SCHEMA', 'RECORD', 'RECORD', 'ACTIVATE_VERSION', 'ACTIVATE_VERSION', 'STATE'),
    stream: fc.constantFrom(...streams),
    version: fc.constantFrom(0, 1, 2, 2, 2, 3),
  }),
  { maxLength: 14 },
) as fc.Arbitrary<readonly Message[]>;

suite('the rows of an earlier version', () => {
  test('are replaced if the new version was activated after all its records, and stay with a warning otherwise', async () => {
    let gone = 0;
    await fc.assert(
      fc.asyncProperty(messages, fc.nat(14), async (all, cut) => {
        const sent = all.slice(0, cut);
        const { bucket, target } = await run(sent);
        const warnings = target.streams.unreplaced();
        for (const stream of streams) {
          const { go, warning } = judge(sent, stream);
          const rows = bucket.rows.get(stream) ?? [];
          assert.equal(rows.includes('old'), !go, stream);
          const { kept, all: stored } = rowsOf(sent, stream);
          assert.deepEqual(
            rows.filter((row) => (go ? kept : stored).includes(row)),
            go ? kept : stored,
          );
          const told = warnings.filter((text) => text.includes(`"${stream}"`));
          assert.equal(told.length, warning === undefined ? 0 : 1, told.join());
          if (warning !== undefined) assert.match(told[0] ?? '', warning);
          gone += go ? 1 : 0;
        }
      }),
      { numRuns: 3000, seed: 17, endOnFailure: true },
    );
    assert.ok(gone > 300, `only ${gone} were replaced`);
  });
});

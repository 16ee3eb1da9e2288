// A stream that would be replaced keeps its earlier rows if the input does not end by itself, whatever came before.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { catalogJson, recordLine, stateLine, statusLine, type Json } from '../../support/destination-input.ts';
import { emptyServer } from '../../support/empty-server.ts';
import { idsOf, keysInStaging, overwrite, type DestinationUnderTest } from './under-test.ts';

const legacy: Json = { name: 'users', ...overwrite };
const generation: Json = { ...legacy, generation_id: 1, minimum_generation_id: 1, sync_id: 1 };
const state = stateLine('users', {});
const ends: readonly (readonly [says: string, stream: Json, end: string])[] = [
  ['a STATE', legacy, state],
  ['COMPLETE', generation, state + statusLine('users', 'COMPLETE')],
];
const row = (id: number): string => recordLine('users', { id });

async function* failing(): AsyncGenerator<string> {
  yield '';
  throw new Error('EIO');
}

export function registerInputEnds(destination: DestinationUnderTest): void {
  suite(`a stream that ${destination.name} overwrites keeps its rows`, () => {
    const running = emptyServer();

    /** Writes row 1, and then sends `input` after row 2 and the end of the stream. */
    async function refuses(stream: Json, end: string, input: AsyncIterable<string>, stop = new AbortController()) {
      const server = running();
      const first = await destination.write(server, [row(1), end], { catalog: catalogJson(stream) });
      assert.deepEqual([first.error, first.lines.length], [undefined, 1]);
      async function* all(): AsyncGenerator<string> {
        yield row(2) + end;
        yield* input;
      }
      const { lines, error } = await destination.write(server, all(), {
        catalog: catalogJson(stream),
        signal: stop.signal,
      });
      assert.deepEqual(lines, []);
      assert.deepEqual(idsOf(destination, server, 'users'), [1]);
      assert.deepEqual(keysInStaging(server), []);
      return error;
    }

    for (const [says, stream, end] of ends) {
      test(`when a line after ${says} is damaged`, async () => {
        for (const damaged of ['{"type":"RECORD","record":{"stream":"use', '{"type":\n', row(3).replace('}}', '}')]) {
          async function* input(): AsyncGenerator<string> {
            yield damaged;
          }
          assert.ok((await refuses(stream, end, input())) !== undefined, damaged);
        }
      });

      test(`when the input fails after ${says}`, async () => {
        assert.match(String(await refuses(stream, end, failing())), /EIO/u);
      });

      test(`when the process is stopped after ${says}`, async () => {
        const stop = new AbortController();
        async function* input(): AsyncGenerator<string> {
          yield '';
          stop.abort(new Error('SIGTERM'));
        }
        await refuses(stream, end, input(), stop);
      });
    }
  });
}

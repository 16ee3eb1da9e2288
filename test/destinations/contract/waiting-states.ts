// STATEs that wait for a replacement take a bounded part of the memory, however many come.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { catalogJson, globalStateLine, recordLine, stateLine } from '../../support/destination-input.ts';
import { emptyServer } from '../../support/empty-server.ts';
import { overwrite, type DestinationUnderTest } from './under-test.ts';

const padding = 'x'.repeat(500_000);
const rounds = 120;

export function registerWaitingStates({ name, write }: DestinationUnderTest): void {
  suite(`STATEs of ${name}`, () => {
    const running = emptyServer();

    for (const [scope, line] of [
      ['a replaced stream', (id: number) => stateLine('users', { id, padding })],
      ['all streams', (id: number) => globalStateLine({ id, padding })],
    ] as const) {
      test(`of ${scope} are replaced by later ones when too many wait, and their counts are kept`, async () => {
        async function* input() {
          for (let id = 0; id < rounds; id += 1) yield recordLine('users', { id }) + line(id);
        }
        const { error, failures, lines, said } = await write(running(), input(), {
          catalog: catalogJson({ name: 'users', ...overwrite }),
          config: { max_memory_mb: 256 },
        });
        assert.deepEqual([error, failures], [undefined, []]);
        const bytes = lines.reduce((sum, one) => sum + one.length, 0);
        assert.ok(bytes < 52_000_000, `${bytes} bytes of STATEs waited`);
        assert.ok(lines.length > 10 && lines.at(-1)?.includes(`"id":${rounds - 1}`), 'the last STATE must be printed');
        const counts = lines.map((one) => Number(/"recordCount":(\d+)/u.exec(one)?.[1]));
        assert.equal(
          counts.reduce((sum, count) => sum + count, 0),
          rounds,
        );
        const warning = `${rounds - lines.length} states are not printed`;
        assert.ok(said.some(([level, message]) => level === 'WARN' && message.startsWith(warning)));
      });
    }
  });
}

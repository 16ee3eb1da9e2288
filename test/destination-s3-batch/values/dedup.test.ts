import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { catalogJson, recordLine, stateLine } from '../../support/destination-input.ts';
import { jsonRows, queryParquet, runWrite } from '../support/batch.ts';
import { emptyServer } from '../../support/empty-server.ts';

suite('a stream set to append_dedup', () => {
  const running = emptyServer();
  const stream = {
    name: 'users',
    destination_sync_mode: 'append_dedup',
    primary_key: [['id'], ['o', 'k/1']],
    cursor_field: ['at'],
  };
  const rows = [
    '{"id":1,"o":{"k/1":"a"},"at":9,"n":1}',
    '{"id":1,"o":{"k/1":"a"},"at":10,"n":2}',
    '{"id":1,"o":{"k/1":"a"},"at":2,"n":3}',
    '{"id":1,"o":{"k/1":"b"},"at":1,"n":4.50}',
    '{"id":2,"at":null,"n":5}',
    '{"id":2,"n":6}',
    '{"id":3,"at":"2026-01-02","n":7}',
    '{"id":3,"at":"2026-01-10","n":8}',
    '{"id":3,"at":"2026-01-10","n":9}',
  ];
  const input = [...rows.map((row) => recordLine('users', row)), stateLine('users', {})];

  test('keeps of each key and day the row with the highest cursor, of equal ones the last', async () => {
    const server = running();
    const { lines, error, said } = await runWrite(server, input, { catalog: catalogJson(stream) });
    assert.equal(error, undefined);
    assert.equal(lines.length, 1);
    assert.equal(said.filter(([level, message]) => level === 'WARN' && message.includes('append_dedup')).length, 1);
    const kept = await queryParquet(server, 'data/users/', 'SELECT n::VARCHAR AS n FROM files ORDER BY n');
    assert.deepEqual(
      kept.map(({ n }) => n),
      ['2.0', '4.5', '6.0', '9.0'],
    );
  });

  test('has its rows as they were received, in their order', async () => {
    const server = running();
    const same = { ...stream, cursor_field: [], primary_key: [['id']] };
    const plain = ['{"id":1,"n":4.50}', '{"id":2}'];
    await runWrite(
      server,
      [...plain, '{"id":1,"n":4.60}'].map((row) => recordLine('users', row)),
      {
        catalog: catalogJson(same),
        config: { output_format: 'json' },
      },
    );
    assert.deepEqual(jsonRows(server, 'data/users/'), ['{"id":2}', '{"id":1,"n":4.60}']);
  });

  const half = String.raw`\ud800`;
  for (const { what, key = [['id']], rows: sent, kept } of [
    { what: 'rows without a key', rows: ['{"n":1}', '{"id":null,"n":2}', '{"id":1,"n":3}'], kept: [1, 2, 3] },
    {
      what: 'rows that lack a part of the key once',
      key: [['id'], ['k']],
      rows: ['{"id":1,"n":1}', '{"id":1,"k":null,"n":2}', '{"id":1,"k":0,"n":3}'],
      kept: [2, 3],
    },
    {
      what: 'keys as they are meant, not as they are spelled: in a column of text 1 is "1"',
      rows: [String.raw`{"id":"a\u0062","n":1}`, '{"id":"ab","n":2}', '{"id":1,"n":3}', '{"id":"1","n":4}'],
      kept: [2, 4],
    },
    {
      what: 'rows that the engine does not take for JSON',
      rows: [
        `{"id":"${half}","n":1}`,
        `{"id":"${half}","n":2}`,
        `{"id":1,"x":"${half}","n":3}`,
        '{"id":1,"y":1e999,"n":4}',
      ],
      kept: [2, 4],
    },
    { what: 'the last of members named twice', rows: ['{"id":1,"n":1,"id":2}', '{"id":2,"n":2}'], kept: [2] },
    {
      what: 'the latest of times with fractions',
      rows: ['00Z', '00.5Z', '00.25Z'].map((time, n) => `{"id":1,"at":"2026-01-15T10:00:${time}","n":${n}}`),
      kept: [1],
    },
    {
      what: 'the latest of times with nanoseconds',
      rows: ['00.100000001Z', '00.1Z'].map((time, n) => `{"id":1,"at":"2026-01-15T10:00:${time}","n":${n}}`),
      kept: [0],
    },
    {
      what: 'the latest of times in several zones',
      rows: ['10:00:00+02:00', '09:30:00Z'].map((time, n) => `{"id":1,"at":"2026-01-15T${time}","n":${n}}`),
      kept: [1],
    },
    {
      what: 'of equal instants in two spellings the last',
      rows: ['12:00:00+02:00', '10:00:00Z', '10:00:00.000Z', '09:59:59.9Z'].map(
        (time, n) => `{"id":1,"at":"2026-01-15T${time}","n":${n}}`,
      ),
      kept: [2],
    },
    {
      what: 'of equal numbers in two spellings the last',
      rows: ['10', '10.0', '"10"', '1e1', '9.99'].map((at, n) => `{"id":1,"at":${at},"n":${n}}`),
      kept: [3],
    },
    {
      what: 'keys that mean the same number once',
      rows: ['4', '4.0', '4e0', '"4"', '5'].map((id, n) => `{"id":${id},"n":${n}}`),
      kept: [3, 4],
    },
    {
      what: 'the greatest of negative numbers',
      rows: ['-10', '-9.5', '-9.75'].map((at, n) => `{"id":1,"at":${at},"n":${n}}`),
      kept: [1],
    },
    {
      what: 'the greatest text, whatever its characters',
      rows: ['a', 'a!', 'A"'].map((at, n) => `{"id":1,"at":${JSON.stringify(at)},"n":${n}}`),
      kept: [1],
    },
    {
      what: 'the greatest of numbers in text',
      rows: ['"9"', '"10"', '"2"'].map((at, n) => `{"id":1,"at":${at},"n":${n}}`),
      kept: [1],
    },
    {
      what: 'the greatest of numbers of any size',
      rows: ['2', '1e300', '9223372036854775807'].map((at, n) => `{"id":1,"at":${at},"n":${n}}`),
      kept: [1],
    },
    {
      what: 'the greatest of numbers that a double does not tell apart',
      rows: ['9223372036854775807', '9223372036854775806'].map((at, n) => `{"id":1,"at":${at},"n":${n}}`),
      kept: [0],
    },
  ] satisfies readonly {
    what: string;
    key?: readonly (readonly string[])[];
    rows: readonly string[];
    kept: readonly number[];
  }[]) {
    test(`keeps ${what}`, async () => {
      const server = running();
      const { error } = await runWrite(
        server,
        sent.map((row) => recordLine('users', row)),
        {
          catalog: catalogJson({ ...stream, primary_key: key }),
          config: { output_format: 'json' },
        },
      );
      assert.equal(error, undefined);
      const found = jsonRows(server, 'data/users/').map((row) => (JSON.parse(row) as { readonly n: number }).n);
      assert.deepEqual(found, kept);
    });
  }

  test('keeps of 3,000 rows in any spelling what a plain model keeps', async () => {
    const server = running();
    const spelledId = fc
      .integer({ min: -20, max: 20 })
      .chain((n) => fc.constantFrom(`${n}`, `${n}.0`, `${n}e0`, `"${n}"`));
    const at = fc.integer({ min: 0, max: 50 });
    const zones = [
      ['Z', 0],
      ['.000Z', 0],
      ['+00:00', 0],
      ['+02:00', 120],
      ['-05:30', -330],
    ] as const;
    const spelledAt = fc.tuple(at, fc.constantFrom(...zones)).map(([minutes, [zone, offset]]) => {
      const wall = new Date(Date.UTC(2026, 0, 15, 10, minutes + offset)).toISOString().slice(0, 19);
      return { text: `"${wall}${zone}"`, minutes };
    });
    const drawn = fc.sample(fc.tuple(spelledId, fc.option(spelledAt, { nil: undefined })), { numRuns: 3000, seed: 17 });
    const model = new Map<number, { readonly minutes: number; readonly n: number }>();
    for (const [n, [id, moment]] of drawn.entries()) {
      const key = Number(id.replaceAll('"', ''));
      const minutes = moment?.minutes ?? -1;
      if (minutes >= (model.get(key)?.minutes ?? -1)) model.set(key, { minutes, n });
    }
    const { error } = await runWrite(
      server,
      drawn.map(([id, moment], n) => recordLine('users', `{"id":${id},"at":${moment?.text ?? 'null'},"n":${n}}`)),
      {
        catalog: catalogJson({
          ...stream,
          primary_key: [['id']],
          properties: { id: { type: 'integer' }, at: { type: 'string', format: 'date-time' } },
        }),
      },
    );
    assert.equal(error, undefined);
    const kept = await queryParquet(server, 'data/users/', 'SELECT n::INTEGER AS n FROM files ORDER BY n');
    assert.deepEqual(
      kept.map(({ n }) => n),
      Array.from(model.values(), ({ n }) => n).sort((a, b) => a - b),
    );
  });
});

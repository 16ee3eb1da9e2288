import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { catalogJson, recordLine, stateLine } from '../support/destination-input.ts';
import { jsonRows, queryParquet, runWrite } from './support/batch.ts';
import { emptyServer } from '../support/empty-server.ts';

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
});

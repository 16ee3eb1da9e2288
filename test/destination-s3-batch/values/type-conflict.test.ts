// Another run writes other types of a table while this one makes its files.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { bucket, catalogJson, recordLine, stateLine } from '../../support/destination-input.ts';
import { emptyServer } from '../../support/empty-server.ts';
import { jsonRows, keysBelow, runWrite } from '../support/batch.ts';

const config = { output_format: 'json' };

suite('types that another run gave a table meanwhile', () => {
  const running = emptyServer();

  test('fail that stream alone if they do not agree, and nothing of it is stored or acknowledged', async () => {
    const server = running();
    const other = {
      version: 1,
      table: 'users',
      stream: { name: 'users' },
      fields: [{ name: 'id', type: 'list', items: { type: 'boolean' } }],
    };
    let isWritten = false;
    server.setHooks({
      onRequest({ operation, key }) {
        if (isWritten || operation !== 'PutObject' || !key.endsWith('_schemas/users.json')) return;
        isWritten = true;
        server.seed(bucket, 'permutive/_schemas/users.json', JSON.stringify(other));
      },
    });
    // Two days: the table has two files, and neither may be stored.
    const second = recordLine('users', { id: 2, time: '2026-01-16T00:00:00Z' });
    const lines = ['users', 'visits'].map((name) => recordLine(name, { id: 1 }) + stateLine(name, {}));
    lines.unshift(second);
    const run = await runWrite(server, lines, { catalog: catalogJson('users', 'visits'), config });
    assert.equal(run.error, undefined);
    assert.deepEqual(
      run.failures.map(({ code, stream }) => [code, stream?.name]),
      [['S3_OBJECT_CONFLICT', 'users']],
    );
    assert.deepEqual([run.lines.length, run.lines[0]?.includes('visits')], [1, true]);
    assert.deepEqual(keysBelow(server, 'data/users/'), []);
    assert.deepEqual(jsonRows(server, 'data/visits/'), ['{"id":1}']);
  });
});

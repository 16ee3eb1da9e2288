import assert from 'node:assert/strict';
import { beforeEach, suite, test } from 'node:test';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { S3TestServer } from '../../../tools/s3-server/types.ts';
import { emptyServer } from '../../support/empty-server.ts';
import { catalogJson, recordLine, stateLine } from '../../support/destination-input.ts';
import { jsonRows, keysBelow, queryParquet, runWrite } from '../support/batch.ts';

const at = Date.UTC(2026, 0, 5, 14, 30);
const day = 86_400_000;

suite('writing', () => {
  const running = emptyServer();
  let server: S3TestServer;
  beforeEach(() => (server = running()));

  test('puts the rows of each day of a table into a Parquet file below the unpadded folders of the day', async () => {
    const input = [
      recordLine('visits', { time: at, n: 1 }),
      recordLine('visits', { time: at + day, n: 2 }),
      recordLine('visits', { time: at + 1, n: 3 }),
      stateLine('visits', { seen: 3 }),
    ];
    const { lines, error } = await runWrite(server, input, { catalog: catalogJson('visits') });
    assert.equal(error, undefined);
    assert.deepEqual(lines, [
      stateLine('visits', { seen: 3 }).replace('}}}', '}},"destinationStats":{"recordCount":3.0}}'),
    ]);
    const keys = keysBelow(server);
    assert.equal(keys.length, 2);
    assert.match(
      keys[0] ?? '',
      new RegExp(`^data/visits/year=2026/month=1/day=5/${at}-[0-9a-f]{16}-0\\.snappy\\.parquet$`, 'u'),
    );
    assert.match(keys[1] ?? '', /^data\/visits\/year=2026\/month=1\/day=6\//u);
    const rows = await queryParquet(server, 'data/visits/', 'SELECT n, time FROM files ORDER BY n');
    assert.deepEqual(
      rows.map(({ n }) => n),
      ['1', '2', '3'],
    );
  });

  test('writes JSON lines in gzip on request', async () => {
    const rows = [
      '{"time":"2026-01-05T00:00:00Z","n":12345678901234567890.5,"s":"ü\\u00fc"}',
      '{"time":"2026-01-05","o":{}}',
    ];
    const { error } = await runWrite(
      server,
      rows.map((row) => recordLine('visits', row)),
      { catalog: catalogJson('visits'), config: { output_format: 'json' } },
    );
    assert.equal(error, undefined);
    assert.match(keysBelow(server)[0] ?? '', /\.json\.gz$/u);
    assert.deepEqual(jsonRows(server, 'data/'), [
      '{"time":"2026-01-05T00:00:00Z","n":12345678901234567890.5,"s":"ü\\u00fc"}',
      '{"time":"2026-01-05"}',
    ]);
  });

  test('names the table whose rows the engine has no memory for', async () => {
    const fields = Array.from({ length: 6000 }, (_, index) => [`k${index}`, { type: 'string' }]);
    const registry = {
      version: 1,
      table: 'visits',
      stream: { name: 'visits' },
      fields: fields.map(([name]) => ({ name, type: 'string' })),
    };
    server.seed('publisher-data', 'permutive/_schemas/visits.json', JSON.stringify(registry));
    const { error } = await runWrite(server, [recordLine('visits', { time: at })], {
      catalog: catalogJson('visits'),
      config: { max_memory_mb: 256 },
    });
    assert.ok(error instanceof ConnectorError && error.code === 'ENGINE_MEMORY_EXCEEDED', String(error));
    assert.match(error.message, /^Table "visits": .*Raise max_memory_mb\.$/u);
  });

  test('takes no type from a line that turns out not to be a row of the table', async () => {
    const columns = async (folder: string): Promise<readonly string[]> => {
      return Object.keys((await queryParquet(server, folder, 'SELECT * FROM files'))[0] ?? {});
    };
    const event = { time: at, event_id: 'e', user_id: 'u' };
    const input = [
      recordLine('visits', { time: at, n: 1 }),
      recordLine('visits', { time: at, elsewhere: 1 }).replace(',"emitted_at"', ',"namespace":"other","emitted_at"'),
      recordLine('click_events', event),
      recordLine('click_events', { ...event, user_id: null, rejected: 1 }),
      recordLine('visits', { time: at, broken: 1 }).replace('1},', '1,},'),
    ];
    const properties = { time: { type: 'string' }, event_id: { type: 'string' }, user_id: { type: 'string' } };
    const { error } = await runWrite(server, input, {
      catalog: catalogJson('visits', { name: 'visits', namespace: 'other' }, { name: 'click_events', properties }),
      config: { streams: [{ stream: 'visits', namespace: 'other', table: 'others' }] },
    });
    assert.match(String(error), /Line 5 of the input/u);
    assert.deepEqual(await columns('data/visits/'), ['time', 'n']);
    assert.deepEqual(await columns('data/others/'), ['time', 'elsewhere']);
    assert.ok(!(await columns('data/click_events/')).some((name) => name.startsWith('rejected')));
    assert.equal(jsonRows(server, '_rejected/').length, 1);
  });
});

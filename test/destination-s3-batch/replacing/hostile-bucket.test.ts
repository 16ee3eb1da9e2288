// False documents in the bucket: copied from elsewhere, damaged or forged.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { bucket, catalogJson, recordLine, stateLine } from '../../support/destination-input.ts';
import { emptyServer } from '../../support/empty-server.ts';
import { jsonRows, keysBelow, runWrite } from '../support/batch.ts';
import { eventJson, publishedStream } from '../support/published.ts';

const config = { output_format: 'json' };
const overwrite = { destination_sync_mode: 'overwrite', sync_mode: 'full_refresh' };
const events = { ...publishedStream('events'), ...overwrite };
const event = recordLine('events', eventJson({ event_name: 'Pageview' })) + stateLine('events', {});
const customers = `permutive/data/customers/year=2026/month=1/day=15/1700000000000-0123456789abcdef-0.json.gz`;

function registry(table: string, stream: string): string {
  return JSON.stringify({ version: 1, table, stream: { name: stream }, fields: [{ name: 'id', type: 'integer' }] });
}

suite('the batch destination, in a bucket whose documents are not true', () => {
  const running = emptyServer();

  for (const [key, table] of [
    ['x', 'customers'],
    ['customers', 'customers'],
    ['linkclick_events', 'customers'],
    ['linkclick_events', '../customers'],
  ] as const) {
    test(`empties no table that _schemas/${key}.json says is the table "${table}" of events`, async () => {
      const server = running();
      server.seed(bucket, customers, 'live');
      server.seed(bucket, `permutive/_schemas/${key}.json`, registry(table, 'events'));
      await runWrite(server, [event], { catalog: catalogJson(events), config });
      assert.equal(server.object(bucket, customers)?.body.toString(), 'live');
    });
  }

  test('empties no table of event names that another stream replaced last, whatever _schemas/ says of it', async () => {
    const server = running();
    const own = [recordLine('customers_events', { id: 1 }), stateLine('customers_events', {})];
    await runWrite(server, own, { catalog: catalogJson({ name: 'customers_events', ...overwrite }), config });
    server.seed(bucket, 'permutive/_schemas/customers_events.json', registry('customers_events', 'events'));
    const { error, said } = await runWrite(server, [event], { catalog: catalogJson(events), config });
    assert.equal(error, undefined);
    assert.deepEqual(jsonRows(server, 'data/customers_events/'), ['{"id":1}']);
    assert.ok(
      said.some(([level, text]) => level === 'WARN' && text.startsWith('The table "customers_events" is left')),
    );
  });

  test('fails a stream alone whose types are kept in a document of another table, also partway through the input', async () => {
    const server = running();
    server.seed(bucket, 'permutive/_schemas/users.json', registry('customers', 'users'));
    server.seed(bucket, 'permutive/_schemas/pageview_events.json', '{"version":1,"table":');
    const input = [recordLine('users', { id: 1 }), stateLine('users', {}), event, recordLine('visits', { id: 2 })];
    const catalog = catalogJson('users', publishedStream('events'), { name: 'visits', ...overwrite });
    const { error, failures, lines } = await runWrite(server, [...input, stateLine('visits', {})], { catalog, config });
    assert.equal(error, undefined);
    assert.deepEqual(
      failures.map(({ code, stream, message }) => [
        code,
        stream?.name,
        /"permutive\/_schemas\/(\w+)/u.exec(message)?.[1],
      ]),
      [
        ['BUCKET_DOCUMENT_INVALID', 'users', 'users'],
        ['BUCKET_DOCUMENT_INVALID', 'events', 'pageview_events'],
      ],
    );
    assert.deepEqual([lines.length, lines[0]?.includes('visits')], [1, true]);
    assert.equal(keysBelow(server).length, 1);
    assert.deepEqual(keysBelow(server, '_staging/'), []);
  });

  test('touches nothing of a table whose types are refused, not even an interrupted replacement of it', async () => {
    const server = running();
    const folder = 'permutive/data/users/';
    const id = '20260115T143000123Z-1a2b3c4d-0';
    const file = `${folder}year=2026/month=1/day=15/1700000000000-0123456789abcdef-0.json.gz`;
    const manifest = { version: 1, export: id, state: 'publishing', stream: { name: 'users' }, folder, objects: 1 };
    const more = { rows: 1, bytes: 1, min_time: null, max_time: null, schema: {}, previous: [] };
    const files = [{ key: file, bytes: 1, crc32: '', rows: 1 }];
    server.seed(bucket, file, 'live');
    server.seed(bucket, `permutive/_manifests/users/${id}.json`, JSON.stringify({ ...manifest, ...more, files }));
    server.seed(bucket, 'permutive/_schemas/users.json', registry('customers', 'users'));
    const contents = (): readonly string[] =>
      server.objects(bucket).map(({ key, body }) => `${key} ${body.toString()}`);
    const before = contents();
    for (const mode of [{}, overwrite]) {
      const { failures } = await runWrite(server, [recordLine('users', { id: 1 }), stateLine('users', {})], {
        catalog: catalogJson({ name: 'users', ...mode }),
        config,
      });
      assert.deepEqual(
        failures.map(({ code }) => code),
        ['BUCKET_DOCUMENT_INVALID'],
      );
      assert.deepEqual(contents(), before);
    }
  });

  for (const name of ['.', '..']) {
    test(`keeps everything of a table named "${name}" in folders of its own`, async () => {
      const server = running();
      const lines = recordLine(name, { id: 1 }) + stateLine(name, {});
      for (const mode of [{}, overwrite, overwrite]) {
        const { error } = await runWrite(server, [lines], { catalog: catalogJson({ name, ...mode }), config });
        assert.equal(error, undefined);
      }
      const keys = server.objects(bucket).map(({ key }) => key);
      for (const key of keys) assert.ok(!key.split('/').some((part) => ['', '.', '..'].includes(part)), key);
      const encoded = name.replaceAll('.', '%2E');
      assert.equal(keysBelow(server, `data/${encoded}/`).length, 1);
      assert.deepEqual(jsonRows(server, `data/${encoded}/`), ['{"id":1}']);
    });
  }
});

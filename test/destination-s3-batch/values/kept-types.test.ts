// A catalog that declares a field with another type than the table has from earlier runs: the type never changes by itself.
import assert from 'node:assert/strict';
import { beforeEach, suite, test } from 'node:test';
import type { S3TestServer } from '../../../tools/s3-server/types.ts';
import { catalogJson, recordLine, type Json } from '../../support/destination-input.ts';
import { emptyServer } from '../../support/empty-server.ts';
import { runWrite } from '../support/batch.ts';

const integer = { type: 'integer' };
const text = { type: 'string' };

suite('a type that the table keeps although the catalog declares another one', () => {
  const running = emptyServer();
  let server: S3TestServer;
  beforeEach(() => (server = running()));

  async function warnings(row: Json, properties: Json): Promise<readonly string[]> {
    const { said, error } = await runWrite(server, [recordLine('visits', row)], {
      catalog: catalogJson({ name: 'visits', properties }),
    });
    assert.equal(error, undefined);
    return said.filter(([level]) => level === 'WARN').map(([, message]) => message);
  }

  test('is named in a warning, at every level, if values do not fit it', async () => {
    const row = { code: 1, fine: 2, o: { a: 1 }, l: [1], lo: [{ b: 1 }] };
    await warnings(row, {});
    const items = { type: 'object', properties: { b: text } };
    const properties = {
      code: text,
      fine: text,
      o: { type: 'object', properties: { a: text } },
      l: { type: 'array', items: text },
      lo: { type: 'array', items },
    };
    const found = await warnings({ code: 'x', fine: '3', o: { a: 'x' }, l: ['x'], lo: [{ b: 'x' }] }, properties);
    assert.deepEqual(found, [
      'The table "visits" keeps the type of code, o.a, l[], lo[].b from an earlier run, and the catalog declares another one: values that do not fit are in "__json" fields only. Change it with the verb "types".',
    ]);
  });

  test('is not named where the type is the declared one, or no value is set aside', async () => {
    await warnings({ code: 1, clock: '10:00:00', o: { a: 1 } }, { code: integer });
    const properties = { code: integer, clock: { type: 'string', format: 'time' }, o: { type: 'object' } };
    assert.deepEqual(await warnings({ code: 'x', clock: 'noon', o: 5 }, properties), []);
    assert.deepEqual(await warnings({ code: '7' }, { code: text }), []);
  });
});

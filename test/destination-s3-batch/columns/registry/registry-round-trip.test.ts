// The stored types of a table come back unchanged, and are written only over the version that was read.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Area } from '@s3-connectors/common/destination/replacing/manifest-store.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import * as fc from 'fast-check';

import type { Field, FieldType, StructType } from '../../../../destination-s3-batch/src/columns/types/field-type.ts';
import {
  readRegistry,
  readTables,
  registryKey,
  typeJson,
  writeRegistry,
} from '../../../../destination-s3-batch/src/columns/registry/registry.ts';
import { emptyServer } from '../../../support/empty-server.ts';
import { connect, testBucket } from '../../../support/s3-connection.ts';

const scalars: readonly FieldType[] = [
  { kind: 'boolean' },
  { kind: 'integer' },
  { kind: 'number' },
  { kind: 'string' },
  { kind: 'json' },
  { kind: 'date' },
  { kind: 'time' },
  { kind: 'timestamp', utc: true },
  { kind: 'timestamp', utc: false },
];
const flat: StructType = {
  kind: 'struct',
  rest: true,
  fields: scalars.map((type, index): Field => ({ name: `f${index}`, type, misfits: index % 2 === 0 })),
};
const scalar = fc.constantFrom(...scalars);
const { anyStruct } = fc.letrec<{ type: FieldType; anyStruct: StructType }>((tie) => ({
  type: fc.oneof(
    { depthSize: 'small' },
    scalar,
    tie('type').map((items) => ({ kind: 'list' as const, items })),
    tie('anyStruct'),
  ),
  anyStruct: fc
    .tuple(fc.array(fc.tuple(fc.string({ unit: 'binary' }), tie('type'), fc.boolean()), { maxLength: 6 }), fc.boolean())
    .map(([members, rest]) => {
      return {
        kind: 'struct' as const,
        fields: members.map(([name, type, misfits]) => ({ name, type, misfits })),
        rest,
      };
    }),
}));

const mostBytes = 16 * 1024 * 1024;

suite('the registry of a table', () => {
  const running = emptyServer();

  async function opened(prefix = 'out/', maxDocumentBytes = mostBytes) {
    const server = running();
    const connection = connect(server.endpoint);
    const area: Area = {
      s3: connection.s3,
      prefix,
      headers: { encryption: { mode: 'bucket_default' } },
      maxDocumentBytes,
    };
    return { server, area, [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose]() };
  }
  const table = 'pages';
  const kept = async (area: Area): Promise<object> => {
    const { type, etag } = await readRegistry(area, table);
    return { type, etag };
  };
  const stream = { name: 'pages' };

  test('gives back every kind of type as it was written', async () => {
    await using it = await opened();
    for (const type of [
      flat,
      { ...flat, rest: false, fields: [{ name: 'inner', type: flat, misfits: true }] },
      { ...flat, fields: [{ name: 'many', type: { kind: 'list', items: flat }, misfits: false }] },
    ] as const) {
      const { etag } = await readRegistry(it.area, table);
      const written = await writeRegistry(it.area, { table, stream, type, etag });
      assert.deepEqual(await kept(it.area), { type, etag: written });
    }
  });

  test('gives back any type as it was written, under any names', async () => {
    await using it = await opened();
    let etag: string | undefined;
    await fc.assert(
      fc.asyncProperty(anyStruct, async (type) => {
        etag = await writeRegistry(it.area, { table, stream, type, etag });
        assert.deepEqual(await kept(it.area), { type, etag });
      }),
      { numRuns: 300, seed: 14, endOnFailure: true },
    );
  });

  test('has a form that later versions can rely on', async () => {
    await using it = await opened();
    const type: StructType = {
      kind: 'struct',
      rest: true,
      fields: [
        { name: 'at', type: { kind: 'timestamp', utc: false }, misfits: true },
        { name: 'in', type: { kind: 'struct', fields: [], rest: true }, misfits: false },
        { name: 'on', type: { kind: 'list', items: { kind: 'timestamp', utc: true } }, misfits: false },
      ],
    };
    const fields = [
      { name: 'at', type: 'timestamp_without_zone', misfits: true },
      { name: 'in', type: 'struct', fields: [], rest: true },
      { name: 'on', type: 'list', items: { type: 'timestamp' } },
    ];
    await writeRegistry(it.area, { table, stream: { name: 'a', namespace: 'b' }, type, etag: undefined });
    const stored = it.server.object(testBucket, 'out/_schemas/pages.json');
    const expected = { version: 1, table, stream: { name: 'a', namespace: 'b' }, fields, rest: true };
    assert.equal(stored?.body.toString(), `${JSON.stringify(expected)}\n`);
    assert.equal(stored?.headers.contentType, 'application/json');
    assert.deepEqual(typeJson(type), { type: 'struct', fields, rest: true });
    assert.deepEqual(typeJson({ kind: 'struct', fields: [], rest: false }), { type: 'struct', fields: [] });
  });

  test('is nothing as long as there is none, and is at the root when there is no prefix', async () => {
    await using it = await opened('');
    assert.deepEqual(await readRegistry(it.area, table), { type: undefined, etag: undefined, bytes: 0 });
    await writeRegistry(it.area, { table: 'a b', stream, type: flat, etag: undefined });
    assert.deepEqual(
      it.server.objects(testBucket, '').map(({ key }) => key),
      [registryKey('', 'a b')],
    );
  });

  test('is written neither over a version that was not read nor where one came meanwhile', async () => {
    await using it = await opened();
    const first = await writeRegistry(it.area, { table, stream, type: flat, etag: undefined });
    const again = { table, stream, type: { ...flat, rest: false } };
    await assert.rejects(writeRegistry(it.area, { ...again, etag: undefined }), { code: 'S3_OBJECT_CONFLICT' });
    await assert.rejects(writeRegistry(it.area, { ...again, etag: '"0"' }), { code: 'S3_OBJECT_CONFLICT' });
    assert.deepEqual((await readRegistry(it.area, table)).type, flat);
    await writeRegistry(it.area, { ...again, etag: first });
    assert.deepEqual((await readRegistry(it.area, table)).type, again.type);
  });

  test('is found with its table and stream among all, by name and namespace', async () => {
    await using it = await opened();
    const other = { name: 'pages', namespace: 'n' };
    for (const [name, of] of [
      ['a', stream],
      ['b', other],
      ['c', stream],
    ] as const) {
      await writeRegistry(it.area, { table: name, stream: of, type: flat, etag: undefined });
    }
    it.server.seed(testBucket, 'out/_schemas/notes.txt', 'not ours');
    it.server.seed(testBucket, 'out/_schemas.json', 'not ours');
    const found = await Array.fromAsync(readTables(it.area));
    assert.deepEqual(
      found.map(({ table: name, stream: of, type }) => [name, of, type]),
      [
        ['a', stream, flat],
        ['b', other, flat],
        ['c', stream, flat],
      ],
    );
  });

  const field = { name: 'f', type: 'string' };
  const whole = { version: 1, table, stream, fields: [field] };
  const damaged: readonly (readonly [what: string, body: string])[] = [
    ['no JSON', '{"version":1'],
    ['another version', JSON.stringify({ ...whole, version: 2 })],
    ['an unknown type', JSON.stringify({ ...whole, fields: [{ ...field, type: 'decimal' }] })],
    ['a list without items', JSON.stringify({ ...whole, fields: [{ ...field, type: 'list' }] })],
    ['a field without a name', JSON.stringify({ ...whole, fields: [{ type: 'string' }] })],
    ['no stream', JSON.stringify({ ...whole, stream: undefined })],
    ['a mark that is too long', JSON.stringify({ ...whole, event: '0'.repeat(65) })],
    ['a mark that is no hexadecimal number', JSON.stringify({ ...whole, event: `g${'0'.repeat(64)}` })],
    ['a mark that ends in another character', JSON.stringify({ ...whole, event: `${'0'.repeat(64)}g` })],
    ['a false "misfits"', JSON.stringify({ ...whole, fields: [{ ...field, misfits: false }] })],
  ];
  for (const [what, body] of damaged) {
    test(`is refused by its name when it has ${what}`, async () => {
      await using it = await opened();
      it.server.seed(testBucket, 'out/_schemas/pages.json', body);
      await assert.rejects(readRegistry(it.area, table), {
        code: 'BUCKET_DOCUMENT_INVALID',
        message: /^"out\/_schemas\/pages\.json" /u,
      });
      await assert.rejects(Array.fromAsync(readTables(it.area)), { code: 'BUCKET_DOCUMENT_INVALID' });
    });
  }

  const long = 'x'.repeat(300);
  for (const [what, key, name, shown] of [
    ['another table', 'pages', 'users', 'users'],
    ['a table of like name', 'pages', 'Pages', 'Pages'],
    ['no table', '', '', ''],
    ['a table whose name is not Unicode', 'pages', 'a\ud800', String.raw`a\ud800`],
    ['a table of a long name', 'pages', `${long}!`, long.slice(0, 200)],
  ] as const) {
    test(`is refused by its key, and never believed, as that of ${what}`, async () => {
      await using it = await opened();
      it.server.seed(testBucket, `out/_schemas/${key}.json`, JSON.stringify({ ...whole, table: name }));
      const message = `"out/_schemas/${key}.json" is of the table "${shown}". `;
      const refused = (error: unknown): boolean => {
        assert.ok(error instanceof ConnectorError && error.code === 'BUCKET_DOCUMENT_INVALID');
        assert.equal(error.message.slice(0, message.length), message);
        return true;
      };
      await assert.rejects(Array.fromAsync(readTables(it.area)), refused);
      if (key === 'pages') await assert.rejects(readRegistry(it.area, table), refused);
    });
  }

  test('is skipped if it is removed after it was listed', async () => {
    await using it = await opened();
    for (const name of ['a', 'b', 'c'])
      await writeRegistry(it.area, { table: name, stream, type: flat, etag: undefined });
    it.server.setHooks({
      onRequest: ({ operation, key }) => {
        if (operation === 'GetObject' && key.endsWith('/b.json')) it.server.remove(testBucket, key);
      },
    });
    const found = await Array.fromAsync(readTables(it.area));
    assert.deepEqual(
      found.map((one) => one.table),
      ['a', 'c'],
    );
  });

  test('gives back the streams whose rows it has, and the mark of the event it was made for', async () => {
    await using it = await opened();
    const [also, event] = [{ name: 'pages', namespace: 'n' }, '0'.repeat(64)];
    let etag: string | undefined;
    for (const more of [{}, { also }, { event }, { also, event }]) {
      etag = await writeRegistry(it.area, { table, stream, type: flat, etag, ...more });
      const { owners, event: mark } = await readRegistry(it.area, table);
      assert.deepEqual({ ...owners, ...(mark !== undefined && { event: mark }) }, { stream, ...more });
      const [among] = await Array.fromAsync(readTables(it.area));
      const expected = { also: undefined, event: undefined, ...more };
      assert.deepEqual([among?.stream, among?.also, among?.event], [stream, expected.also, expected.event]);
    }
  });

  test('may have 16 MiB, and no byte more, whatever the memory for documents', async () => {
    await using it = await opened('out/', 4 * mostBytes);
    it.server.seed(testBucket, 'out/_schemas/pages.json', JSON.stringify(whole).padEnd(mostBytes));
    const found = await readRegistry(it.area, table);
    const type: StructType = {
      kind: 'struct',
      fields: [{ name: 'f', type: { kind: 'string' }, misfits: false }],
      rest: false,
    };
    assert.deepEqual(found.type, type);
    it.server.seed(testBucket, 'out/_schemas/pages.json', JSON.stringify(whole).padEnd(mostBytes + 1));
    await assert.rejects(readRegistry(it.area, table), { code: 'BUCKET_DOCUMENT_INVALID' });
  });

  test('is neither read nor written beyond the memory for documents', async () => {
    await using it = await opened('out/', 1000);
    const wide = {
      ...flat,
      fields: Array.from({ length: 40 }, (_, at) => ({ ...(flat.fields[0] as Field), name: `${at}` })),
    };
    await assert.rejects(writeRegistry(it.area, { table, stream, type: wide, etag: undefined }), ConnectorError);
    it.server.seed(testBucket, 'out/_schemas/pages.json', JSON.stringify(whole).padEnd(1001));
    await assert.rejects(readRegistry(it.area, table), { code: 'BUCKET_DOCUMENT_INVALID' });
  });
});

// Both destinations below one prefix, and two streams of one name: a generation that one of them replaces does not affect the
// other.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import {
  bucket,
  catalogJson,
  recordLine,
  stateLine,
  statusLine,
  type Json,
} from '../../../../support/destination-input.ts';
import { emptyServer } from '../../../../support/empty-server.ts';
import { jsonRows, runWrite as runBatch } from '../../../../destination-s3-batch/support/batch.ts';
import { runWrite as runStreaming, storedRows } from '../../../../destination-s3-streaming/support/streaming.ts';
import type { S3TestServer } from '../../../../../tools/s3-server/types.ts';

type Program = {
  readonly name: string;
  readonly write: (server: S3TestServer, lines: readonly string[], catalog: Json) => ReturnType<typeof runBatch>;
  readonly rows: (server: S3TestServer) => readonly string[];
  readonly folder: string;
};

const batch: Program = {
  name: 'batch',
  write: (server, lines, catalog) => runBatch(server, lines, { catalog, config: { output_format: 'json' } }),
  rows: (server) => jsonRows(server, 'data/users/'),
  folder: 'permutive/data/users/',
};
const streaming: Program = {
  name: 'streaming',
  write: (server, lines, catalog) => runStreaming(server, lines, { catalog }),
  rows: (server) => storedRows(server, 'permutive/type=users/'),
  folder: 'permutive/type=users/',
};

function generation(id: number, more: Json = {}): Json {
  return catalogJson({ name: 'users', generation_id: id, minimum_generation_id: id, sync_id: 10 + id, ...more });
}

function inNamespace(namespace: string): readonly Json[] {
  return (generation(5, { namespace }) as { readonly streams: readonly Json[] }).streams;
}

function users(id: number): readonly string[] {
  return [recordLine('users', { id }), stateLine('users', { id }), statusLine('users', 'COMPLETE')];
}

const record = 'permutive/_manifests/users/generations/5.json';

suite('a generation of one prefix that both destinations write to', () => {
  const running = emptyServer();

  for (const [first, second] of [
    [streaming, batch],
    [batch, streaming],
  ] as const) {
    test(`is not taken from the record that ${first.name} wrote of an empty folder: ${second.name} refuses it by name`, async () => {
      const server = running();
      await second.write(server, users(1), generation(4));
      server.remove(bucket, 'permutive/_manifests/users/generations/4.json');
      await first.write(server, users(7), generation(5));
      const { error, failures, lines } = await second.write(server, users(2), generation(5));
      assert.equal(error, undefined);
      const said = failures.map(({ code, message }) => [
        code,
        message.includes(record),
        message.includes(first.folder),
      ]);
      assert.deepEqual(said, [['BUCKET_DOCUMENT_INVALID', true, true]]);
      assert.deepEqual([lines, second.rows(server)], [[], ['{"id":1}']]);
      assert.deepEqual(first.rows(server), ['{"id":7}']);
    });
  }

  for (const program of [streaming, batch]) {
    test(`of ${program.name} is written down with the folder that it is of`, async () => {
      const server = running();
      await program.write(server, users(1), generation(5));
      const written = JSON.parse(server.object(bucket, record)?.body.toString() ?? '{}') as Json;
      assert.deepEqual(written, {
        version: 1,
        generation_id: 5,
        folder: program.folder,
        stream: { name: 'users' },
        existing: [],
      });
    });

    test(`of ${program.name} continues from a record of an earlier version, which names no folder`, async () => {
      const server = running();
      await program.write(server, users(1), generation(4));
      const [old] = server.objects(bucket, program.folder);
      assert.ok(old);
      const existing = [[old.key, old.lastModified.toISOString()]];
      server.seed(bucket, record, JSON.stringify({ version: 1, generation_id: 5, existing }));
      const { error, failures } = await program.write(server, users(2), generation(5));
      assert.deepEqual([error, failures, program.rows(server)], [undefined, [], ['{"id":2}']]);
    });

    test(`of ${program.name} deletes nothing by an empty record without a folder, and says so`, async () => {
      const server = running();
      await program.write(server, users(1), generation(4));
      server.seed(bucket, record, JSON.stringify({ version: 1, generation_id: 5, existing: [] }));
      const { error, failures, said } = await program.write(server, users(2), generation(5));
      assert.deepEqual([error, failures, program.rows(server)], [undefined, [], ['{"id":1}', '{"id":2}']]);
      assert.ok(
        said.some(([level, message]) => level === 'WARN' && message.includes(record)),
        'no word of it',
      );
    });

    test(`of two streams in ${program.name} that have one name in two namespaces is refused in one catalog`, async () => {
      const catalog = { streams: [...inNamespace('a'), ...inNamespace('b')] };
      const { error } = await program.write(running(), users(1), catalog);
      assert.equal((error as { code?: string } | undefined)?.code, 'CATALOG_INVALID');
    });
  }
});

// `partition_by`, `namespace_in_path` and `airbyte_metadata`: folders that readers of Hive tables know, in every mode, and no other
// deletes.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { startS3Server } from '../../../tools/s3-server/server.ts';
import type { S3TestServer } from '../../../tools/s3-server/types.ts';
import { bucket, catalogJson, recordLine, stateLine, statusLine, type Json } from '../../support/destination-input.ts';
import { hiveValues, isMeant, meantBy } from '../../support/models/hive-folders.ts';
import { overwrite, type DestinationUnderTest, type Ran } from './under-test.ts';

const texts = [
  '',
  '.',
  '..',
  '../../../escaped',
  'a/b=c',
  '%2F',
  '\u0000',
  '\u0001',
  'ü😀',
  'x'.repeat(600),
  ' blank ',
];
const more = ['__HIVE_DEFAULT_PARTITION__', 'null', '007', '+', '&<>', '\\"\'', '*?[]{}^#:', '\ufeff', '\u2028'];
const others = [null, undefined, true, false, 0, -1.5, 1e300, 2 ** 53, [], [1], {}, { a: '"' }];
const values: readonly unknown[] = [...texts, ...more, ...others];
const time = '2026-01-15T10:00:00Z';

type Found = { readonly key: string; readonly row: Readonly<Record<string, unknown>> };

export function registerPartitionTests(destination: DestinationUnderTest): void {
  const { name, write, folderOf, rowsBelow, extension } = destination;

  async function run(
    server: S3TestServer,
    rows: readonly Json[],
    more: Json = {},
    config: Json = {},
    end = '',
  ): Promise<Ran> {
    const lines = [
      ...rows.map((row) => recordLine('visits', { time, ...row })),
      stateLine('visits', { rows: rows.length }),
      end,
    ];
    const streams = [{ stream: 'visits', partition_by: ['country', 'plan'] }];
    const ran = await write(server, lines, {
      catalog: catalogJson({ name: 'visits', ...more }),
      config: { streams, ...config },
    });
    assert.deepEqual([ran.error, ran.failures], [undefined, []]);
    return ran;
  }

  function found(server: S3TestServer, folder = folderOf('visits')): readonly Found[] {
    const keys = server.objects(bucket, `permutive/${folder}`).map(({ key }) => key);
    return keys
      .filter((key) => key.endsWith(extension))
      .flatMap((key) => rowsBelow(server, key).map((row) => ({ key, row: JSON.parse(row) as Found['row'] })));
  }

  async function bucketed(): Promise<S3TestServer> {
    const server = await startS3Server();
    server.createBucket(bucket);
    return server;
  }

  suite(`partitions through ${name}`, () => {
    test('have each row in the folder that a Hive reader decodes to its values (1,024 records)', async () => {
      await using server = await bucketed();
      const rows = values
        .flatMap((country) => values.map((plan) => ({ country, plan })))
        .map((row, id) => ({ id, ...row }));
      await run(server, rows);
      const all = found(server, '').filter(({ key }) => !key.includes('/_'));
      assert.deepEqual(new Set(all.map(({ row }) => row['id'])).size, rows.length);
      assert.equal(all.length, rows.length);
      for (const { key, row } of all) {
        assert.ok(key.startsWith(`permutive/${folderOf('visits')}year=2026/`), key);
        const sent = rows[Number(row['id'])] as Json;
        for (const field of ['country', 'plan']) {
          assert.equal(row[field] ?? null, null, 'the folder alone has it');
          const folder = hiveValues(key).get(field);
          assert.ok(folder !== undefined && isMeant(meantBy(folder, row[`${field}__value`]), sent[field]), key);
        }
      }
    });

    test('are replaced as a whole, whatever folders were there; a file that others copied stays', async () => {
      await using server = await bucketed();
      await run(
        server,
        [
          { id: 1, country: 'DE' },
          { id: 2, country: 'FR' },
        ],
        overwrite,
      );
      const [first] = server.objects(bucket, `permutive/${folderOf('visits')}`);
      assert.ok(first !== undefined);
      const copy = first.key.replace(/country=[^/]+\/plan=[^/]+\//u, 'backup=1/');
      server.seed(bucket, copy, first.body);
      const { said } = await run(server, [{ id: 3, country: 'IT' }], overwrite);
      const left = found(server).filter(({ key }) => key !== copy);
      assert.deepEqual(
        left.map(({ row }) => row['id']),
        [3],
      );
      assert.ok(
        server.objects(bucket, copy).length === 1 &&
          said.some(([level, text]) => level === 'WARN' && text.includes(copy)),
      );
      const none = [{ stream: 'visits', partition_by: [] }];
      await run(server, [{ id: 4, country: 'IT' }], overwrite, { streams: none });
      assert.deepEqual(
        found(server)
          .filter(({ key }) => key !== copy)
          .map(({ row }) => [row['id'], row['country']]),
        [[4, 'IT']],
      );
    });

    for (const mode of ['overwrite', 'append'] as const) {
      test(`have each row once in the folder of its values after a run of three writers, one of them doubled, by ${mode} (512 records)`, async () => {
        await using server = await bucketed();
        const some = values.filter((_, index) => index % 2 === 0);
        const pairs = some.flatMap((country) => some.map((plan) => ({ country, plan })));
        const sent = pairs.map((row, id) => ({ id, ...row }));
        const rowsOf = (index: number, n: number) =>
          sent.filter(({ id }) => id % 3 === index).map((row) => ({ ...row, n }));
        const modern = { destination_sync_mode: mode, generation_id: 0, minimum_generation_id: 0, sync_id: 7 };
        const part = (id: string, index: number, rows: readonly Json[]) => {
          return run(server, rows, modern, { run: { id, index, count: 3 } }, statusLine('visits', 'COMPLETE'));
        };
        for (const [number, name] of ['a', 'b'].entries()) {
          const before = found(server).length;
          for (const index of [2, 0]) await part(name, index, rowsOf(index, number));
          await part(name, 0, rowsOf(1, number)); // Another attempt at an existing part: its rows are not used.
          assert.equal(found(server).length, before, 'nothing before the last part');
          await part(name, 1, rowsOf(1, number));
          const all = found(server);
          const times = mode === 'append' ? number + 1 : 1;
          assert.equal(all.length, times * sent.length);
          assert.equal(new Set(all.map(({ row }) => row['id'])).size, sent.length);
          for (const { key, row } of all) {
            const { country, plan } = sent[Number(row['id'])] ?? assert.fail();
            for (const [field, value] of Object.entries({ country, plan })) {
              const folder = hiveValues(key).get(field);
              assert.ok(folder !== undefined && isMeant(meantBy(folder, row[`${field}__value`]), value), key);
            }
          }
          assert.deepEqual(server.objects(bucket, 'permutive/_staging/'), []);
        }
        if (mode === 'append') return;
        await run(server, [{ id: 7, country: 'DE' }], overwrite);
        const ids = found(server).map(({ row }) => row['id']);
        assert.deepEqual(ids, [7], 'the next writer knows the files of the run as its own');
      });
    }

    test('keep the row with the highest cursor of each key in a folder, where that is what the destination does', async () => {
      await using server = await bucketed();
      const more = { destination_sync_mode: 'append_dedup', primary_key: [['id'], ['country']], cursor_field: ['n'] };
      const rows = ['DE', 'FR', '', null].flatMap((country) => [1, 3, 2].map((n) => ({ id: 1, n, country })));
      await run(server, rows, more);
      const kept = found(server).map(({ key, row }) =>
        [hiveValues(key).get('country'), row['country__value'] ?? '', row['n']].map(String).join(' '),
      );
      const least = ['DE  3', 'FR  3', 'null  3', 'null "" 3'];
      assert.ok(
        least.every((text) => kept.includes(text)),
        kept.join(),
      );
      assert.ok(kept.length === rows.length || kept.length === least.length, kept.join());
    });

    test('lose no row where more folders are open than may be (1,100 folders, 2,200 records)', async () => {
      await using server = await bucketed();
      const rows = Array.from({ length: 2200 }, (_, id) => ({ id, country: `c${id % 1100}` }));
      await run(server, rows);
      const ids = found(server).map(({ key, row }) => {
        assert.equal(hiveValues(key).get('country'), `c${Number(row['id']) % 1100}`);
        return row['id'];
      });
      assert.deepEqual(
        ids.map(Number).sort((a, b) => a - b),
        rows.map(({ id }) => id),
      );
    });

    test('are refused for published types, and where a row would have a folder of its own', async () => {
      await using server = await bucketed();
      const streams = [{ stream: 'visits', partition_by: ['id'] }];
      const catalog = catalogJson({ name: 'visits', primary_key: [['id']] });
      const { error } = await write(server, [], { catalog, config: { streams } });
      assert.match(String(error), /primary key than "partition_by"/u);
    });
  });

  suite(`the namespace in the path, through ${name},`, () => {
    test('keeps streams of one name in two namespaces apart', async () => {
      await using server = await bucketed();
      const record = (namespace: string, id: number): string => {
        const data = { stream: 'visits', namespace, emitted_at: 1_700_000_000_000, data: { id } };
        return `${JSON.stringify({ type: 'RECORD', record: data })}\n`;
      };
      const catalog = catalogJson({ name: 'visits', namespace: 'eu' }, { name: 'visits', namespace: 'us' });
      const { error } = await write(server, [record('eu', 1), record('us', 2)], {
        catalog,
        config: { namespace_in_path: true },
      });
      assert.equal(error, undefined);
      for (const [stream, id] of [
        ['eu__visits', 1],
        ['us__visits', 2],
      ] as const) {
        assert.deepEqual(
          found(server, folderOf(stream)).map(({ row }) => row['id']),
          [id],
        );
      }
    });
  });

  suite(`Airbyte's columns, through ${name},`, () => {
    const meta = { changes: [{ field: 'x', change: 'NULLED', reason: 'SOURCE_RETRIEVAL_ERROR' }] };
    const lines = [0, 1, 2].map((id) => {
      const record = {
        stream: 'visits',
        data: { id: id % 2, _airbyte_raw_id: 'theirs' },
        emitted_at: 1_700_000_000_000,
      };
      return `${JSON.stringify({ type: 'RECORD', record: id === 0 ? { ...record, meta } : record })}\n`;
    });
    const write3 = async (server: S3TestServer): Promise<readonly Found[]> => {
      const catalog = catalogJson({ name: 'visits', generation_id: 7, minimum_generation_id: 0, sync_id: 9 });
      const { error } = await write(server, lines, { catalog, config: { airbyte_metadata: true } });
      assert.equal(error, undefined);
      return found(server);
    };

    test('say when a record was extracted, by which generation and sync, and what was changed in it; a replay repeats them', async () => {
      await using server = await bucketed();
      const first = await write3(server);
      assert.equal(first.length, 3);
      for (const { row } of first) {
        assert.match(
          String(row['_airbyte_raw_id']),
          /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/u,
        );
        assert.equal(new Date(row['_airbyte_extracted_at'] as string | number).getTime(), 1_700_000_000_000);
        assert.equal(row['_airbyte_generation_id'], 7);
        assert.equal((row['_airbyte_meta'] as Json)['sync_id'], 9);
      }
      const changes = first.map(({ row }) => JSON.stringify((row['_airbyte_meta'] as Json)['changes']));
      assert.deepEqual(changes.sort(), ['[]', '[]', JSON.stringify(meta.changes)].sort());
      assert.equal(new Set(first.map(({ row }) => row['_airbyte_raw_id'])).size, 3);
      assert.deepEqual(await write3(server), first, 'the files are the same');
    });
  });
}

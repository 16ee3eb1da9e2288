// What file_pattern spells also limits the listing when a filter walks folders, and omits nothing that is read.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import * as fc from 'fast-check';

import { namingOf } from '../../../source-s3/src/layout/file-name.ts';
import { listTable } from '../../../source-s3/src/listing/list-table.ts';
import { openResources } from '../../../source-s3/src/verbs/verb-resources.ts';
import { bucket, readHere, serverWith, sourceConfig, catalogJson, type Json } from '../support/source.ts';
import { idsOf } from '../support/text.ts';

const catalog = catalogJson({ t: { id: { type: 'integer' } } });
const jsonl = { data_format: { format: 'jsonl' } };

const filters: readonly (readonly [name: string, config: Json])[] = [
  ['partition_filter', { partition_filter: [{ column: 'hour', from: '02', to: '03' }] }],
  ['latest_partition_only', { latest_partition_only: ['t'] }],
];

/** A folder for each of 1,500 regions, in each four hours of 30 files. */
async function regions(config: Json) {
  await using server = await serverWith({});
  for (let region = 0; region < 1500; region++) {
    for (let hour = 0; hour < 4; hour++) {
      for (let file = 0; file < 30; file++) {
        const key = `lake/t/region=${String(region).padStart(4, '0')}/hour=0${hour}/${file}.json`;
        // Only the files of one region are read, so the others need no bytes.
        if (region === 1234) server.seed(bucket, key, `{"id":${hour * 100 + file}}\n`, { lastModified: new Date(0) });
        else if (file === 0) server.seed(bucket, key, '{"id":9999}\n', { lastModified: new Date(0) });
      }
    }
  }
  server.counts.reset();
  const { messages } = await readHere(server, { config: { ...jsonl, ...config }, catalog });
  return { ids: idsOf(messages).toSorted((a, b) => a - b), lists: server.counts.of('ListObjectsV2').requests };
}

suite('What file_pattern spells', () => {
  for (const [name, config] of filters) {
    test(`bounds what is listed also with ${name}`, async () => {
      const { ids, lists } = await regions({ file_pattern: 'region=1234/**', ...config });
      const hours = name === 'partition_filter' ? [2, 3] : [0, 1, 2, 3]; // The newest partition is a region.
      assert.deepEqual(
        ids,
        hours.flatMap((hour) => Array.from({ length: 30 }, (_, file) => hour * 100 + file)),
      );
      // The tables; three looks in each of two folders, one for Spark’s log; the hours of the region; what is read, each hour by itself or all.
      assert.equal(lists, 1 + 2 * 3 + 1 + 1 + (name === 'partition_filter' ? 2 : 1));
    });
  }

  test('bounds what is listed also with start_date on date folders', async () => {
    await using server = await serverWith({});
    for (let day = 0; day < 720; day++) {
      const time = new Date(Date.UTC(2026, 0, 1) + day * 86_400_000);
      const folder = time.toISOString().slice(0, 10).replaceAll('-', '/');
      for (const site of ['a', 'b', 'c']) {
        server.seed(bucket, `lake/t/${site}/${folder}/0.json`, `{"id":${day}}\n`, { lastModified: time });
      }
    }
    server.counts.reset();
    const config = {
      ...jsonl,
      data_partitioning: { mode: 'date_folders' },
      start_date: '2027-12-15T00:00:00Z',
      file_pattern: 'b/2027/**',
    };
    const { messages } = await readHere(server, { config, catalog });
    assert.equal(idsOf(messages).length, 720 - 713);
    // The tables; three looks in each of three folders, one for Spark’s log; months, what the first is; days of one; those from three days before the start date.
    assert.equal(server.counts.of('ListObjectsV2').requests, 1 + 3 * 3 + 1 + 2 + 1 + (7 + 3));
  });

  test('of a folder that is not there reads nothing, with each filter', async () => {
    for (const config of [...filters.map(([, more]) => more), {}]) {
      assert.deepEqual((await regions({ file_pattern: 'region=nowhere/**', ...config })).ids, []);
    }
  });

  test('leaves out no file that a listing without bounds finds, whatever filters there are', async () => {
    await using server = await serverWith({});
    const [a, b, plain] = [
      fc.constantFrom('a=1', 'a=2', 'a=1x'),
      fc.constantFrom('b=1', 'b=2'),
      fc.constantFrom('x', '01'),
    ];
    const folders = fc.oneof(
      fc.constant<readonly string[]>([]),
      fc.tuple(a),
      fc.tuple(a, b),
      fc.tuple(a, b, plain),
      fc.tuple(plain, a),
      fc.tuple(plain, a, b),
    );
    const key = fc.tuple(folders, fc.constantFrom('1.json', '2.json', '12.json'));
    const pattern = fc.tuple(
      folders,
      fc.constantFrom('*.json', '1*', '**', '**/1.json', 'a=*/*', '*/b=1/**', 'a=1*/**', '[a-x]*/*'),
    );
    const filter = fc.constantFrom(
      {},
      { partition_filter: [{ column: 'a', from: '2' }] },
      {
        partition_filter: [
          { column: 'b', to: '1' },
          { column: 'a', to: '1' },
        ],
      },
      { latest_partition_only: ['t'] },
    );
    await using session = await openResources(sourceConfig(server, jsonl), { log: () => undefined });
    let run = 0;
    let [found, none] = [0, 0];
    await fc.assert(
      fc.asyncProperty(
        fc.array(key, { minLength: 5, maxLength: 25 }),
        pattern,
        filter,
        async (keys, [head, rest], filters) => {
          const prefix = `lake/${run++}/t/`;
          // If there are folders of a column, the newest partition is searched only in these.
          const isUniform = ([[first]]: (typeof keys)[number]) =>
            !('latest_partition_only' in filters) || first?.startsWith('a=');
          for (const [path, name] of keys.filter(isUniform))
            server.seed(bucket, prefix + [...path, name].join('/'), '{}');
          const config = sourceConfig(server, { ...jsonl, file_pattern: [...head, rest].join('/'), ...filters });
          const listed = async (selection: typeof config.selection): Promise<readonly string[]> => {
            const naming = namingOf('jsonl');
            const table = { stream: { name: 't' }, prefix };
            const { pages } = listTable(
              session.s3,
              table,
              { ...config, selection, naming },
              new AbortController().signal,
            );
            return (await Array.fromAsync(pages))
              .flatMap(({ objects }) => objects.map((object) => object.key))
              .toSorted();
          };
          const bounded = await listed(config.selection);
          assert.deepEqual(bounded, await listed({ ...config.selection, head: '' }));
          if (bounded.length > 0) found++;
          else none++;
        },
      ),
      { numRuns: 250, seed: 16 }, // Each lists a table twice.
    );
    assert.ok(found > 50 && none > 50, `${found} ${none}`);
  });
});

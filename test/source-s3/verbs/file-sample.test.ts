// The files of a table that discover and inspect read, and what discover makes of them.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';

import * as fc from 'fast-check';

import { inReadingOrder } from '../../../source-s3/src/progress/reading-order.ts';
import { FileSample, mostSampled } from '../../../source-s3/src/verbs/file-sample.ts';
import { parquet } from '../../support/parquet.ts';
import { discoverHere, serverWith, timeOf } from '../support/source.ts';

const listing = fc
  .uniqueArray(fc.nat(10_000), { minLength: 1, maxLength: 300 })
  .chain((keys) => fc.tuple(fc.constant(keys.sort((a, b) => a - b)), fc.infiniteStream(fc.nat(50))))
  .map(([keys, minutes]) =>
    keys.map((key) => ({
      key: String(key).padStart(5, '0'),
      etag: '"e"',
      size: 1,
      lastModified: timeOf(minutes.next().value ?? 0),
      storageClass: 'STANDARD',
      archived: false,
    })),
  );

suite('the sample of a table’s files', () => {
  test('has all of a few, and of more the newest, the oldest and others from both halves of the listing', () => {
    fc.assert(
      fc.property(listing, (objects) => {
        const sample = new FileSample();
        for (const object of objects) sample.see(object);
        const files = sample.files(mostSampled);
        const keys = files.map(({ key }) => key);
        assert.equal(new Set(keys).size, keys.length);
        const sorted = objects.toSorted(inReadingOrder);
        assert.equal(keys[0], sorted.at(-1)?.key);
        if (objects.length > 1) assert.equal(keys[1], sorted[0]?.key);
        if (objects.length <= mostSampled) assert.equal(keys.length, objects.length);
        else {
          assert.equal(keys.length, mostSampled);
          const middle = objects[Math.floor(objects.length / 2)]?.key ?? '';
          assert.ok(keys.some((key) => key < middle) && keys.some((key) => key >= middle));
        }
        assert.deepEqual(
          sample.files(2).map(({ key }) => key),
          keys.slice(0, 2),
        );
      }),
    );
  });
});

suite('discover', () => {
  test('merges the columns of files between the oldest and the newest too', async () => {
    await using server = await serverWith({
      'lake/t/a.parquet': await parquet('SELECT 1 AS id'),
      'lake/t/b.parquet': await parquet("SELECT 1.5::DOUBLE AS id, 'x' AS between"),
      'lake/t/c.parquet': await parquet('SELECT 2 AS id'),
    });
    const { catalog } = await discoverHere(server);
    const { properties } = catalog.streams[0]?.json_schema ?? {};
    assert.ok(properties !== null && typeof properties === 'object');
    assert.deepEqual(Object.entries(properties).slice(0, 2), [
      ['id', { type: ['null', 'number'] }],
      ['between', { type: ['null', 'string'] }],
    ]);
  });

  test('takes the columns of the files that can be read, and says which cannot', async () => {
    await using server = await serverWith({
      'lake/t/a.parquet': await parquet('SELECT 1 AS id'),
      'lake/t/b.parquet': 'no Parquet at all, nor anything like it',
    });
    const { catalog, said } = await discoverHere(server);
    assert.equal(catalog.streams.length, 1);
    assert.match(
      said.join('\n'),
      /WARN The catalog is made without 1 of 2 files: "lake\/t\/b\.parquet" cannot be read/u,
    );
  });

  test('leaves out a table whose file is damaged where it is compressed, and no other', async () => {
    const damaged = gzipSync('id\n1\n');
    damaged.fill(0xff, 10);
    await using server = await serverWith({ 'lake/t/a.csv.gz': damaged, 'lake/u/a.csv': 'id\n1\n' });
    const { catalog, said } = await discoverHere(server, { data_format: { format: 'csv' } });
    assert.deepEqual(
      catalog.streams.map(({ name }) => name),
      ['u'],
    );
    assert.match(said.join('\n'), /WARN lake\.t is omitted from the catalog: .* compressed data is damaged/u);
  });

  test('looks into two files of each of many tables', async () => {
    const body = await parquet('SELECT 1 AS id');
    const names = Array.from({ length: 501 }, (_, table) =>
      ['a', 'b', 'c'].map((name) => `lake/t${table}/${name}.parquet`),
    );
    await using server = await serverWith(Object.fromEntries(names.flat().map((name) => [name, body])));
    assert.equal((await discoverHere(server)).catalog.streams.length, 501);
    assert.equal(server.counts.of('GetObject').requests, 2 * 501);
  });
});

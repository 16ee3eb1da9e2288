// The log of Spark's streaming file sink: only files of complete batches are read, wherever the table is stored now, and a log that
// cannot be used is reported. `spark-sink.json` was written by Spark 3.5.6: 13 batches, of which ten are compacted.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import * as fc from 'fast-check';

import { entryOf } from '../../../source-s3/src/listing/spark-log.ts';
import { bucket, catalogJson, discoverHere, readHere, serverWith, timeOf, type Json } from '../support/source.ts';
import { idsOf } from '../support/text.ts';

type Files = Readonly<Record<string, string>>;
const written = JSON.parse(await readFile(join(import.meta.dirname, 'spark-sink.json'), 'utf8')) as Files;
const jsonl = { data_format: { format: 'jsonl' } };
const all = Array.from({ length: 13 }, (_, id) => id);
const log = '_spark_metadata/';
/** From a batch that failed and was retried. */
const failed = { 'p=a b%3A0/part-00000-failed.c000.json': '{"id":90}\n' };

function below(folder: string, files: Files): Files {
  return Object.fromEntries(Object.entries(files).map(([path, body]) => [folder + path, body]));
}

async function rows(files: Files, config: Json = {}, folder = 'lake/events/') {
  await using server = await serverWith(below(folder, files));
  server.counts.reset();
  const { messages, said, failures } = await readHere(server, { config: { ...jsonl, ...config } });
  assert.deepEqual(failures, []);
  const lists = server.counts.of('ListObjectsV2').requests;
  return { ids: idsOf(messages).toSorted((a, b) => a - b), said, lists };
}

const without = (files: Files, ...paths: readonly string[]): Files =>
  Object.fromEntries(Object.entries(files).filter(([path]) => !paths.includes(path)));

suite('The log of Spark’s streaming sink', () => {
  test('says which files are read, and the others are counted under their own reason', async () => {
    const { ids, said } = await rows({ ...written, ...failed });
    assert.deepEqual(ids, all);
    assert.match(said.join('\n'), /INFO lake\.events: not read, by reason: .*1 uncommitted \(.*part-00000-failed/u);
    assert.ok(!said.some((text) => text.startsWith('WARN')), said.join('\n'));
  });

  test('is followed where the table was moved to another folder', async () => {
    for (const folder of ['lake/renamed/', 'lake/p=1/']) {
      assert.deepEqual((await rows({ ...written, ...failed }, {}, folder)).ids, all, folder);
    }
  });

  test('is followed with a partition filter, with the newest partition, and with a file pattern', async () => {
    const odd = all.filter((id) => id % 2 === 1);
    const files = { ...written, ...failed, 'p=b/part-00000-failed.c000.json': '{"id":91}\n' };
    for (const config of [
      { partition_filter: [{ column: 'p', from: 'a b:1' }] },
      { latest_partition_only: ['events'] }, // The partition of uncommitted files is not the newest.
      { file_pattern: 'p=a b%3A1/*' },
    ]) {
      assert.deepEqual((await rows(files, config)).ids, odd, JSON.stringify(config));
    }
  });

  for (const count of [13, 1013, 2100]) {
    test(`is found behind ${count} keys that come before it`, async () => {
      await using server = await serverWith(below('lake/events/', written));
      for (let file = 0; file < count; file++) {
        server.seed(bucket, `lake/events/A=1/part-${file}-failed.json`, '{"id":92}\n', { lastModified: timeOf(0) });
      }
      const { messages } = await readHere(server, { config: jsonl });
      assert.deepEqual(
        idsOf(messages).toSorted((a, b) => a - b),
        all,
      );
    });
  }

  test('costs nothing where there is none', async () => {
    for (const files of [{ 'a.json': '{"id":1}\n' }, { 'A.json': '{"id":1}\n' }])
      assert.equal((await rows(files)).lists, 4);
  });

  test('leaves out what it says is deleted', async () => {
    const last = written[`${log}12`] ?? assert.fail();
    const { ids } = await rows({ ...written, [`${log}12`]: last.replace('"add"', '"delete"') });
    assert.deepEqual(ids, all.slice(0, -1));
  });

  test('may lack the batches that were compacted, and begins with the newest compact file', async () => {
    const old = all.slice(0, 9).map((id) => `${log}${id}`);
    assert.deepEqual((await rows(without(written, ...old))).ids, all);
    const compact = `v1\n${Object.entries(written)
      .flatMap(([path, body]) => (path.startsWith(log) ? body.split('\n').slice(1) : []))
      .join('\n')}`;
    assert.deepEqual(
      (await rows({ ...without(written, ...old, `${log}9.compact`), [`${log}19.compact`]: compact })).ids,
      all,
    );
  });

  for (const [what, change, problem] of [
    ['lacks a batch', (files: Files) => without(files, `${log}11`), /the file "11" in it is missing/u],
    ['lacks the compact file', (files: Files) => without(files, `${log}9.compact`), /the file "9" in it is missing/u],
    [
      'is of another version',
      (files: Files) => ({ ...files, [`${log}12`]: 'v2\n' }),
      /"lake\/events\/_spark_metadata\/12" is damaged/u,
    ],
    ['is empty', (files: Files) => ({ ...files, [`${log}12`]: '' }), /12" is empty/u],
    [
      'is cut',
      (files: Files) => ({ ...files, [`${log}12`]: files[`${log}12`]?.slice(0, 100) ?? '' }),
      /12" is damaged/u,
    ],
    [
      'holds no batch',
      () => ({
        ...Object.fromEntries(Object.entries(written).filter(([path]) => !path.startsWith(log))),
        [`${log}x`]: '',
      }),
      /no file in it is a batch/u,
    ],
    [
      'has a line without end',
      (files: Files) => ({ ...files, [`${log}12`]: `v1\n${'x'.repeat(200_000)}` }),
      /12" is damaged/u,
    ],
  ] as const) {
    test(`that ${what} is a WARN, and all data files are read`, async () => {
      const { ids, said } = await rows(change({ ...written, ...failed }));
      const warning = said.find((text) => text.startsWith('WARN')) ?? assert.fail();
      assert.match(warning, problem);
      assert.match(warning, /All data files are read/u);
      assert.equal(ids.includes(90), what !== 'holds no batch');
      assert.deepEqual(
        ids.filter((id) => id < 90),
        all,
      );
    });
  }

  test('in a folder below the table is a WARN, and all data files are read', async () => {
    const { ids, said } = await rows(below('sink/', { ...written, ...failed }));
    assert.deepEqual(ids, [...all, 90]);
    assert.match(said.join('\n'), /WARN lake\.events: a folder below the table has a log/u);
  });

  test('that names none of the files is a WARN, and what to do', async () => {
    await using server = await serverWith(below('lake/events/', { ...failed, [`${log}0`]: written[`${log}0`] ?? '' }));
    const catalog = catalogJson({ events: { id: { type: 'integer' } } });
    const { messages, said } = await readHere(server, { config: jsonl, catalog });
    assert.deepEqual(idsOf(messages), []);
    assert.match(said.join('\n'), /WARN lake\.events: none of its files is in the log .* delete that folder/u);
  });

  test('lets a file through in the run after its batch was completed', async () => {
    const early = without(written, `${log}12`);
    await using server = await serverWith(below('lake/events/', early));
    const { catalog } = await discoverHere(server, jsonl);
    const streams = catalog.streams.map((stream) => ({
      stream,
      sync_mode: 'incremental',
      destination_sync_mode: 'append',
    }));
    const first = await readHere(server, { config: jsonl, catalog: { streams } });
    assert.deepEqual(
      idsOf(first.messages).toSorted((a, b) => a - b),
      all.slice(0, -1),
    );
    server.seed(bucket, `lake/events/${log}12`, written[`${log}12`] ?? '', { lastModified: timeOf(59) });
    const state = first.messages.flatMap((message) => (message.type === 'STATE' ? [message['state']] : []));
    const second = await readHere(server, { config: jsonl, catalog: { streams }, state: state.slice(-1) });
    assert.deepEqual(idsOf(second.messages), [12]);
  });
});

test('A line of the log tells the path below the table, in whatever storage and folder that was, for any names', () => {
  const name = fc.string({
    unit: fc.constantFrom('a', 'é', ' ', '%', '#', '?', ':', '日', '\\', '"', '+'),
    minLength: 1,
    maxLength: 6,
  });
  const root = fc.constantFrom(
    's3a://old-bucket/x/y',
    's3://b.c',
    'file:///data',
    'file:/data',
    'hdfs://host:8020/a=b/c',
    '/data',
    'abfss://c@h/d',
  );
  const partitions = fc.array(fc.tuple(name, name), { maxLength: 3 });
  fc.assert(
    fc.property(root, name, partitions, name, fc.boolean(), (base, table, folders, file, isSame) => {
      const path = `${folders.map(([column, value]) => `${column}=${value}/`).join('')}${file}`;
      const uri = `${base}/${encodeURI(`${table}/${path}`).replaceAll('#', '%23').replaceAll('?', '%3F')}`;
      const line = JSON.stringify({ path: uri, size: 1, action: 'add' });
      const inBucket = base.replace(/^[a-z0-9]+:(?:\/\/[^/]*)?/u, '').slice(1);
      const prefix = isSame ? `${inBucket === '' ? '' : `${inBucket}/`}${table}/` : 'lake/elsewhere/';
      assert.deepEqual(entryOf(line, prefix), { path, action: 'add' });
    }),
    { numRuns: 2000, seed: 16 },
  );
});

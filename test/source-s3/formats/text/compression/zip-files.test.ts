// The files of a ZIP archive: the rows of each, with its own header and encoding, and from any row on.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { discoverHere, readHere, serverWith, type Json } from '../../../support/source.ts';
import { idsOf, textRows } from '../../../support/text.ts';
import { zipOf } from '../../../support/zip.ts';

const jsonl = { data_format: { format: 'jsonl' } };
const csv = { data_format: { format: 'csv' } };
const lines = (from: number, count: number): string =>
  Array.from({ length: count }, (_, index) => `{"id":${from + index}}\n`).join('');

suite('The files of an archive', () => {
  test('are read one after the other, each with its own header, columns and line ends', async () => {
    const body = zipOf([
      { name: 'jan.csv', body: 'id,name\n1,one\n2,two' },
      { name: 'deeper/feb.csv', body: '\uFEFFname,id\r\nthree,3\r\n' },
      { name: 'mar.tsv', body: 'id\textra\n4\t"x\ny"\n' },
    ]);
    const { rows, failures } = await textRows({ 'lake/t/a.zip': body }, csv);
    assert.deepEqual(failures, []);
    assert.deepEqual(
      rows.map(({ id, name = null, extra = null }) => [id, name, extra]),
      [
        ['1', 'one', null],
        ['2', 'two', null],
        ['3', 'three', null],
        ['4', null, 'x\ny'],
      ],
    );
  });

  test('are read in whatever form of JSON and encoding each has', async () => {
    const utf16 = Buffer.from('\uFEFF[{"id":3}]', 'utf16le');
    const files = [
      { name: 'a.json', body: '{"id":1}' },
      { name: 'b.json', body: '[{"id":2}]' },
      { name: 'c.json', body: utf16 },
      { name: 'd.json', body: '{\n"id":\n4}{"id":5}' },
    ];
    const { rows, failures } = await textRows({ 'lake/t/a.zip': zipOf(files) }, jsonl);
    assert.deepEqual([failures, rows.map(({ id }) => id)], [[], [1, 2, 3, 4, 5]]);
  });

  test('are skipped where they are folders, empty, hidden, side files, or of another format next to files of this one', async () => {
    const others = ['a/', '__MACOSX/._a.json', '.DS_Store', 'manifest.json', 'README.md', 'a/_SUCCESS', 'a.json.crc'];
    const body = zipOf([
      ...others.map((name) => ({ name, body: name.endsWith('/') ? '' : 'no JSON' })),
      { name: 'empty.json', body: '' },
      { name: 'a/a.json', body: '{"id":1}\n' },
    ]);
    await using server = await serverWith({ 'lake/t/a.zip': body });
    const { messages, said, failures } = await readHere(server, { config: jsonl });
    assert.deepEqual([failures, idsOf(messages)], [[], [1]]);
    const told = said.find((text) => text.includes('not read from the archive')) ?? assert.fail();
    assert.match(told, /^WARN "lake\/t\/a\.zip": .*1 extension \(.*"README\.md".*1 empty \(.*"empty\.json"/u);
  });

  test('are skipped with an INFO where none of them is empty', async () => {
    const body = zipOf([
      { name: 'a.json', body: '{"id":1}\n' },
      { name: '_x', body: 'x' },
    ]);
    const { said } = await textRows({ 'lake/t/a.zip': body }, jsonl);
    assert.deepEqual(said, []);
  });

  test('are read by whatever way their names take to them', async () => {
    const names = ['./1.json', '../2.json', './a/./3.json', '/4.json', 'a/../../5.json', 'a\\6.json'];
    const files = names.map((name, index) => ({ name, body: lines(index + 1, 1) }));
    const body = zipOf([{ name: './', body: '' }, ...files, { name: './.x/7.json', body: lines(7, 1) }]);
    const { rows, failures } = await textRows({ 'lake/t/a.zip': body }, jsonl);
    assert.deepEqual([failures, rows.map(({ id }) => id)], [[], [1, 2, 3, 4, 5, 6]]);
  });

  test('are all read where some have the same name, with one WARN', async () => {
    const names = ['a.json', 'b.json', 'a.json', './a.json', 'c.json'];
    const body = zipOf(names.map((name, index) => ({ name, body: lines(index + 1, 1) })));
    const { rows, said, failures } = await textRows({ 'lake/t/a.zip': body }, jsonl);
    assert.deepEqual([failures, rows.map(({ id }) => id)], [[], [1, 2, 3, 4, 5]]);
    const warnings = said.filter((text) => text.startsWith('WARN'));
    assert.equal(warnings.length, 1, warnings.join('\n'));
    assert.match(warnings[0] ?? '', /"lake\/t\/a\.zip": 3 files of the archive are named "a\.json", and all are read/u);
  });

  test('of which none is a data file give no row and a WARN', async () => {
    await using server = await serverWith({
      'lake/t/a.json': '{"id":1}\n',
      'lake/t/a.zip': zipOf([{ name: '.x', body: 'x' }]),
    });
    const { messages, said, failures } = await readHere(server, { config: jsonl });
    assert.deepEqual([failures, idsOf(messages)], [[], [1]]);
    assert.ok(
      said.some((text) => text.startsWith('WARN "lake/t/a.zip": not read from the archive, by reason: 1 hidden')),
    );
    for (const files of [[], [{ name: 'a/', body: '' }]]) {
      const empty = await textRows({ 'lake/t/a.json': '{"id":1}\n', 'lake/t/b.zip': zipOf(files) }, jsonl);
      assert.deepEqual([empty.failures, empty.rows.length], [[], 1]);
      assert.match(empty.said.join('\n'), /"lake\/t\/b\.zip": the archive has no file/u);
    }
  });

  test('of unknown extensions alone are read', async () => {
    const { rows } = await textRows({ 'lake/t/a.zip': zipOf([{ name: 'dump.log', body: '{"id":1}\n' }]) }, jsonl);
    assert.deepEqual(rows, [{ id: 1 }]);
  });

  test('tell their columns together', async () => {
    const files = [
      { name: 'a.json', body: '{"a":1}' },
      { name: 'b.json', body: '{"b":true}' },
    ];
    await using server = await serverWith({ 'lake/t/a.zip': zipOf(files) });
    const { catalog } = await discoverHere(server, jsonl);
    const properties = catalog.streams[0]?.json_schema['properties'] as Json;
    assert.deepEqual(
      Object.keys(properties).filter((name) => !name.startsWith('_ab_')),
      ['a', 'b'],
    );
  });

  test('resume after any row that was done, in whichever file it is', async () => {
    const counts = [3, 1, 4];
    const files = counts.map((count, index) => ({ name: `${index}.json`, body: lines(10 * index, count) }));
    await using server = await serverWith({ 'lake/t/a.zip': zipOf(files) });
    const { messages } = await readHere(server, { config: jsonl });
    const all = idsOf(messages);
    assert.equal(all.length, 8);
    const [object] = server.objects('customer-data', 'lake/t/');
    let base = 0;
    let done = 0;
    for (const [index, count] of counts.entries()) {
      for (let rows = 0; rows <= count; rows++) {
        const unfinished = { key: 'lake/t/a.zip', etag: object?.etag, unit: base, rows };
        const state = [
          {
            type: 'STREAM',
            stream: { stream_descriptor: { name: 't', namespace: 'lake' }, stream_state: { version: 1, unfinished } },
          },
        ];
        const resumed = await readHere(server, { config: jsonl, state });
        assert.deepEqual(idsOf(resumed.messages), all.slice(done + rows), `${index} ${rows}`);
      }
      done += count;
      base += 2 * (files[index]?.body.length ?? 0) + 1;
    }
  });

  test('that are large are read from another place of the archive than its start, by the range of each alone', async () => {
    const files = ['a', 'b', 'c'].map((name) => ({ name: `${name}.json`, body: lines(0, 60_000), isStored: true }));
    const body = zipOf(files);
    await using server = await serverWith({ 'lake/t/a.zip': body });
    const { messages } = await readHere(server, { config: jsonl });
    assert.equal(idsOf(messages).length, 180_000);
    server.counts.reset();
    const [object] = server.objects('customer-data', 'lake/t/');
    const base = 2 * (2 * (files[0]?.body.length ?? 0) + 1);
    const unfinished = { key: 'lake/t/a.zip', etag: object?.etag, unit: base, rows: 59_999 };
    const stream = { stream_descriptor: { name: 't', namespace: 'lake' }, stream_state: { version: 1, unfinished } };
    const catalog = {
      streams: [
        {
          stream: { name: 't', namespace: 'lake', json_schema: { properties: { id: { type: 'integer' } } } },
          sync_mode: 'incremental',
          destination_sync_mode: 'append',
        },
      ],
    };
    const last = await readHere(server, { config: jsonl, catalog, state: [{ type: 'STREAM', stream }] });
    assert.deepEqual(idsOf(last.messages), [59_999]);
    // Its beginning, its end, its directory; the third file, to open it and to read it. The first file is in the beginning.
    assert.equal(server.counts.of('GetObject').requests, 5);
  });
});

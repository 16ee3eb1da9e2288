// ZIP archives: the rows of all their data files, each file by itself, from any row on; what is refused, by its name; and no
// damage that turns into other rows.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { suite, test } from 'node:test';

import * as fc from 'fast-check';

import { memberBytes, refusalOf, zipMembers } from '../../../../source-s3/src/formats/text/zip.ts';
import { discoverHere, readHere, serverWith, type Json } from '../../support/source.ts';
import { idsOf, textRows } from '../../support/text.ts';
import { archiveOf, zipOf } from '../../support/zip.ts';

const fileOf = (name: string): Buffer => readFileSync(join(import.meta.dirname, 'compressed', name));
const jsonl = { data_format: { format: 'jsonl' } };
const csv = { data_format: { format: 'csv' } };
const lines = (from: number, count: number): string =>
  Array.from({ length: count }, (_, index) => `{"id":${from + index}}\n`).join('');
const signal = new AbortController().signal;

/** Names and texts of all that can be read; undefined for an archive that cannot. */
async function textsOf(body: Buffer, pieceBytes?: number): Promise<readonly (readonly [string, string])[] | undefined> {
  const archive = archiveOf(body, pieceBytes);
  try {
    const texts: (readonly [string, string])[] = [];
    for (const member of await zipMembers(archive, signal)) {
      if (refusalOf(member) !== undefined) return undefined;
      const text = await buffer(memberBytes(archive, { member, pieceBytes: 1000 }, signal));
      texts.push([member.name, text.toString('latin1')]);
    }
    return texts;
  } catch {
    return undefined;
  }
}

suite('An archive of another program', () => {
  for (const [name, count, last] of [
    ['deflated.zip', 2000, 1999],
    ['streamed.zip', 2000, 1999],
    ['stored.zip', 97, 96],
    ['two.zip', 4000, 1999],
    ['zip64.zip', 4000, 1999],
    ['infozip.zip', 30, 29],
  ] as const) {
    test(`is read: ${name}`, async () => {
      const { rows, failures, said } = await textRows({ [`lake/t/${name}`]: fileOf(name) }, jsonl);
      assert.deepEqual([failures, said, rows.length, rows.at(-1)?.['id']], [[], [], count, last]);
    });
  }
});

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

  test('are skipped where they are folders, empty, hidden, side files, or of another format beside files of this one', async () => {
    const others = ['a/', '__MACOSX/._a.json', '.DS_Store', 'manifest.json', 'README.md', 'a/_SUCCESS', 'a.json.crc'];
    const body = zipOf([
      ...others.map((name) => ({ name, body: name.endsWith('/') ? '' : 'no JSON' })),
      { name: 'empty.json', body: '' },
      { name: 'a/a.json', body: '{"id":1}\n' },
    ]);
    await using server = await serverWith({ 'lake/t/a.zip': body });
    const { messages, said, failures } = await readHere(server, { config: jsonl });
    assert.deepEqual([failures, idsOf(messages)], [[], [1]]);
    const told = said.find((text) => text.includes('not read of the archive')) ?? assert.fail();
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

  test('of which none is a data file give no row and a WARN', async () => {
    await using server = await serverWith({
      'lake/t/a.json': '{"id":1}\n',
      'lake/t/a.zip': zipOf([{ name: '.x', body: 'x' }]),
    });
    const { messages, said, failures } = await readHere(server, { config: jsonl });
    assert.deepEqual([failures, idsOf(messages)], [[], [1]]);
    assert.ok(said.some((text) => text.startsWith('WARN "lake/t/a.zip": not read of the archive: 1 hidden')));
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

  test('go on behind any row that was done, in whichever file it is', async () => {
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
    // Its head, its end, its directory; the third file, to open it and to read it. The first file is in the head.
    assert.equal(server.counts.of('GetObject').requests, 5);
  });
});

const zips = ['deflated.zip', 'streamed.zip', 'stored.zip', 'two.zip', 'zip64.zip', 'infozip.zip'].map(fileOf);

test('An archive is the same texts under any cutting into pieces', async () => {
  for (const body of zips) {
    const whole = await textsOf(body);
    assert.ok(whole !== undefined && whole.length > 0);
    for (const pieceBytes of [1, 2, 3, 1000, 65_536]) assert.deepEqual(await textsOf(body, pieceBytes), whole);
  }
});

test('An archive that is damaged or cut fails, or is the very texts, or lacks a file that it names otherwise', async () => {
  const damage = fc.tuple(
    fc.constantFrom(...zips),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.nat(7),
    fc.boolean(),
    fc.boolean(),
  );
  const wholes = new Map<Buffer, readonly (readonly [string, string])[]>();
  for (const body of zips) wholes.set(body, (await textsOf(body)) ?? assert.fail());
  let [refused, same] = [0, 0];
  await fc.assert(
    fc.asyncProperty(damage, async ([body, where, bit, isCut, isAtEnd]) => {
      // The directory is small: half of all damage is there.
      const span = isAtEnd ? Math.min(300, body.length) : body.length;
      const at = Math.min(body.length - 1, body.length - span + Math.floor(where * span));
      const damaged = Buffer.from(isCut ? body.subarray(0, at) : body);
      if (!isCut) damaged[at] = (damaged[at] ?? 0) ^ (1 << bit);
      const found = await textsOf(damaged);
      if (found === undefined) refused++;
      else {
        same++;
        const names = new Map(wholes.get(body));
        for (const [name, text] of found) assert.ok(names.get(name) === text, `${name} ${at}.${bit}`);
        // An entry can only turn into a folder or an empty file.
        assert.ok(found.length === names.size, `${found.length} of ${names.size} at ${at}.${bit}`);
      }
    }),
    { numRuns: 2000, seed: 16 },
  );
  assert.ok(refused > 500 && same > 50, `${refused} ${same}`);
});

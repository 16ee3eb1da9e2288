// ZIP archives that are refused, by name, and those that only look refusable.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { memberBytes, zipMembers } from '../../../../../source-s3/src/formats/text/compression/zip.ts';
import { readHere, serverWith } from '../../../support/source.ts';
import { idsOf, textRows } from '../../../support/text.ts';
import { archiveOf, zipOf, type ZipFile } from '../../../support/zip.ts';

const jsonl = { data_format: { format: 'jsonl' } };
const lines = (from: number, count: number): string =>
  Array.from({ length: count }, (_, index) => `{"id":${from + index}}\n`).join('');
const signal = new AbortController().signal;

/** With the two records of Zip64 between its directory and its end, which refers to them. */
function zip64Of(files: readonly ZipFile[]): Buffer {
  const body = zipOf(files);
  const [members, end] = [body.subarray(0, -22), Buffer.from(body.subarray(-22))];
  const record = Buffer.alloc(76);
  record.write('PK\u0006\u0006', 'latin1');
  record.writeUInt32LE(44, 4);
  record.writeUInt32LE(end.readUInt16LE(10), 32);
  record.writeUInt32LE(end.readUInt32LE(12), 40);
  record.writeUInt32LE(end.readUInt32LE(16), 48);
  record.write('PK\u0006\u0007', 56, 'latin1');
  record.writeUInt32LE(members.length, 64);
  end.writeUInt32LE(0xffffffff, 16);
  return Buffer.concat([members, record, end]);
}

suite('An archive is refused by what it is', () => {
  const two: readonly ZipFile[] = [
    { name: 'a.json', body: lines(0, 3) },
    { name: 'b.json', body: lines(3, 3) },
  ];
  for (const [what, body, reason] of [
    ['encrypted', zipOf([{ ...two[0], flags: 1 } as ZipFile]), /a\.zip\/a\.json" cannot be read: it is encrypted/u],
    [
      'of an unknown method',
      zipOf([{ ...two[0], method: 77 } as ZipFile]),
      /compressed with the method 77, which is not read/u,
    ],
    ['of Deflate64', zipOf([{ ...two[0], method: 9 } as ZipFile]), /compressed with Deflate64 \(method 9\)/u],
    ['cut', zipOf(two).subarray(0, -40), /has no directory at its end; it may have been cut/u],
    ['behind other bytes', Buffer.concat([zipOf(two).subarray(0, 30), zipOf(two)]), /not where its end says/u],
    ['before other bytes', Buffer.concat([zipOf(two), Buffer.from('more')]), /has no directory at its end/u],
    ['after a copy of itself', Buffer.concat([zipOf(two), zipOf(two)]), /not where its end says; archives may have/u],
    ['behind another of its size', Buffer.concat([zipOf(two.toReversed()), zipOf(two)]), /not where its end says/u],
    ['behind one of Zip64', Buffer.concat([zip64Of(two), zip64Of(two)]), /not where its end says/u],
  ] as const) {
    test(what, async () => {
      const { failures } = await textRows({ 'lake/t/0.json': '{"id":0}\n', 'lake/t/a.zip': body }, jsonl);
      assert.match(failures.join(), reason);
    });
  }

  test('of a file that is compressed once more, whatever the encoding of the text', async () => {
    const bzip2 = Buffer.from('425a683931415926535977', 'hex');
    for (const [name, inner] of [
      ['gzip', gzipSync('id\n1\n')],
      ['zip', zipOf(two)],
      ['bzip2', Buffer.concat([bzip2, Buffer.from('\n1\n')])],
    ] as const) {
      const outer = { 'lake/t/a.zip': zipOf([{ name: 'a.csv', body: inner }]), 'lake/t/a.csv.gz': gzipSync(inner) };
      for (const [key, body] of Object.entries(outer)) {
        const config = { data_format: { format: 'csv', encoding: 'latin-1' } };
        const { failures } = await textRows({ 'lake/t/0.csv': 'id\n0\n', [key]: body }, config);
        assert.match(failures.join(), new RegExp(`cannot be read: it is compressed a second time, with ${name}`, 'u'));
      }
    }
  });

  test('of many files in one place', async () => {
    const body = zipOf(two);
    const entry = body.lastIndexOf('PK\u0001\u0002');
    body.writeUInt32LE(0, entry + 42);
    const { failures } = await textRows({ 'lake/t/0.json': '{"id":0}\n', 'lake/t/a.zip': body }, jsonl);
    assert.match(failures.join(), /two files of the ZIP archive are in the same place/u);
  });

  test('of a file that is empty by its directory, and not by its checksum', async () => {
    const body = zipOf(two);
    body.writeUInt32LE(0, body.lastIndexOf('PK\u0001\u0002') + 24);
    const { failures } = await textRows({ 'lake/t/0.json': '{"id":0}\n', 'lake/t/a.zip': body }, jsonl);
    assert.match(failures.join(), /is longer than its directory says/u);
  });

  test('not for the records of Zip64', async () => {
    const { rows, failures } = await textRows({ 'lake/t/a.zip': zip64Of(two) }, jsonl);
    assert.deepEqual([failures, rows.length], [[], 6]);
  });

  test('not for a comment that looks like the end of another archive', async () => {
    const body = zipOf(two);
    const comment = zipOf([]);
    body.writeUInt16LE(comment.length, body.length - 2);
    const { rows, failures } = await textRows({ 'lake/t/a.zip': Buffer.concat([body, comment]) }, jsonl);
    assert.deepEqual([failures, rows.length], [[], 6]);
  });

  test('of a file that is longer than its directory says, as soon as it is', async () => {
    const body = zipOf([{ name: 'a.json', body: lines(0, 100_000) }]);
    const entry = body.lastIndexOf('PK\u0001\u0002');
    body.writeUInt32LE(10, entry + 24);
    const archive = archiveOf(body);
    const [member] = await zipMembers(archive, signal);
    assert.ok(member !== undefined);
    let bytes = 0;
    await assert.rejects(async () => {
      for await (const piece of memberBytes(archive, { member, pieceBytes: 1000 }, signal)) bytes += piece.length;
    }, /is longer than its directory says/u);
    assert.equal(bytes, 0);
  });

  test('a refused file fails the archive before a row of it is sent', async () => {
    const body = zipOf([...two, { name: 'c.json', body: 'x', flags: 1 }]);
    const catalog = {
      streams: [
        {
          stream: { name: 't', namespace: 'lake', json_schema: { properties: { id: { type: 'integer' } } } },
          sync_mode: 'full_refresh',
          destination_sync_mode: 'append',
        },
      ],
    };
    await using server = await serverWith({ 'lake/t/a.zip': body });
    const { messages, failures } = await readHere(server, { config: jsonl, catalog });
    assert.deepEqual([idsOf(messages), failures.map(({ code }) => code)], [[], ['FILE_UNREADABLE']]);
  });
});

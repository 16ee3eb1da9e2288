// ZIP archives: those of other programs are read, what cannot be read is refused by its name, and no damage turns into other rows.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { suite, test } from 'node:test';

import * as fc from 'fast-check';

import {
  memberBytes,
  refusalOf,
  zipMembers,
  type Archive,
} from '../../../../../source-s3/src/formats/text/compression/zip.ts';
import { readHere, serverWith } from '../../../support/source.ts';
import { idsOf, textRows } from '../../../support/text.ts';
import { zipOf, type ZipFile } from '../../../support/zip.ts';

const fileOf = (name: string): Buffer => readFileSync(join(import.meta.dirname, 'files', name));
const jsonl = { data_format: { format: 'jsonl' } };
const lines = (from: number, count: number): string =>
  Array.from({ length: count }, (_, index) => `{"id":${from + index}}\n`).join('');
const signal = new AbortController().signal;

function archiveOf(body: Buffer, pieceBytes = body.length): Archive {
  return {
    size: body.length,
    async *from(offset, _, end = body.length) {
      for (let at = offset; at < end; at += pieceBytes) {
        yield await Promise.resolve(body.subarray(at, Math.min(end, at + pieceBytes)));
      }
    },
  };
}

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
    ['behind other bytes', Buffer.concat([zipOf(two).subarray(0, 30), zipOf(two)]), /damaged|not where|no member/u],
  ] as const) {
    test(what, async () => {
      const { failures } = await textRows({ 'lake/t/0.json': '{"id":0}\n', 'lake/t/a.zip': body }, jsonl);
      assert.match(failures.join(), reason);
    });
  }

  test('of many files in one place', async () => {
    const body = zipOf(two);
    const entry = body.lastIndexOf('PK\u0001\u0002');
    body.writeUInt32LE(0, entry + 42);
    const { failures } = await textRows({ 'lake/t/0.json': '{"id":0}\n', 'lake/t/a.zip': body }, jsonl);
    assert.match(failures.join(), /two files of the ZIP archive are in the same place/u);
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

// ZIP archives: those of other programs are read, unsupported ones are refused by name, and no damage turns into other rows.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { suite, test } from 'node:test';

import * as fc from 'fast-check';

import { memberBytes, refusalOf, zipMembers } from '../../../../../source-s3/src/formats/text/compression/zip.ts';
import { textRows } from '../../../support/text.ts';
import { archiveOf } from '../../../support/zip.ts';

const fileOf = (name: string): Buffer => readFileSync(join(import.meta.dirname, 'files', name));
const jsonl = { data_format: { format: 'jsonl' } };
const signal = new AbortController().signal;

/** Names and texts of all readable files. Undefined for an unreadable archive. */
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

const zips = ['deflated.zip', 'streamed.zip', 'stored.zip', 'two.zip', 'zip64.zip', 'infozip.zip'].map(fileOf);

test('An archive is the same texts under any cutting into pieces', async () => {
  for (const body of zips) {
    const whole = await textsOf(body);
    assert.ok(whole !== undefined && whole.length > 0);
    for (const pieceBytes of [1, 2, 3, 1000, 65_536]) assert.deepEqual(await textsOf(body, pieceBytes), whole);
  }
});

test('An archive that is damaged or cut fails, or is the very texts, or lacks a file that it names otherwise', async () => {
  const cases = 2000;
  const damage = fc.tuple(
    fc.constantFrom(...zips),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.nat(7),
    fc.boolean(),
    fc.boolean(),
  );
  const wholes = new Map(await Promise.all(zips.map(async (body) => [body, await textsOf(body)] as const)));
  let [refused, same] = [0, 0];
  await fc.assert(
    fc.asyncProperty(damage, async ([body, where, bit, isCut, isAtEnd]) => {
      // The directory is small, so half of all damage is there.
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
    { numRuns: cases, seed: 16 },
  );
  assert.ok(refused > cases / 4 && same > cases / 40, `${refused} ${same}`);
});

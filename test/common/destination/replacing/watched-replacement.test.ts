// A replacement as seen by readers that list and read all the time.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { latestKey, manifestFolder, parseLatest } from '@s3-connectors/common/destination/replacing/manifest.ts';
import { replaceSet } from '@s3-connectors/common/destination/replacing/replacement.ts';
import type { S3 } from '@s3-connectors/common/s3/connection/client.ts';
import { listPages } from '@s3-connectors/common/s3/list.ts';
import { readObject } from '@s3-connectors/common/s3/read.ts';

import { connect } from '../../../support/s3-connection.ts';
import { openPlace, prefix, stage, users } from './support/place.ts';

const filesPerSet = 20;
const sets = 6;
const maxBytes = 1_000_000;

/** The content of a file is its mark; each set has a number of marks. */
function setOf(body: Buffer | undefined): number | undefined {
  return body && Math.floor(Number(body.toString()) / filesPerSet);
}

type Sight = { readonly from: number; readonly to: number; readonly sets: ReadonlySet<number>; readonly files: number };

/** Lists the folder and reads the listed files; files that are gone meanwhile are skipped. */
async function lookByListing(s3: S3): Promise<Sight> {
  const from = performance.now();
  const keys: string[] = [];
  for await (const { objects } of listPages(s3, { prefix: users.folder })) keys.push(...objects.map(({ key }) => key));
  const bodies = await Promise.all(keys.map(async (key) => (await readObject(s3, key, maxBytes))?.body));
  const found = bodies.map(setOf).filter((set) => set !== undefined);
  return { from, to: performance.now(), sets: new Set(found), files: keys.length };
}

/** Reads the files in latest.json. If some are gone by then, it starts again with latest.json. */
async function lookByManifest(s3: S3): Promise<Sight> {
  const key = latestKey(manifestFolder(prefix, users.name));
  for (;;) {
    const from = performance.now();
    const latest = parseLatest(prefix, users, (await readObject(s3, key, maxBytes))?.body ?? Buffer.alloc(0));
    const files = latest.current?.files ?? [];
    const bodies = await Promise.all(files.map(async (file) => (await readObject(s3, file.key, maxBytes))?.body));
    if (bodies.includes(undefined)) continue;
    const found = bodies.map(setOf).filter((set) => set !== undefined);
    return { from, to: performance.now(), sets: new Set(found), files: found.length };
  }
}

suite('a replacement that is watched', () => {
  test('is never seen empty, double only between the first copy and the last deletion, and never mixed in latest.json', async (context) => {
    await using it = await openPlace();
    await using reader = connect(it.server.endpoint);
    const marksOf = (set: number) => Array.from({ length: filesPerSet }, (_, index) => set * filesPerSet + index);
    const [first, ...replacements] = await Array.fromAsync(Array.from({ length: sets }).keys(), (set) =>
      stage(it.area, marksOf(set)),
    );
    assert.ok(first);
    await replaceSet(it.area, first);
    const bursts: { begun: number; ended: number }[] = [];
    it.server.setHooks({
      onRequest({ operation }) {
        const burst = bursts.at(-1);
        if (operation === 'CopyObject' && burst?.begun === 0) burst.begun = performance.now();
      },
      onAnswer({ operation }) {
        const burst = bursts.at(-1);
        if (operation === 'DeleteObjects' && burst?.ended === 0) burst.ended = performance.now();
      },
    });
    const listed: Sight[] = [];
    const named: Sight[] = [];
    const watch = async (look: (s3: S3) => Promise<Sight>, sights: Sight[], end: AbortSignal): Promise<void> => {
      while (!end.aborted) sights.push(await look(reader.s3));
    };
    const end = new AbortController();
    const watching = [watch(lookByListing, listed, end.signal), watch(lookByManifest, named, end.signal)];
    for (const replacement of replacements) {
      bursts.push({ begun: 0, ended: 0 });
      await replaceSet(it.area, replacement);
      const looks = [listed.length + 2, named.length + 2] as const;
      while (listed.length < looks[0] || named.length < looks[1]) await sleep(1);
    }
    end.abort();
    await Promise.all(watching);

    assert.ok(listed.length > sets && named.length > sets, `${listed.length} and ${named.length} looks`);
    for (const { files, from, to, sets: seen } of listed) {
      assert.ok(files >= filesPerSet, `a listing showed ${files} files`);
      const isInBurst = bursts.some(({ begun, ended }) => from <= ended && to >= begun);
      assert.ok(seen.size === 1 || isInBurst, 'two sets were seen outside a burst');
    }
    for (const { files, sets: seen } of named) assert.deepEqual([files, seen.size], [filesPerSet, 1]);
    const lengths = bursts.map(({ begun, ended }) => `${Math.round(ended - begun)} ms`).join(', ');
    const mixed = listed.filter(({ sets: seen }) => seen.size > 1).length;
    context.diagnostic(
      `bursts of ${filesPerSet} files: ${lengths}; ${mixed} of ${listed.length} listings showed two sets, none of ${named.length} looks by latest.json did`,
    );
  });
});

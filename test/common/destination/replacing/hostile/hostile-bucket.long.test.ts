// What is deleted and copied in buckets with any content: copied, damaged or forged documents, and objects of others.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { newExportId } from '@s3-connectors/common/destination/replacing/export-id.ts';
import { isGenerationNoted, removeOutlived } from '@s3-connectors/common/destination/replacing/generation-record.ts';
import { settle } from '@s3-connectors/common/destination/replacing/interrupted.ts';
import type { Area } from '@s3-connectors/common/destination/replacing/manifest-store.ts';
import {
  parseStagedKey,
  stagedKey,
  tellApart,
  type DataPlace,
} from '@s3-connectors/common/destination/replacing/own-keys.ts';
import { replaceSet } from '@s3-connectors/common/destination/replacing/replacement.ts';
import { removeLeftovers } from '@s3-connectors/common/destination/replacing/staging.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import { putObject } from '@s3-connectors/common/s3/write.ts';

import {
  anyKey,
  hostileBucket,
  laidOut,
  misdeeds,
  type Deed,
  type Realm,
} from '../../../../support/hostile/hostile-bucket.ts';
import { testBucket } from '../../../../support/s3-connection.ts';
import { openPlace, type Setting } from '../support/place.ts';

const streaming: Realm = { parent: 'type=', extensions: ['.jsonl.gz'], names: ['users'], generation: 7 };
const batch: Realm = { ...streaming, parent: 'data/', extensions: ['.snappy.parquet', '.json.gz'] };
const modes = ['append', 'overwrite', 'generation'] as const;

type Mode = (typeof modes)[number];

function placeOf(prefix: string, { parent, extensions }: Realm): DataPlace {
  return { name: 'users', folder: `${prefix}${parent}users/`, extensions };
}

/** What a run does in a place, from its beginning to its end. */
async function runIn(area: Area, place: DataPlace, realm: Realm, mode: Mode): Promise<void> {
  const scope = { place, generation: 7 };
  if (mode === 'generation') await isGenerationNoted(area, scope);
  await settle(area, place);
  const folders = mode === 'overwrite' ? [place.folder] : [];
  await removeLeftovers(area, { workerId: '0', parent: realm.parent, folders, now: Date.UTC(2026, 0, 15, 15) });
  if (mode === 'generation') await removeOutlived(area, scope);
  if (mode !== 'overwrite') return;
  const exportId = newExportId(new Date(), '0');
  const key = `${place.folder}1768462200000-00000000000000ff-0${place.extensions[0]}`;
  const object = { key: stagedKey(area.prefix, exportId, key), body: Buffer.from('new'), contentType: 'text/plain' };
  const written = await putObject(area.s3, object, area.headers);
  const files = [{ ...written, key, rows: 1, minTime: Number.NaN, maxTime: Number.NaN }];
  await replaceSet(area, { place, exportId, stream: { name: 'users' }, files, schema: {} });
}

function contents({ server }: Setting, folder: string): readonly string[] {
  return server.objects(testBucket, folder).map(({ key, body }) => `${key} ${body.toString()}`);
}

suite('a place in a bucket that holds anything', () => {
  test('is all that a run deletes from and copies to, in 1,000 hostile buckets of both destinations', async (context) => {
    await using it = await openPlace();
    const counts = { deeds: 0, refused: 0 };
    const hostile = fc
      .constantFrom(streaming, batch)
      .chain((realm) => fc.tuple(fc.constant(realm), hostileBucket(realm)));
    const property = fc.asyncProperty(hostile, fc.constantFrom(...modes), async ([realm, bucket], mode) => {
      const deeds: readonly Deed[] = laidOut(it.server, testBucket, bucket);
      const area = { ...it.area, prefix: bucket.prefix };
      const place = placeOf(bucket.prefix, realm);
      const before = contents(it, place.folder);
      try {
        await runIn(area, place, realm, mode);
      } catch (error) {
        assert.ok(error instanceof ConnectorError && error.code === 'BUCKET_DOCUMENT_INVALID', String(error));
        assert.deepEqual(contents(it, place.folder), before);
        counts.refused += 1;
      }
      assert.deepEqual(misdeeds(deeds, bucket.prefix, realm), []);
      counts.deeds += deeds.length;
    });
    await fc.assert(property, { seed: 20_260_115, numRuns: 1000, endOnFailure: true });
    context.diagnostic(`${counts.deeds} keys were deleted or copied, ${counts.refused} runs were refused`);
    assert.ok(counts.deeds > 500 && counts.refused > 200);
    assert.ok(!Object.hasOwn(Object.prototype, 'state'));
  });

  test('takes no key for its own, listed or named, that is not exactly of its form (20,000 keys)', () => {
    const cases = fc.constantFrom(streaming, batch).chain((realm) => {
      return fc.constantFrom('', 'p/', 'p/q/').chain((prefix) => {
        return fc.tuple(fc.constant(realm), fc.constant(prefix), anyKey(prefix, realm));
      });
    });
    let [ours, staged] = [0, 0];
    fc.assert(
      fc.property(cases, ([realm, prefix, key]) => {
        const { ours: own } = tellApart(prefix, placeOf(prefix, realm), [key]);
        const parsed = parseStagedKey(prefix, key);
        const isOfRealm = parsed?.key.startsWith(prefix + realm.parent) === true;
        const keys = [...own, ...(parsed !== undefined && isOfRealm ? [parsed.staged] : [])];
        const deeds = keys.map((one): Deed => ({ operation: 'delete', key: one }));
        assert.deepEqual(misdeeds(deeds, prefix, realm), []);
        ours += own.length;
        staged += parsed === undefined ? 0 : 1;
      }),
      { seed: 20_260_115, numRuns: 20_000 },
    );
    assert.ok(ours > 300 && staged > 300, `${ours} ${staged}`);
  });
});

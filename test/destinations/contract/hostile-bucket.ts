// False documents in the bucket: copied from elsewhere, damaged or forged.
import assert from 'node:assert/strict';
import { beforeEach, suite, test } from 'node:test';
import * as fc from 'fast-check';

import { bucket, catalogJson, statusLine, type Json } from '../../support/destination-input.ts';
import { emptyServer } from '../../support/empty-server.ts';
import { hostileBucket, laidOut, misdeeds } from '../../support/hostile/hostile-bucket.ts';
import type { S3TestServer, StoredObject } from '../../../tools/s3-server/types.ts';
import { overwrite, rowsWithState, type DestinationUnderTest } from './under-test.ts';

const export1 = '20260115T143000123Z-1a2b3c4d-0';

function manifest(folder: string, keys: readonly string[], more: Json = {}): string {
  return JSON.stringify({
    version: 1,
    export: export1,
    state: 'publishing',
    stream: { name: 'flights' },
    folder,
    objects: keys.length,
    rows: 0,
    bytes: 0,
    min_time: null,
    max_time: null,
    schema: {},
    files: keys.map((key) => ({ key, bytes: 1, crc32: '', rows: 1 })),
    ...more,
  });
}

export function registerBucketTests({
  name,
  write,
  folderOf,
  extension,
  rowsBelow,
  hostile,
}: DestinationUnderTest): void {
  const fileOf = (mark: number): string => `1700000000000-${mark.toString(16).padStart(16, '0')}-0${extension}`;

  suite(`${name}, in a bucket whose documents are not true`, () => {
    const running = emptyServer();
    let server: S3TestServer;
    beforeEach(() => (server = running()));

    const contents = (prefix = ''): ReadonlyMap<string, string> =>
      new Map(server.objects(bucket, prefix).map(({ key, body }: StoredObject) => [key, body.toString('latin1')]));

    for (const mode of ['append', 'overwrite']) {
      test(`(${mode}) deletes nothing of the original when a prefix was copied during a replacement`, async () => {
        const folder = `permutive/${folderOf('flights')}`;
        const [older, newer] = [folder + fileOf(1), folder + fileOf(2)];
        server.seed(bucket, older, 'old');
        server.seed(bucket, newer, 'new');
        server.seed(bucket, `copy/${folderOf('flights')}${fileOf(1)}`, 'old');
        const body = manifest(folder, [newer], { previous: [older] });
        server.seed(bucket, `copy/_manifests/flights/${export1}.json`, body);
        const before = contents();
        const stream = { name: 'flights', ...(mode === 'append' ? {} : overwrite) };
        const { failures, lines } = await write(server, [rowsWithState('flights', 7)], {
          catalog: catalogJson(stream),
          config: { prefix: 'copy' },
        });
        assert.deepEqual(contents(), before);
        assert.deepEqual(
          failures.map(({ code, stream: about, failureType }) => [code, about?.name, failureType]),
          [['BUCKET_DOCUMENT_INVALID', 'flights', 'config_error']],
        );
        const message = failures[0]?.message ?? '';
        assert.ok(message.includes(`copy/_manifests/flights/${export1}.json`) && message.includes(folder), message);
        assert.deepEqual(lines, []);
      });
    }

    test('refuses a manifest that names files of others, and continues with the other streams', async () => {
      server.seed(bucket, 'finance/payroll-2026.csv', 'salaries');
      const body = manifest(folderOf('users'), ['finance/payroll-2026.csv'], { previous: [] });
      server.seed(bucket, `_manifests/users/${export1}.json`, body);
      const { failures, lines, error } = await write(server, [rowsWithState('users', 1), rowsWithState('visits', 2)], {
        catalog: catalogJson('users', { name: 'visits', ...overwrite }),
        config: { prefix: '' },
      });
      assert.equal(error, undefined);
      assert.deepEqual(
        failures.map(({ code, stream }) => [code, stream?.name]),
        [['BUCKET_DOCUMENT_INVALID', 'users']],
      );
      assert.match(failures[0]?.message ?? '', /"finance\/payroll-2026\.csv"/u);
      assert.equal(contents().get('finance/payroll-2026.csv'), 'salaries');
      assert.deepEqual(rowsBelow(server, folderOf('users')), []);
      assert.deepEqual(rowsBelow(server, folderOf('visits')), ['{"id":2}']);
      assert.deepEqual([lines.length, lines[0]?.includes('visits')], [1, true]);
    });

    test('acknowledges nothing of a stream that only appends and whose manifest is refused', async () => {
      server.seed(bucket, 'permutive/_manifests/users/latest.json', '{"version":1}');
      const { error, failures, lines } = await write(server, [rowsWithState('users', 1)], {
        catalog: catalogJson('users'),
      });
      assert.deepEqual([error, failures.map(({ code }) => code), lines], [undefined, ['BUCKET_DOCUMENT_INVALID'], []]);
      assert.deepEqual(server.objects(bucket, `permutive/${folderOf('users')}`), []);
    });

    const { realm, stream: second, lines: secondLines } = hostile;
    const generations = { generation_id: 7, minimum_generation_id: 7, sync_id: 9 };
    const modes = [
      {},
      { destination_sync_mode: 'append_dedup' },
      overwrite,
      generations,
      { ...overwrite, ...generations },
    ];

    const buckets = 150;
    test(`deletes and copies nothing but its own files, in whatever mode, in ${buckets} hostile buckets`, async (context) => {
      let deeds = 0;
      let refused = 0;
      const mode = fc.constantFrom(...modes);
      const property = fc.asyncProperty(hostileBucket(realm), mode, mode, async ({ prefix, objects }, users, more) => {
        const done = laidOut(server, bucket, { prefix, objects });
        const before = contents();
        const end = ['users', String(second['name'])].map((one) => statusLine(one, 'COMPLETE')).join('');
        const { error, failures } = await write(server, [rowsWithState('users', 1), secondLines, end], {
          catalog: catalogJson({ name: 'users', ...users }, { ...second, ...more }),
          config: { prefix },
        });
        assert.equal(error, undefined);
        assert.deepEqual(misdeeds(done, prefix, realm), []);
        for (const { code, stream } of failures) {
          assert.equal(code, 'BUCKET_DOCUMENT_INVALID');
          if (stream?.name !== 'users') continue; // The other one may have had other tables before it failed.
          const folder = `${prefix}${folderOf('users')}`;
          assert.deepEqual(contents(folder), new Map([...before].filter(([key]) => key.startsWith(folder))));
        }
        deeds += done.length;
        refused += failures.length;
      });
      await fc.assert(property, { seed: 20_260_115, numRuns: buckets, endOnFailure: true });
      context.diagnostic(`${deeds} keys were deleted or copied, ${refused} streams were refused`);
      assert.ok(deeds > (buckets * 2) / 3 && refused > buckets / 4, `${deeds} ${refused}`);
    });
  });
}

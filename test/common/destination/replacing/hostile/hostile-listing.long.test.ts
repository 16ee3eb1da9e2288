// An endpoint that lists more than was requested: whatever is deleted is of the place.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { newExportId } from '@s3-connectors/common/destination/replacing/export-id.ts';
import { noteGeneration, removeOutlived } from '@s3-connectors/common/destination/replacing/generation-record.ts';
import { settle } from '@s3-connectors/common/destination/replacing/interrupted.ts';
import type { DataPlace } from '@s3-connectors/common/destination/replacing/own-keys.ts';
import { replaceSet } from '@s3-connectors/common/destination/replacing/replacement.ts';
import { removeLeftovers } from '@s3-connectors/common/destination/replacing/staging.ts';

import { bodyText, startCannedServer } from '../../../../support/canned-server.ts';
import { anyKey, misdeeds, type Deed, type Realm } from '../../../../support/hostile/hostile-bucket.ts';
import { connect } from '../../../../support/s3-connection.ts';

const realm: Realm = { parent: 'type=', extensions: ['.jsonl.gz'], names: ['users'], generation: 7 };
const listedAt = '2020-01-01T00:00:00.000Z';

function listing(keys: readonly string[]): string {
  const contents = keys.map((key) => {
    const text = encodeURIComponent(key).replaceAll("'", '%27');
    return `<Contents><Key>${text}</Key><Size>1</Size><ETag>"e"</ETag><LastModified>${listedAt}</LastModified></Contents>`;
  });
  return `<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>${contents.join('')}</ListBucketResult>`;
}

function unescaped(xml: string): string {
  const names: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
  return xml.replaceAll(/&(\w+);/gu, (_, name: string) => names[name] ?? '?');
}

suite('an endpoint that lists anything', () => {
  test('makes no run delete or copy what is not of its place, in 200 listings of 20 keys each', async () => {
    let listed: readonly string[] = [];
    let record = '';
    let isHonest = false;
    const deeds: Deed[] = [];
    await using server = await startCannedServer((request, response) => {
      const { method, url = '' } = request;
      response.setHeader('content-type', 'application/xml').setHeader('etag', '"e"');
      if (method === 'GET' && url.includes('list-type=2')) {
        const prefix = new URL(url, 'http://x').searchParams.get('prefix') ?? '';
        response.end(listing(isHonest ? listed.filter((key) => key.startsWith(prefix)) : listed));
      } else if (method === 'GET' && url.includes('generations/7.json')) response.end(record);
      else if (method === 'GET' || method === 'HEAD') {
        response.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>');
      } else if (method === 'PUT') {
        const source = request.headers['x-amz-copy-source'];
        if (source !== undefined) deeds.push({ operation: 'copy from', key: String(source) });
        response.end();
      } else {
        void bodyText(request).then((xml) => {
          for (const [, key = ''] of xml.matchAll(/<Key>(.*?)<\/Key>/gsu)) {
            deeds.push({ operation: 'delete', key: unescaped(key) });
          }
          response.end('<DeleteResult/>');
        });
      }
    });
    await using connection = connect(server.endpoint);
    let deleted = 0;
    const cases = fc.constantFrom('', 'p/').chain((prefix) => {
      const key = anyKey(prefix, realm).filter((one) => one.isWellFormed());
      return fc.tuple(fc.constant(prefix), fc.array(key, { minLength: 20, maxLength: 20 }), fc.boolean());
    });
    const property = fc.asyncProperty(cases, async ([prefix, keys, honest]) => {
      deeds.length = 0;
      isHonest = honest;
      const headers = { encryption: { mode: 'bucket_default' } } as const;
      const area = { s3: connection.s3, prefix, headers, maxDocumentBytes: 16 * 1024 * 1024 };
      const place: DataPlace = { name: 'users', folder: `${prefix}type=users/`, extensions: realm.extensions };
      listed = keys;
      const existing = keys.filter(
        (key) => key.startsWith(place.folder) && /\d-[0-9a-f]{16}-\w+\.jsonl\.gz$/u.test(key),
      );
      record = JSON.stringify({ version: 1, generation_id: 7, existing: existing.map((key) => [key, listedAt]) });
      const leftovers = { workerId: '0', folders: [place.folder], parent: 'type=', now: Date.now() } as const;
      for (const step of [
        () => removeLeftovers(area, leftovers),
        () => settle(area, place),
        () => removeOutlived(area, { place, generation: 7 }),
        () =>
          noteGeneration(area, {
            place: { ...place, folder: `${prefix}type=nobody/` },
            generation: 8,
            stream: undefined,
          }),
        () =>
          replaceSet(area, {
            place,
            exportId: newExportId(new Date(), '0'),
            stream: { name: 'users' },
            files: [],
            schema: {},
          }),
      ]) {
        await step().catch((error: unknown) => {
          const { code = '' } = error as { code?: string };
          assert.match(code, /^(?:BUCKET_DOCUMENT|S3_ANSWER)_INVALID$/u, String(error));
        });
      }
      assert.deepEqual(misdeeds(deeds, prefix, realm), []);
      deleted += deeds.length;
    });
    await fc.assert(property, { seed: 20_260_115, numRuns: 200, endOnFailure: true });
    assert.ok(deleted > 80, String(deleted));
  });
});

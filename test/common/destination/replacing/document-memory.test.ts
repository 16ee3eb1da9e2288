// Documents of the bucket and the memory of a run.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { beginPlaces } from '@s3-connectors/common/destination/publishing/beginning.ts';
import {
  largestDocument,
  readDocument,
  smallFirst,
  writeDocument,
} from '@s3-connectors/common/destination/replacing/document-memory.ts';
import type { DataPlace } from '@s3-connectors/common/destination/replacing/own-keys.ts';
import type { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

import { testBucket } from '../../../support/s3-connection.ts';
import { nameOf, openPlace } from './support/place.ts';

const mebibyte = 1024 * 1024;
const signal = new AbortController().signal;

function place(name: string): DataPlace {
  return { name, folder: `out/type=${name}/`, extensions: ['.jsonl.gz'] };
}

function latestJson(name: string, files: number): string {
  const keys = Array.from({ length: files }, (_, index) => `out/type=${name}/${nameOf(index)}`);
  return JSON.stringify({
    version: 1,
    export: '20260115T143000123Z-1a2b3c4d-0',
    state: 'published',
    stream: { name },
    folder: `out/type=${name}/`,
    objects: files,
    rows: files,
    bytes: files,
    min_time: null,
    max_time: null,
    schema: {},
    files: keys.map((key) => ({ key, bytes: 1, crc32: 'AAAAAA==', rows: 1 })),
    earlier: [],
    revision: 'r',
  });
}

suite('documents in the bucket', () => {
  test('may have a twelfth of the memory, and 128 MiB at most', () => {
    assert.equal(largestDocument(1200 * mebibyte), 100 * mebibyte);
    assert.equal(largestDocument(65_536 * mebibyte), 128 * mebibyte);
  });

  test('are read one after the other if they are large, and many at a time if they are small', async () => {
    await using it = await openPlace();
    const names = Array.from({ length: 24 }, (_, index) => `${index % 2 === 0 ? 'large' : 'small'}${index}`);
    for (const name of names) {
      const text = latestJson(name, name.startsWith('large') ? 2000 : 2);
      it.server.seed(testBucket, `out/_manifests/${name}/latest.json`, text);
    }
    const refused: ConnectorError[] = [];
    const beginnings = names.map((name) => ({
      place: place(name),
      generation: undefined,
      stream: { name },
      refused: (error: ConnectorError) => void refused.push(error),
    }));
    const begun: string[] = [];
    const [active, most] = [
      { small: 0, large: 0 },
      { small: 0, large: 0 },
    ];
    let bytes = 0;
    const items = { items: names, limit: 8 };
    for await (const size of smallFirst(it.area, items, async (name, area, linked) => {
      const kind = area === it.area ? 'large' : 'small';
      if (kind === 'large') begun.push(name);
      most[kind] = Math.max(most[kind], (active[kind] += 1));
      try {
        return (await readDocument(area, `out/_manifests/${name}/latest.json`, linked))?.body.length ?? 0;
      } finally {
        active[kind] -= 1;
      }
    })) {
      bytes += size;
    }
    const stored = it.server.objects(testBucket, 'out/_manifests/');
    assert.equal(
      bytes,
      stored.reduce((sum, { body }) => sum + body.length, 0),
    );
    assert.deepEqual(most, { small: 8, large: 1 });
    assert.deepEqual(begun.toSorted(), names.filter((name) => name.startsWith('large')).toSorted());
    await beginPlaces(it.area, beginnings, signal);
    assert.deepEqual(refused, []);
  });

  test('that have too many values for the memory are refused by name, whatever these are', async () => {
    await using it = await openPlace();
    const area = { ...it.area, maxDocumentBytes: 100_000 };
    const value = fc.constantFrom('[]', '{}', '0', '""', '[[]]', '{"":{}}', 'null', '{"a":[]}');
    let refused = 0;
    const property = fc.asyncProperty(value, fc.integer({ min: 1, max: 20_000 }), async (one, count) => {
      const text = `[${Array.from({ length: count }, () => one).join(',')}]`;
      it.server.seed(testBucket, 'out/_manifests/users/latest.json', text);
      const values = text.split(/[[{,:]/u).length - 1;
      const fits = text.length <= 100_000 && text.length * 3 + values * 48 <= 600_000;
      const found = await readDocument(area, 'out/_manifests/users/latest.json').catch((error: unknown) => error);
      if (fits) assert.ok(found !== undefined && !(found instanceof Error));
      else {
        refused += 1;
        assert.match(String(found), /out\/_manifests\/users\/latest\.json: it (?:has more values|is larger)/u);
        assert.equal((found as ConnectorError).code, 'BUCKET_DOCUMENT_INVALID');
      }
    });
    await fc.assert(property, { seed: 20_260_115, numRuns: 150 });
    assert.ok(refused > 30 && refused < 130, `${refused}`);
  });

  test('are not written if they would be too large to be read again', async () => {
    await using it = await openPlace();
    const area = { ...it.area, maxDocumentBytes: 1000 };
    const write = (bytes: number) => writeDocument(area, { key: 'out/x.json', body: Buffer.alloc(bytes) });
    await write(1000);
    await assert.rejects(write(1001), {
      code: 'REPLACEMENT_REFUSED',
      message: /"out\/x\.json" would have 1001 bytes/u,
    });
  });
});

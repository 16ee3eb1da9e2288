// Our own documents in the bucket, as somebody else may have left them: manifests and registries.
import * as fc from 'fast-check';

import { newExportId } from '@s3-connectors/common/destination/replacing/export-id.ts';
import { parseIntent, parseLatest } from '@s3-connectors/common/destination/replacing/manifest.ts';
import type { Area } from '@s3-connectors/common/destination/replacing/manifest-store.ts';

import { readRegistry, registryKey } from '../../../destination-s3-batch/src/columns/registry/registry.ts';
import { connect, testBucket } from '../../support/s3-connection.ts';
import { startS3Server } from '../../../tools/s3-server/server.ts';
import { damaged } from '../damaged.ts';
import { outcomeOf, type FuzzTarget, type Outcome } from '../target.ts';

const exportId = newExportId(new Date(Date.UTC(2026, 0, 15)), '0');
const place = { name: 'users', folder: 'out/type=users/', extensions: ['.jsonl.gz'] };
const manifest = {
  version: 1,
  export: exportId,
  state: 'publishing',
  stream: { name: 'users', namespace: 'n' },
  folder: 'out/type=users/',
  objects: 1,
  rows: 2,
  bytes: 3,
  min_time: null,
  max_time: '2026-01-15T12:00:00.000Z',
  schema: { type: 'object' },
  files: [{ key: 'out/type=users/1768462200000-0123456789abcdef-0.jsonl.gz', bytes: 3, crc32: 'AAAAAA==', rows: 2 }],
};
const documents = [
  { ...manifest, previous: ['out/type=users/1768462100000-0123456789abcdef-0.jsonl.gz'] },
  { ...manifest, state: 'published', earlier: ['20250115T143000123Z-1a2b3c4d-0'], revision: 'r' },
  { version: 1, export: null, earlier: [], revision: 'r' },
  {
    version: 1,
    table: 'users',
    stream: { name: 'users' },
    fields: [
      { name: 'at', type: 'timestamp' },
      { name: 'in', type: 'struct', fields: [{ name: 'on', type: 'list', items: { type: 'json' } }], misfits: true },
    ],
  },
];
const tokens = [
  '{',
  '}',
  '[',
  ']',
  '"',
  ':',
  ',',
  '"version":2',
  'null',
  '-1',
  '1e99',
  '"__proto__":',
  '"type":"list"',
  '../',
];

export const documentsTarget: FuzzTarget = {
  name: 'documents',
  async open() {
    const server = await startS3Server();
    server.createBucket(testBucket);
    const { s3, ...connection } = connect(server.endpoint);
    const area: Area = {
      s3,
      prefix: 'out/',
      headers: { encryption: { mode: 'bucket_default' } },
      maxDocumentBytes: 16 * 1024 * 1024,
    };
    const texts = documents.map((document) => Buffer.from(JSON.stringify(document)));
    return {
      inputs: fc.oneof({ weight: 9, arbitrary: damaged(texts, { tokens }) }, { weight: 1, arbitrary: deepJson }),
      async check(input): Promise<Outcome> {
        server.seed(testBucket, registryKey('out/', 'users'), input);
        const outcomes = [
          await outcomeOf(() => parseIntent('out/', place, exportId, input)),
          await outcomeOf(() => parseLatest('out/', place, input)),
          await outcomeOf(() => readRegistry(area, 'users')),
        ];
        return outcomes.every((outcome) => outcome === 'BUCKET_DOCUMENT_INVALID') ? 'refused' : 'read by some';
      },
      async [Symbol.asyncDispose]() {
        await connection[Symbol.asyncDispose]();
        await server.close();
      },
    };
  },
};

/** Types in each other, as deep as it takes to use up a stack. */
const deepJson = fc.integer({ min: 1, max: 20_000 }).map((depth) => {
  const open = '{"type":"list","items":'.repeat(depth);
  const field = `${open}{"type":"json"}${'}'.repeat(depth)}`.replace('{', '{"name":"f",');
  return Buffer.from(`{"version":1,"table":"users","stream":{"name":"users"},"fields":[${field}]}`);
});

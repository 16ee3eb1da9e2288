// What a platform may pipe into the destinations, run in this process.
import assert from 'node:assert/strict';

import { parseJson } from '@s3-connectors/common/json/parse-json.ts';

import {
  catalogJson,
  globalStateLine,
  recordLine,
  stateLine,
  statusLine,
  bucket,
} from '../../support/destination-input.ts';
import { startS3Server } from '../../../tools/s3-server/server.ts';
import type { S3TestServer } from '../../../tools/s3-server/types.ts';
import * as batch from '../../destination-s3-batch/support/batch.ts';
import * as streaming from '../../destination-s3-streaming/support/streaming.ts';
import { damaged } from '../damaged.ts';
import { codeOf, type FuzzTarget, type Outcome } from '../target.ts';

type Ran = { readonly lines: readonly string[]; readonly failures: readonly unknown[]; readonly error: unknown };
type Write = (server: S3TestServer, input: readonly Uint8Array[]) => Promise<Ran>;

const at = Date.UTC(2026, 0, 15, 14, 30);
const record = (id: number): string => recordLine('a', { id, time: at, text: 'é\n"', deep: { a: [1, null] } });
const texts = [
  record(1) + record(2) + stateLine('a', { n: 1 }) + recordLine('b', { id: 1 }) + globalStateLine({ n: 2 }),
  record(3) +
    recordLine('b', { id: 2.5 }) +
    stateLine('b', {}) +
    statusLine('b', 'COMPLETE') +
    stateLine('a', { n: 3 }),
  `{"type":"LOG","log":{"level":"INFO","message":"m"}}\n${record(4)}{"type":"NEW"}\n\n${stateLine('a', {})}`,
];
const tokens = [
  '{',
  '}',
  '[',
  ']',
  '"',
  ':',
  ',',
  '\\u0000',
  '\\',
  '\n',
  '\r\n',
  '\ufeff',
  'null',
  '1e999',
  '"type":"RECORD"',
  '"record":',
  '"stream":"b"',
  '"emitted_at":-1',
  '"data":',
];

function inputTarget(name: string, write: Write): FuzzTarget {
  return {
    name,
    async open() {
      const server = await startS3Server();
      server.createBucket(bucket);
      return {
        inputs: damaged(
          texts.map((text) => Buffer.from(text)),
          { tokens },
        ),
        async check(input): Promise<Outcome> {
          for (const { key } of server.objects(bucket)) server.remove(bucket, key);
          const half = input.length >> 1;
          const { lines, failures, error } = await write(server, [input.subarray(0, half), input.subarray(half)]);
          for (const line of lines) assert.equal((parseJson(line) as { type: string }).type, 'STATE');
          const codes = [...failures, ...(error === undefined ? [] : [error])].map(codeOf);
          return codes.length === 0 ? 'rows' : codes.join(' ');
        },
        [Symbol.asyncDispose]: () => server.close(),
      };
    },
  };
}

const appended = catalogJson('a', { name: 'b', destination_sync_mode: 'overwrite' });

export const inputTargets: readonly FuzzTarget[] = [
  inputTarget('input-streaming', (server, input) => streaming.runWrite(server, input, { catalog: appended })),
  inputTarget('input-batch', (server, input) =>
    batch.runWrite(server, input, { catalog: appended, config: { output_format: 'json' } }),
  ),
];

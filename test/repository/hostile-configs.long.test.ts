// Whatever JSON a config is, the answer is a config or CONFIG_INVALID: never an unexpected failure, never a value of it.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { parseConfig } from '@s3-connectors/common/protocol/config.ts';
import type { Connector } from '@s3-connectors/common/protocol/connector.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import { silentLog } from '@s3-connectors/common/protocol/log.ts';
import * as fc from 'fast-check';
import type * as z from 'zod';

import { destinationS3Batch } from '../../destination-s3-batch/src/connector.ts';
import { destinationS3Streaming } from '../../destination-s3-streaming/src/connector.ts';
import { sourceS3 } from '../../source-s3/src/connector.ts';

type Json = Readonly<Record<string, unknown>>;

const canary = 'canary-value';
const connection = {
  bucket: 'data-of-ours',
  region: 'eu-central-1',
  credentials: { auth_type: 'access_key', access_key_id: 'AKIATEST', secret_access_key: 'secretsecret' },
};
const destination = {
  ...connection,
  prefix: 'p',
  encryption: { mode: 'aws:kms', kms_key_id: 'arn:aws:kms:eu-central-1:111122223333:key/one' },
  object_tags: [{ key: 'team', value: 'data' }],
  streams: [{ stream: 'a', time_field: 'time' }],
};
const source = {
  ...connection,
  schema_prefixes: ['lake'],
  data_format: { format: 'csv', delimiter: ';', null_values: ['NULL'] },
  data_partitioning: { mode: 'date_folders', pattern: 'yyyy/MM/dd', column: 'date' },
  partition_filter: [{ column: 'date', min: '2026-01-01' }],
  latest_partition_only: ['a'],
  file_pattern: '**/*.csv',
  start_date: '2026-01-15T00:00:00Z',
  shard: { index: 0, count: 1 },
};

/** Every path to a member of it, in depth, and that of the whole. */
function pathsIn(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  const members = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return [path, ...members.flatMap(([name, member]) => pathsIn(member, [...path, name]))];
}

/** A copy with another value at the path. */
function changed(value: unknown, [name, ...rest]: readonly string[], by: unknown): unknown {
  if (name === undefined) return by;
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value)
    ? [...(value as unknown[])]
    : { ...(value as Json) };
  return Object.assign(copy, { [name]: changed((value as Json)[name], rest, by) });
}

const odd = fc.oneof(
  fc.constantFrom(null, undefined, true, 0, -1, 1.5, 2 ** 53, '', ' ', canary, [], {}, [[]], [null], [canary], [{}], {
    format: canary,
  }),
  fc.jsonValue({ maxDepth: 3 }),
);

const subjects: readonly (readonly [Connector<z.ZodObject, unknown>, Json])[] = [
  [sourceS3, source],
  [destinationS3Batch, { ...destination, output_format: 'parquet' }],
  [destinationS3Streaming, destination],
];

suite('any JSON as the config', () => {
  for (const [connector, base] of subjects) {
    test(`of ${connector.name} is taken or refused as CONFIG_INVALID without a value of it`, () => {
      const change = fc.tuple(fc.constantFrom(...pathsIn(base)), odd);
      fc.assert(
        fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
          let json: unknown = base;
          for (const [path, by] of changes) {
            const isThere = path.slice(0, -1).reduce<unknown>((at, name) => (at as Json | null)?.[name], json);
            if (path.length === 0 || (typeof isThere === 'object' && isThere !== null)) json = changed(json, path, by);
          }
          try {
            connector.resolve(parseConfig(connector.schema, json, silentLog));
          } catch (error) {
            assert.ok(error instanceof ConnectorError, String(error));
            assert.equal(error.code, 'CONFIG_INVALID', error.message);
            if (!changes.some(([[name]]) => name === 'region'))
              assert.doesNotMatch(error.message, new RegExp(canary, 'u'));
            assert.match(error.message, /^[A-Z].*\.$/su);
          }
        }),
        { numRuns: 2000, seed: 41 },
      );
    });
  }
});

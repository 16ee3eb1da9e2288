import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { parseConfig } from '@s3-connectors/common/protocol/config.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import * as z from 'zod';

const schema = z.object({
  bucket: z.string().min(3),
  region: z.string(),
  output_format: z.enum(['parquet', 'json']).default('parquet'),
  max_file_mb: z.int().min(1).default(64),
  credentials: z
    .discriminatedUnion('auth_type', [
      z.object({
        auth_type: z.literal('access_key'),
        access_key_id: z.string(),
        secret_access_key: z.string().regex(/^[!-~]+$/u),
      }),
      z.object({ auth_type: z.literal('anonymous') }),
    ])
    .optional(),
  streams: z.array(z.object({ stream: z.string(), time_field: z.string().optional() })).default([]),
});

const right = { bucket: 'data', region: 'eu-central-1' };

function parse(json: unknown): {
  readonly config?: unknown;
  readonly error?: string;
  readonly logs: readonly string[];
} {
  const logs: string[] = [];
  try {
    return { config: parseConfig(schema, json, (level, message) => logs.push(`${level} ${message}`)), logs };
  } catch (error) {
    assert.ok(error instanceof ConnectorError);
    assert.equal(error.code, 'CONFIG_INVALID');
    return { error: error.message, logs };
  }
}

suite('parsing a config', () => {
  test('adds the defaults', () => {
    const { config, logs } = parse(right);
    assert.deepEqual(config, { ...right, output_format: 'parquet', max_file_mb: 64, streams: [] });
    assert.deepEqual(logs, []);
  });

  test('lists all mistakes in one message, each with its path', () => {
    const { error } = parse({ bucket: 7, max_file_mb: 0, streams: [{ stream: 'a' }, {}] });
    assert.equal(
      error,
      'The config has 4 mistakes: (1) "bucket" must be a text in quotes; (2) "region" is missing: it must be a text in quotes; ' +
        '(3) "max_file_mb" must be at least 1; (4) "streams[1].stream" is missing: it must be a text in quotes.',
    );
  });

  test('reports a single mistake as one sentence', () => {
    assert.equal(
      parse({ bucket: 'data' }).error,
      'The config has a mistake: "region" is missing: it must be a text in quotes.',
    );
  });

  test('names the choices when a value is none of them', () => {
    assert.match(
      parse({ ...right, output_format: 'csv' }).error ?? '',
      /"output_format" must be one of "parquet", "json"\.$/u,
    );
    assert.match(
      parse({ ...right, credentials: { auth_type: 'keys' } }).error ?? '',
      /"credentials.auth_type" must be one of "access_key", "anonymous"\.$/u,
    );
    assert.match(parse({ ...right, credentials: {} }).error ?? '', /"credentials.auth_type" is missing/u);
  });

  test('names an unknown field that may be a misspelling of a missing one', () => {
    const { error } = parse({ ...right, region: undefined, regoin: 'eu', streams: [{ steam: 'a' }] });
    assert.equal(
      error,
      'The config has 2 mistakes: (1) "region" is missing: the unknown field "regoin" may be a misspelling of it; ' +
        '(2) "streams[0].stream" is missing: the unknown field "streams[0].steam" may be a misspelling of it.',
    );
  });

  test('names an unknown field that may be a misspelling of the field that chooses between options', () => {
    const credentials = { Auth_type: 'access_key', access_key_id: 'a', secret_access_key: 'b' };
    assert.equal(
      parse({ ...right, credentials }).error,
      'The config has a mistake: "credentials.auth_type" is missing: the unknown field "credentials.Auth_type" may be a misspelling of it.',
    );
  });

  test('refuses a config that is not an object', () => {
    for (const json of [null, [], 7, 'text', undefined])
      assert.match(parse(json).error ?? '', /^The config has a mistake/u);
  });

  test('warns of an unknown field and names the nearest known one', () => {
    const { logs } = parse({ ...right, ouput_format: 'json' });
    assert.deepEqual(logs, [
      'WARN The config field "ouput_format" is unknown and has no effect. Did you mean "output_format"?',
    ]);
  });

  test('warns without a guess when no known field is near', () => {
    const { logs } = parse({ ...right, completely_different: 1 });
    assert.deepEqual(logs, ['WARN The config field "completely_different" is unknown and has no effect.']);
  });

  test('warns of unknown fields at any depth, by the chosen option', () => {
    const credentials = { auth_type: 'access_key', access_key_id: 'a', secret_access_key: 'b', sesion: 1 };
    const { logs } = parse({ ...right, credentials, streams: [{ stream: 'a', timefield: 'b' }] });
    assert.deepEqual(logs, [
      'WARN The config field "credentials.sesion" is unknown and has no effect.',
      'WARN The config field "streams[0].timefield" is unknown and has no effect. Did you mean "time_field"?',
    ]);
  });

  test('refuses the field names of Airbyte’s own connectors and names ours', () => {
    const foreign: Readonly<Record<string, RegExp>> = {
      aws_access_key_id: /write credentials\.access_key_id/u,
      aws_secret_access_key: /write credentials\.secret_access_key/u,
      s3_bucket_name: /write bucket/u,
      s3_bucket_path: /write prefix/u,
      s3_bucket_region: /write region/u,
      region_name: /write region/u,
      s3_endpoint: /write endpoint/u,
      role_arn: /write credentials\.role_arn/u,
    };
    for (const [name, remedy] of Object.entries(foreign)) {
      assert.match(parse({ ...right, [name]: 'x' }).error ?? '', remedy, name);
    }
  });

  test('never repeats a value', () => {
    const canary = 'canary value';
    const configs = [
      { bucket: [canary], region: { canary }, output_format: canary, max_file_mb: canary },
      { ...right, aws_secret_access_key: canary },
      { ...right, credentials: { auth_type: canary } },
      { ...right, credentials: { auth_type: 'access_key', access_key_id: 1, secret_access_key: canary } },
      { ...right, streams: canary },
      canary,
    ];
    for (const json of configs) assert.doesNotMatch(parse(json).error ?? canary, /canary/u);
  });
});

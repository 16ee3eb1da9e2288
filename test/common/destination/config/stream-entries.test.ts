// The setting `streams`: a stream has at most one entry, because a second one would have no effect.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { parseConfig } from '@s3-connectors/common/protocol/config.ts';
import { silentLog } from '@s3-connectors/common/protocol/log.ts';

import { configSchema as batch } from '../../../../destination-s3-batch/src/config/config.ts';
import { configSchema as streaming } from '../../../../destination-s3-streaming/src/config/config.ts';
import { placeJson, type Json } from '../../../support/destination-input.ts';

suite('the entries of streams', () => {
  for (const [what, schema] of [
    ['the batch destination', batch],
    ['the streaming destination', streaming],
  ] as const) {
    const parse = (streams: readonly Json[]) => {
      const json = {
        ...placeJson({ endpoint: 'http://127.0.0.1:1' }),
        output_format: 'parquet',
        streams: [...streams],
      };
      return parseConfig<typeof batch | typeof streaming>(schema, json, silentLog).streams;
    };

    for (const [why, second] of [
      ['the same name', { stream: 'visits', time_field: 'at' }],
      ['the same name and an empty namespace, as a form sends it', { stream: 'visits', namespace: '' }],
    ] as const) {
      test(`of ${what} are refused when two have ${why}`, () => {
        assert.throws(() => parse([{ stream: 'visits' }, { stream: 'users' }, second]), {
          code: 'CONFIG_INVALID',
          message: /streams\[2\]"? is a second entry for the same stream: join it with streams\[0\]/u,
        });
      });
    }

    test(`of ${what} may name one stream for any namespace and for a certain one`, () => {
      assert.equal(parse([{ stream: 'visits' }, { stream: 'visits', namespace: 'eu' }]).length, 2);
    });
  }
});

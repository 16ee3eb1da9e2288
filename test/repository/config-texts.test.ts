// Texts that no request, key or path can carry are mistakes in the config, named by their field, not failures of a run.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { parseConfig } from '@s3-connectors/common/protocol/config.ts';
import type { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import { silentLog } from '@s3-connectors/common/protocol/log.ts';

import { destinationS3Batch } from '../../destination-s3-batch/src/connector.ts';
import { destinationS3Streaming } from '../../destination-s3-streaming/src/connector.ts';
import { sourceS3 } from '../../source-s3/src/connector.ts';

const connection = { bucket: 'data-of-ours', region: 'eu-central-1', credentials: { auth_type: 'default_chain' } };
const source = { ...connection, data_format: { format: 'csv' }, data_partitioning: { mode: 'partitioned' } };
const batch = { ...connection, prefix: 'p', output_format: 'json' };
const keyOf = (text: string) => ({ encryption: { mode: 'sse_kms', kms_key_id: text } });

suite('a config with a text that cannot be sent', () => {
  const surrogate = 'a\ud800b';
  for (const [field, parse] of [
    ['schema_prefixes[0]', () => parseConfig(sourceS3.schema, { ...source, schema_prefixes: [surrogate] }, silentLog)],
    ['schema_prefixes[0]', () => parseConfig(sourceS3.schema, { ...source, schema_prefixes: ['a\u0000'] }, silentLog)],
    ['spool_dir', () => parseConfig(destinationS3Batch.schema, { ...batch, spool_dir: '/tmp/\u0000' }, silentLog)],
    ...[surrogate, 'a\nb', '\u0000', '\u007f', 'é'].map((text) => {
      const config = { ...connection, prefix: 'p', ...keyOf(text) };
      return ['encryption.kms_key_id', () => parseConfig(destinationS3Streaming.schema, config, silentLog)] as const;
    }),
  ] as const) {
    test(`is refused, and the message names ${field}`, () => {
      const start = `The config has a mistake: "${field}" has a character that `;
      assert.throws(
        parse,
        ({ code, message }: ConnectorError) => code === 'CONFIG_INVALID' && message.startsWith(start),
      );
    });
  }
});

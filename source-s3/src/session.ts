// What a verb holds while it runs: the connection to the bucket and a private temporary folder. Both are gone at its end.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { VerbContext } from '@s3-connectors/common/protocol/connector.ts';
import { closeS3, openS3, type S3 } from '@s3-connectors/common/s3/client.ts';

import type { SourceConfig } from './config.ts';

export type Session = AsyncDisposable & { readonly s3: S3; readonly directory: string };

/** `patience`: for verbs that must answer soon; a sync keeps the default of ten minutes. */
export async function openSession(
  config: SourceConfig,
  { log }: Pick<VerbContext, 'log'>,
  patience: { readonly retryBudgetMs?: number; readonly idleTimeoutMs?: number } = {},
): Promise<Session> {
  const s3 = openS3(config.connection, { log, ...patience });
  const directory = await mkdtemp(join(tmpdir(), 'source-s3-'));
  return {
    s3,
    directory,
    async [Symbol.asyncDispose]() {
      closeS3(s3);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

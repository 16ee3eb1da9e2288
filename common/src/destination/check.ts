// `check` of both destinations, a rehearsal of what a sync does: one small object written below the prefix with the headers of
// every write, and deleted again.
import { randomUUID } from 'node:crypto';

import type { VerbContext } from '../protocol/connector.ts';
import { ConnectorError } from '../protocol/errors.ts';
import { closeS3, openS3 } from '../s3/client.ts';
import { deleteObjects } from '../s3/delete.ts';
import { putObject } from '../s3/write.ts';

import type { Connection } from '../s3/config.ts';
import type { Place } from './config.ts';

/** Someone waits at a form; a sync is more patient. */
const retryBudgetMs = 20_000;

/** @throws an S3 code when an object cannot be written. That it cannot be deleted is no hindrance: a WARN. */
export async function check(
  config: Pick<Place, 'prefix' | 'headers'> & { readonly connection: Connection },
  { log, signal }: VerbContext,
): Promise<void> {
  const s3 = openS3(config.connection, { log, retryBudgetMs });
  // Names that begin with an underscore are passed over by Hive readers, should the object stay.
  const key = `${config.prefix}_connection-check-${randomUUID()}`;
  try {
    const body = Buffer.from('Written to try the connection. It may be deleted.\n');
    await putObject(s3, { key, body, contentType: 'text/plain' }, config.headers, signal);
    await deleteObjects(s3, [key], signal).catch((error: unknown) => {
      if (!(error instanceof ConnectorError) || error.code !== 'S3_ACCESS_DENIED') throw error;
      log(
        'WARN',
        `The connection works. The object written to try it stays, since it may not be deleted: ${error.message}`,
      );
    });
  } finally {
    closeS3(s3);
  }
}

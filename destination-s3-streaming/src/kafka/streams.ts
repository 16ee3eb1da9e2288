// The streams of the topics: named by the config, with the schemas of a catalog if there is one.
import type { ConfiguredStream } from '@s3-connectors/common/protocol/catalog.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

import type { FeedConfig } from './config.ts';

/** One stream for each topic, or those of a catalog. @throws CATALOG_INVALID */
export function streamsOf(
  { kafka }: FeedConfig,
  catalog: readonly ConfiguredStream[] | undefined,
): readonly ConfiguredStream[] {
  const names = [...new Set(kafka.topics.map(({ stream }) => stream))];
  return names.map((name) => {
    const found = catalog?.find((one) => one.name === name && one.namespace === undefined);
    if (catalog !== undefined && found === undefined) {
      throw new ConnectorError('CATALOG_INVALID', `The catalog has no stream "${name}" without a namespace. Add it.`);
    }
    if (found !== undefined && found.destinationSyncMode !== 'append') {
      const text = `The stream "${name}" is to be replaced or deduplicated, but messages never end. Set destination_sync_mode to append.`;
      throw new ConnectorError('CATALOG_INVALID', text);
    }
    const appended = { syncMode: 'incremental', destinationSyncMode: 'append' } as const;
    return found ?? { name, jsonSchema: { type: 'object' }, ...appended, cursorField: [], primaryKey: [] };
  });
}

// Plans the type of each stream of the catalog. The rest of the plan is common to both destinations.
import { given, isOfType, pathNameOf } from '@s3-connectors/common/destination/input/stream-plan.ts';
import { planTargets, type Plan, type Target } from '@s3-connectors/common/destination/plan/plan.ts';
import type { ConfiguredStream, JsonSchema } from '@s3-connectors/common/protocol/catalog.ts';
import type { Log } from '@s3-connectors/common/protocol/log.ts';
import { streamLabel } from '@s3-connectors/common/protocol/stream-key.ts';
import { streamingTypes } from '@s3-connectors/common/published/streaming-types.ts';

import type { StreamingConfig } from '../config/config.ts';
import { layout } from '../layout/layout.ts';

/** `schema`: from the catalog. */
export type TypeTarget = Target & { readonly schema: JsonSchema };

type Given = Pick<StreamingConfig, 'prefix' | 'arrayIndex' | 'streams'> &
  Partial<Pick<StreamingConfig, 'namespaceInPath' | 'airbyteMetadata' | 'run'>>;

/** @throws CATALOG_INVALID for generations that do not exist, and for streams that would share a path. */
export function planStreams(
  { prefix, arrayIndex, run, streams: entries, namespaceInPath, airbyteMetadata }: Given,
  catalog: readonly ConfiguredStream[],
  log: Log,
): Plan<TypeTarget> {
  warnOfDuplicates(catalog, log);
  return planTargets(
    {
      prefix,
      arrayIndex,
      run,
      layout,
      entries,
      metadata: airbyteMetadata === true ? 'ms' : undefined,
      kindOf: () => 'events',
      describe: (stream, entry) => {
        const name = given(entry?.type) ?? stream.name;
        const schema = streamingTypes.get(name);
        const isPublished = schema !== undefined && isOfType(schema, stream, entry, log);
        const more = (): Pick<TypeTarget, 'schema'> => ({ schema: stream.jsonSchema });
        if (isPublished) return { name, schema, more };
        return { name: given(entry?.type) ?? pathNameOf(stream, namespaceInPath), schema: undefined, more };
      },
      log,
    },
    catalog,
  );
}

function warnOfDuplicates(catalog: readonly ConfiguredStream[], log: Log): void {
  const streams = catalog.filter((stream) => stream.destinationSyncMode === 'append_dedup').map(streamLabel);
  if (streams.length === 0) return;
  log(
    'WARN',
    `Rows are appended and duplicates are not removed in the streams that are set to append_dedup: ${streams.join(', ')}.`,
  );
}

// The access that the source needs in the bucket, for its permissions.
import { placeOf, sourceAccess, type Access } from '@s3-connectors/common/permissions/needs/access.ts';

import type { SourceConfig } from './config.ts';

export function accessOf({ connection, schemaPrefixes }: Pick<SourceConfig, 'connection' | 'schemaPrefixes'>): Access {
  return sourceAccess({ ...placeOf(connection), prefixes: schemaPrefixes.map(({ path }) => path) });
}

// The text of a partition folder as a value of its declared type, in JSON.
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { ColumnType } from '@s3-connectors/common/columns/column-type.ts';

import { castText } from '../casts/text-cast.ts';
import type { DeclaredType } from './declared-column.ts';
import type { Partition } from './layout.ts';

export function declaredColumnType(type: DeclaredType): ColumnType {
  return type === 'timestamp' ? { kind: 'timestamp', utc: true } : { kind: type };
}

/** The JSON text of the value. @throws PARTITION_VALUE_INVALID, naming key, column and value, if the value does not fit. */
export function partitionJson({ column, value }: Partition, type: DeclaredType, key: string): string {
  const json = value === null ? 'null' : castText(value, declaredColumnType(type));
  if (json !== undefined) return json;
  throw new ConnectorError(
    'PARTITION_VALUE_INVALID',
    `The folder "${column}=${value}" of "${key}" does not fit the declared type ${type} of the column "${column}". Rename the folder, or declare the column as string.`,
  );
}

// The fields of a table with values in `<field>__json`, for `status`.
import { encodeName } from '@s3-connectors/common/destination/files/key-part.ts';
import type { Area } from '@s3-connectors/common/destination/replacing/manifest-store.ts';

import type { FieldType } from '../types/field-type.ts';
import { readRegistry } from './registry.ts';

/** `name`: of the table, as in the path. @throws BUCKET_DOCUMENT_INVALID */
export async function readMisfits(area: Area, name: string, signal?: AbortSignal): Promise<readonly string[]> {
  const table = tableOf(name);
  const { type } = table === undefined ? { type: undefined } : await readRegistry(area, table, signal);
  return type === undefined ? [] : [...misfitsOf(type, '')];
}

/** Undefined for a name that is not in the form that this connector writes. */
function tableOf(name: string): string | undefined {
  try {
    const table = decodeURIComponent(name);
    return encodeName(table) === name ? table : undefined;
  } catch {
    return undefined;
  }
}

/** Paths such as `properties.price`, or `tags[]` for the items of a list. */
function* misfitsOf(type: FieldType, path: string): Generator<string> {
  if (type.kind === 'list') yield* misfitsOf(type.items, `${path}[]`);
  if (type.kind !== 'struct') return;
  for (const field of type.fields) {
    const fieldPath = path === '' ? field.name : `${path}.${field.name}`;
    if (field.misfits) yield fieldPath;
    yield* misfitsOf(field.type, fieldPath);
  }
}

// Translates the engine's types into stored types.
import {
  DuckDBArrayType,
  DuckDBDecimalType,
  DuckDBListType,
  DuckDBMapType,
  DuckDBStructType,
  DuckDBTypeId,
  type DuckDBType,
} from '@duckdb/node-api';

import { literal } from '@s3-connectors/common/columns/sql.ts';
import type { StoredType } from '../columns/sql/stored-type.ts';

const scalars: Partial<Record<DuckDBTypeId, StoredType>> = {
  [DuckDBTypeId.BOOLEAN]: { kind: 'boolean' },
  [DuckDBTypeId.TINYINT]: { kind: 'integer' },
  [DuckDBTypeId.SMALLINT]: { kind: 'integer' },
  [DuckDBTypeId.INTEGER]: { kind: 'integer' },
  [DuckDBTypeId.BIGINT]: { kind: 'integer' },
  [DuckDBTypeId.HUGEINT]: { kind: 'integer' },
  [DuckDBTypeId.UTINYINT]: { kind: 'integer' },
  [DuckDBTypeId.USMALLINT]: { kind: 'integer' },
  [DuckDBTypeId.UINTEGER]: { kind: 'integer' },
  [DuckDBTypeId.UBIGINT]: { kind: 'integer' },
  [DuckDBTypeId.UHUGEINT]: { kind: 'integer' },
  [DuckDBTypeId.FLOAT]: { kind: 'float' },
  [DuckDBTypeId.DOUBLE]: { kind: 'float' },
  [DuckDBTypeId.VARCHAR]: { kind: 'string' },
  [DuckDBTypeId.VARIANT]: { kind: 'variant' },
  [DuckDBTypeId.GEOMETRY]: { kind: 'geometry' },
  [DuckDBTypeId.BLOB]: { kind: 'binary' },
  [DuckDBTypeId.DATE]: { kind: 'date' },
  [DuckDBTypeId.TIME]: { kind: 'time', as: 'TIME' },
  [DuckDBTypeId.TIME_TZ]: { kind: 'time', as: 'TIMETZ' },
  [DuckDBTypeId.TIMESTAMP]: { kind: 'timestamp', utc: false, nanoseconds: false },
  [DuckDBTypeId.TIMESTAMP_S]: { kind: 'timestamp', utc: false, nanoseconds: false },
  [DuckDBTypeId.TIMESTAMP_MS]: { kind: 'timestamp', utc: false, nanoseconds: false },
  [DuckDBTypeId.TIMESTAMP_NS]: { kind: 'timestamp', utc: false, nanoseconds: true },
  [DuckDBTypeId.TIMESTAMP_TZ]: { kind: 'timestamp', utc: true, nanoseconds: false },
};

export function storedType(type: DuckDBType): StoredType {
  if (type instanceof DuckDBListType || type instanceof DuckDBArrayType) {
    return { kind: 'list', items: storedType(type.valueType) };
  }
  if (type instanceof DuckDBMapType) {
    return { kind: 'map', key: storedType(type.keyType), value: storedType(type.valueType) };
  }
  if (type instanceof DuckDBStructType) {
    // By place: the engine does not find members by an empty name, and `__proto__` cannot be looked up.
    const isUnnamed = type.entryNames.includes('');
    const fields = type.entryNames.flatMap((name, index) => {
      const member = type.entryTypes[index];
      const key = isUnnamed ? index + 1 : literal(name);
      return member === undefined ? [] : [{ name, key, type: storedType(member) }];
    });
    return { kind: 'struct', fields };
  }
  if (type.alias === 'JSON') return { kind: 'text' }; // Its JSON would become part of the record's JSON.
  if (type instanceof DuckDBDecimalType) return { kind: 'decimal', width: type.width, scale: type.scale };
  return scalars[type.typeId] ?? { kind: 'text' };
}

// Avro types as column types: what discover declares for an Avro file.
import { mergeTypes, type Column, type ColumnType } from '@s3-connectors/common/columns/column-type.ts';
import { assertNever } from '@s3-connectors/common/protocol/errors.ts';

import type { AvroRecord, AvroType, Logical } from './avro-schema.ts';

/** Nested types that are named several times can be very many. Further ones are declared without members. */
const maxTypes = 20_000;

/** A record inside itself is declared without members. */
export function avroColumns({ fields }: AvroRecord): readonly Column[] {
  const walk: Walk = { above: [], types: 0 };
  return fields.map(({ name, type }) => ({ name, type: typeOf(type, walk) }));
}

type Walk = { readonly above: AvroType[]; types: number };

function typeOf(type: AvroType, walk: Walk): ColumnType {
  walk.types++;
  switch (type.kind) {
    case 'record': {
      if (walk.above.includes(type) || walk.types > maxTypes) return { kind: 'struct', fields: [] };
      walk.above.push(type);
      const fields = type.fields.map(({ name, type: member }) => ({ name, type: typeOf(member, walk) }));
      walk.above.pop();
      return { kind: 'struct', fields };
    }
    case 'array':
      return { kind: 'list', items: typeOf(type.items, walk) };
    case 'map':
      return { kind: 'map', value: typeOf(type.values, walk) };
    case 'union':
      return type.branches.map((branch) => typeOf(branch, walk)).reduce(mergeTypes, { kind: 'unknown' });
    default:
      return scalarColumn(type);
  }
}

export type AvroScalar = Exclude<AvroType, { readonly kind: 'record' | 'array' | 'map' | 'union' }>;

export function scalarColumn(type: AvroScalar): ColumnType {
  if ('logical' in type && type.logical !== undefined) return logicalColumn(type.logical);
  switch (type.kind) {
    case 'null':
      return { kind: 'unknown' };
    case 'boolean':
      return { kind: 'boolean' };
    case 'string':
    case 'enum':
      return { kind: 'string' };
    case 'int':
    case 'long':
      return { kind: 'integer' };
    case 'float':
    case 'double':
      return { kind: 'number' };
    case 'bytes':
    case 'fixed':
      return { kind: 'binary' };
    default:
      return assertNever(type);
  }
}

function logicalColumn(logical: Logical): ColumnType {
  switch (logical.name) {
    case 'decimal':
      return { kind: 'number' };
    case 'date':
    case 'time':
      return { kind: logical.name };
    case 'timestamp':
      return { kind: 'timestamp', utc: logical.utc };
    case 'uuid':
      return { kind: 'string' };
    case 'duration':
      return { kind: 'struct', fields: durationParts.map((name) => ({ name, type: { kind: 'integer' } })) };
    default:
      return assertNever(logical);
  }
}

/** The parts of a duration, in stored order. */
export const durationParts = ['months', 'days', 'milliseconds'] as const;

// The schema in an Avro file's header as a tree of types, with resolved names and recognised logical types. What only matters for
// writers, and for readers with their own schema (defaults, aliases, order, docs), is ignored.
// https://avro.apache.org/docs/1.12.0/specification/
import { parseJson } from '@s3-connectors/common/json/parse-json.ts';

export type AvroType =
  | { readonly kind: 'null' | 'boolean' | 'float' | 'double' }
  | { readonly kind: 'int' | 'long' | 'bytes' | 'string'; readonly logical?: Logical }
  | { readonly kind: 'fixed'; readonly size: number; readonly logical?: Logical }
  | { readonly kind: 'enum'; readonly symbols: readonly string[] }
  | { readonly kind: 'array'; readonly items: AvroType }
  | { readonly kind: 'map'; readonly values: AvroType }
  | { readonly kind: 'union'; readonly branches: readonly AvroType[] }
  | AvroRecord;

/** Its fields may refer back to it. */
export type AvroRecord = { readonly kind: 'record'; readonly fields: readonly AvroField[] };
type AvroField = { readonly name: string; readonly type: AvroType };

/** A number counts units (`perSecond`) since 1970 or since midnight. */
export type Logical =
  | { readonly name: 'decimal'; readonly scale: number }
  | { readonly name: 'date' | 'uuid' | 'duration' }
  | { readonly name: 'time'; readonly perSecond: number }
  | { readonly name: 'timestamp'; readonly perSecond: number; readonly utc: boolean };

const thousands = { millis: 1000, micros: 1_000_000, nanos: 1_000_000_000 } as const;

/** @throws Error with the end of the sentence "its schema …". */
export function parseAvroSchema(text: string): AvroType {
  let json: unknown;
  try {
    json = parseJson(text);
  } catch {
    throw new Error('is not JSON');
  }
  return typeOf(json, { names: new Map(), namespace: '', types: { left: maxTypes } });
}

/** As many columns as in other formats, including nested ones. */
const maxTypes = 20_000;

type Scope = {
  readonly names: Map<string, AvroType>;
  readonly namespace: string;
  /** The number of further types that are allowed. */
  readonly types: { left: number };
};
type Json = Readonly<Record<string, unknown>>;

function typeOf(schema: unknown, scope: Scope): AvroType {
  if (--scope.types.left < 0) throw new Error(`has more than ${maxTypes} types`);
  if (typeof schema === 'string') return primitive(schema) ?? named(schema, scope);
  if (Array.isArray(schema)) return { kind: 'union', branches: schema.map((branch) => typeOf(branch, scope)) };
  if (typeof schema !== 'object' || schema === null) throw new Error('has a type that is neither a name nor an object');
  const node = schema as Json;
  const { type } = node;
  if (typeof type !== 'string') return typeOf(type, scope);
  switch (type) {
    case 'record':
    case 'error':
      return recordType(node, scope);
    case 'enum':
      return define(node, scope, { kind: 'enum', symbols: list(node, 'symbols').map(String) });
    case 'fixed':
      return define(node, scope, withLogical({ kind: 'fixed', size: sizeOf(node) }, node));
    case 'array':
      return { kind: 'array', items: typeOf(node['items'], scope) };
    case 'map':
      return { kind: 'map', values: typeOf(node['values'], scope) };
    default: {
      const found = primitive(type);
      return found === undefined ? named(type, scope) : withLogical(found, node);
    }
  }
}

function primitive(name: string): AvroType | undefined {
  switch (name) {
    case 'null':
    case 'boolean':
    case 'int':
    case 'long':
    case 'float':
    case 'double':
    case 'bytes':
    case 'string':
      return { kind: name };
    default:
      return undefined;
  }
}

function named(name: string, { names, namespace }: Scope): AvroType {
  const type = names.get(fullName(name, namespace)) ?? names.get(name);
  if (type === undefined) throw new Error(`names the type "${name}" and does not define it`);
  return type;
}

function fullName(name: string, namespace: string): string {
  return name.includes('.') || namespace === '' ? name : `${namespace}.${name}`;
}

/** Some writers (polars) omit names. Such a type is only used in its own place. */
function define<T extends AvroType>(node: Json, { names, namespace }: Scope, type: T): T {
  const { name, namespace: own } = node;
  if (typeof name === 'string' && name !== '')
    names.set(fullName(name, typeof own === 'string' ? own : namespace), type);
  return type;
}

function recordType(node: Json, scope: Scope): AvroType {
  const fields: AvroField[] = [];
  const record = define(node, scope, { kind: 'record', fields }); // Before its fields, which may name it.
  const inner = { ...scope, namespace: namespaceOf(node, scope.namespace) };
  for (const field of list(node, 'fields')) {
    const { name, type } = field as Json;
    if (typeof name !== 'string') throw new Error('has a field without a name');
    // Some writers put a logical type next to the field's type.
    const plain = typeof type === 'string' && primitive(type) !== undefined;
    fields.push({ name, type: typeOf(plain ? field : type, inner) });
  }
  return record;
}

function namespaceOf({ name, namespace }: Json, outer: string): string {
  const dotted = typeof name === 'string' ? name.lastIndexOf('.') : -1;
  if (dotted > 0) return String(name).slice(0, dotted);
  return typeof namespace === 'string' ? namespace : outer;
}

function list(node: Json, key: string): readonly unknown[] {
  const value = node[key];
  if (!Array.isArray(value)) throw new Error(`has a type (${String(node['type'])}) without ${key}`);
  return value;
}

function sizeOf({ size }: Json): number {
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0)
    throw new Error('has a fixed type without a size');
  return size;
}

/** According to the specification, a logical type that does not match its type is ignored. */
function withLogical(type: AvroType, node: Json): AvroType {
  const logical = logicalOf(type, node);
  return logical === undefined ? type : ({ ...type, logical } as AvroType);
}

function logicalOf(type: AvroType, { logicalType, scale = 0, precision }: Json): Logical | undefined {
  if (typeof logicalType !== 'string') return undefined;
  const units = /^(?:(time|timestamp|local-timestamp)-(millis|micros|nanos))$/u.exec(logicalType);
  if (units !== null) {
    const [, name, unit] = units;
    const perSecond = thousands[unit as keyof typeof thousands];
    const stored = name === 'time' && unit === 'millis' ? 'int' : 'long';
    if (type.kind !== stored) return undefined;
    return name === 'time' ? { name, perSecond } : { name: 'timestamp', perSecond, utc: name === 'timestamp' };
  }
  switch (logicalType) {
    case 'decimal': {
      const isValid = isCount(scale) && isCount(precision) && precision > 0 && scale <= precision;
      return isValid && (type.kind === 'bytes' || type.kind === 'fixed') ? { name: 'decimal', scale } : undefined;
    }
    case 'date':
      return type.kind === 'int' ? { name: 'date' } : undefined;
    case 'uuid':
      return type.kind === 'string' || (type.kind === 'fixed' && type.size === 16) ? { name: 'uuid' } : undefined;
    case 'duration':
      return type.kind === 'fixed' && type.size === 12 ? { name: 'duration' } : undefined;
    default:
      return undefined;
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

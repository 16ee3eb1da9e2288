// What is kept of a table's types from run to run, `{prefix}_schemas/{table}.json`, so that they never change: written only over
// the version that was read.
//
//   {"version":1,"table":"pageview_events","fields":[{"name":"time","type":"timestamp"},{"name":"properties","type":"struct",
//    "fields":[{"name":"url","type":"string","misfits":true}]}]}
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { Area } from '@s3-connectors/common/destination/manifests.ts';
import { encodeValue } from '@s3-connectors/common/destination/key-part.ts';
import { readObject } from '@s3-connectors/common/s3/read.ts';
import { putObject } from '@s3-connectors/common/s3/write.ts';
import * as z from 'zod';

import type { Field, FieldType, StructType } from './field-type.ts';

const maxBytes = 16 * 1024 * 1024;

type TypeJson = {
  readonly type: FieldType['kind'] | 'timestamp_without_zone';
  readonly fields?: readonly FieldJson[] | undefined;
  readonly rest?: true | undefined;
  readonly items?: TypeJson | undefined;
};
type FieldJson = TypeJson & { readonly name: string; readonly misfits?: true | undefined };

const kinds = [
  'boolean',
  'integer',
  'number',
  'string',
  'json',
  'date',
  'time',
  'timestamp',
  'timestamp_without_zone',
  'list',
  'struct',
] as const;
const typeJson: z.ZodType<TypeJson> = z.object({
  type: z.enum(kinds),
  get fields() {
    return z.array(fieldJson).optional();
  },
  rest: z.literal(true).optional(),
  get items() {
    return typeJson.optional();
  },
});
const fieldJson: z.ZodType<FieldJson> = z.intersection(
  typeJson,
  z.object({ name: z.string(), misfits: z.literal(true).optional() }),
);
const registryJson = z.object({
  version: z.literal(1),
  table: z.string(),
  fields: z.array(fieldJson),
  rest: z.literal(true).optional(),
});

/** `etag`: undefined as long as nothing is kept of the table. */
export type Registered = { readonly type: StructType | undefined; readonly etag: string | undefined };

/** `prefix` is empty or ends with a slash. */
export function registryKey(prefix: string, table: string): string {
  return `${prefix}_schemas/${encodeValue(table)}.json`;
}

/** @throws FILE_UNREADABLE for what is no registry of this version. */
export async function readRegistry({ s3, prefix }: Area, table: string, signal?: AbortSignal): Promise<Registered> {
  const key = registryKey(prefix, table);
  const found = await readObject(s3, key, maxBytes, signal);
  if (found === undefined) return { type: undefined, etag: undefined };
  try {
    const { fields, rest } = registryJson.parse(JSON.parse(found.body.toString()));
    return { type: structOf({ type: 'struct', fields, rest }), etag: found.etag };
  } catch (error) {
    const text = `The types of the table "${table}" in s3://${s3.bucket}/${key} cannot be read. They were damaged, or written by a newer version: upgrade the connector, or move the object away to begin with new types.`;
    throw new ConnectorError('FILE_UNREADABLE', text, { cause: error });
  }
}

/** @throws S3_OBJECT_CONFLICT when another run wrote them meanwhile. @returns the ETag of what was written. */
export async function writeRegistry(
  { s3, prefix, headers }: Area,
  table: string,
  { type, etag }: { readonly type: StructType; readonly etag: string | undefined },
  signal?: AbortSignal,
): Promise<string> {
  const { fields, rest } = toJson(type);
  const body = Buffer.from(`${JSON.stringify({ version: 1, table, fields, rest })}\n`);
  const condition = etag === undefined ? { ifNoneMatch: '*' as const } : { ifMatch: etag };
  const object = { key: registryKey(prefix, table), body, contentType: 'application/json', ...condition };
  return (await putObject(s3, object, headers, signal)).etag;
}

/** The JSON form of a type, for the registry and for manifests. */
export function toJson(type: FieldType): TypeJson {
  switch (type.kind) {
    case 'timestamp':
      return { type: type.utc ? 'timestamp' : 'timestamp_without_zone' };
    case 'list':
      return { type: 'list', items: toJson(type.items) };
    case 'struct': {
      const fields = type.fields.map(({ name, misfits, type: fieldType }): FieldJson => ({
        name,
        ...toJson(fieldType),
        ...(misfits ? { misfits: true as const } : {}),
      }));
      return { type: 'struct', fields, ...(type.rest ? { rest: true as const } : {}) };
    }
    default:
      return { type: type.kind };
  }
}

function structOf({ fields = [], rest }: TypeJson): StructType {
  const read = fields.map((field): Field => ({
    name: field.name,
    type: typeOf(field),
    misfits: field.misfits === true,
  }));
  return { kind: 'struct', fields: read, rest: rest === true };
}

function typeOf(json: TypeJson): FieldType {
  switch (json.type) {
    case 'timestamp':
      return { kind: 'timestamp', utc: true };
    case 'timestamp_without_zone':
      return { kind: 'timestamp', utc: false };
    case 'list':
      if (json.items === undefined) throw new Error('a list without items');
      return { kind: 'list', items: typeOf(json.items) };
    case 'struct':
      return structOf(json);
    default:
      return { kind: json.type };
  }
}

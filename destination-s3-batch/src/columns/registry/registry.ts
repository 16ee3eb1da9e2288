// The types of a table, kept from run to run in `{prefix}_schemas/{table}.json`, so that they never change: written only over
// the version that was read.
//
//   {"version":1,"table":"pageview_events","stream":{"name":"events"},"event":"95fb…","fields":[{"name":"time","type":"timestamp"},{"name":"properties","type":"struct",
//    "fields":[{"name":"url","type":"string","misfits":true}]}]}
import {
  parseDocument,
  refusedDocument,
  shownText,
} from '@s3-connectors/common/destination/replacing/bucket-document.ts';
import {
  readDocument,
  smallFirst,
  writeDocument,
} from '@s3-connectors/common/destination/replacing/document-memory.ts';
import { parseJson } from '@s3-connectors/common/json/parse-json.ts';
import { listPages } from '@s3-connectors/common/s3/list.ts';
import type { Area } from '@s3-connectors/common/destination/replacing/manifest-store.ts';
import { encodeName } from '@s3-connectors/common/destination/files/key-part.ts';
import type { JsonObject } from '@s3-connectors/common/protocol/messages.ts';
import * as z from 'zod';

import type { Field, FieldType, StructType } from '../types/field-type.ts';
import type { Owners } from './table-owners.ts';

const maxBytes = 16 * 1024 * 1024;
const readsAtOnce = 16;

export type TypeJson = {
  readonly type: FieldType['kind'] | 'timestamp_without_zone';
  readonly fields?: readonly FieldJson[] | undefined;
  readonly rest?: true | undefined;
  readonly items?: TypeJson | undefined;
};
type FieldJson = TypeJson & { readonly name: string; readonly misfits?: true | undefined };

export const typeKinds = [
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
const typeSchema: z.ZodType<TypeJson> = z
  .object({
    type: z.enum(typeKinds),
    get fields() {
      return z.array(fieldJson).optional();
    },
    rest: z.literal(true).optional(),
    get items() {
      return typeSchema.optional();
    },
  })
  .refine(({ type, items }) => type !== 'list' || items !== undefined);
const fieldJson: z.ZodType<FieldJson> = z.intersection(
  typeSchema,
  z.object({ name: z.string(), misfits: z.literal(true).optional() }),
);
const streamJson = z.object({ name: z.string(), namespace: z.string().exactOptional() });
const registryJson = z.object({
  version: z.literal(1),
  table: z.string(),
  stream: streamJson,
  also: streamJson.exactOptional(),
  event: z
    .string()
    .regex(/^[0-9a-f]{64}$/u)
    .exactOptional(),
  fields: z.array(fieldJson),
  rest: z.literal(true).optional(),
});

/** `etag`: undefined while the table has no document. */
export type Registered = {
  readonly type: StructType | undefined;
  readonly owners?: Owners;
  readonly event?: string | undefined;
  readonly etag: string | undefined;
  /** The size of the document. */
  readonly bytes: number;
};

/**
 * A table's types, and the streams of its rows. `event`: the `eventMark` of the event of a table of split events. Undefined for
 * other tables, and for those of versions that did not store it.
 */
type RegisteredTable = Owners & {
  readonly table: string;
  readonly type: StructType;
  readonly event?: string | undefined;
};

/** `prefix` is empty or ends with a slash. */
export function registryKey(prefix: string, table: string): string {
  return `${prefix}_schemas/${encodeName(table)}.json`;
}

/** @throws BUCKET_DOCUMENT_INVALID for anything but the registry of the table. */
export async function readRegistry(area: Area, table: string, signal?: AbortSignal): Promise<Registered> {
  const found = await readKey(area, registryKey(area.prefix, table), signal);
  if (found === undefined) return { type: undefined, etag: undefined, bytes: 0 };
  const { type, stream, also, event, etag, bytes } = found;
  return { type, owners: { stream, ...(also === undefined ? {} : { also }) }, event, etag, bytes };
}

/** The current schema of a table's rows, for its manifest. */
export async function registeredSchema(area: Area, table: string, signal?: AbortSignal): Promise<JsonObject> {
  const { type } = await readRegistry(area, table, signal);
  return type === undefined ? {} : typeJson(type);
}

/** All tables with stored types. @throws BUCKET_DOCUMENT_INVALID */
export async function* readTables(area: Area, signal?: AbortSignal): AsyncGenerator<RegisteredTable> {
  for await (const { objects } of listPages(area.s3, { prefix: `${area.prefix}_schemas/` }, signal)) {
    const keys = objects.map(({ key }) => key).filter((key) => key.endsWith('.json'));
    const reads = smallFirst(
      area,
      { items: keys, limit: readsAtOnce },
      (key, place, linked) => readKey(place, key, linked),
      signal,
    );
    for await (const found of reads) if (found !== undefined) yield found;
  }
}

async function readKey(
  area: Area,
  key: string,
  signal: AbortSignal | undefined,
): Promise<(RegisteredTable & { readonly etag: string; readonly bytes: number }) | undefined> {
  const { prefix, maxDocumentBytes } = area;
  const bounded = { ...area, maxDocumentBytes: Math.min(maxBytes, maxDocumentBytes) };
  const found = await readDocument(bounded, key, signal);
  if (found === undefined) return undefined;
  const { table, stream, also, event, fields, rest } = parseDocument(key, found.body, registryJson);
  if (table === '' || !table.isWellFormed() || registryKey(prefix, table) !== key) {
    throw refusedDocument(key, `is of the table ${shownText(table)}`);
  }
  return {
    table,
    stream,
    ...(also === undefined ? {} : { also }),
    event,
    type: structOf({ type: 'struct', fields, rest }),
    etag: found.etag,
    bytes: found.body.length,
  };
}

/** @throws S3_OBJECT_CONFLICT if another run wrote it meanwhile. @returns the new ETag. */
export async function writeRegistry(
  area: Area,
  { table, stream, also, event, type, etag }: RegisteredTable & { readonly etag: string | undefined },
  signal?: AbortSignal,
): Promise<string> {
  const { fields, rest } = typeToJson(type);
  const body = Buffer.from(`${JSON.stringify({ version: 1, table, stream, also, event, fields, rest })}\n`);
  const bounded = { ...area, maxDocumentBytes: Math.min(maxBytes, area.maxDocumentBytes) };
  return await writeDocument(bounded, { key: registryKey(area.prefix, table), body, over: { etag } }, signal);
}

/** The JSON form of a table's type, for manifests. */
export function typeJson(type: StructType): JsonObject {
  return parseJson(JSON.stringify(typeToJson(type))) as JsonObject;
}

export function typeToJson(type: FieldType): TypeJson {
  switch (type.kind) {
    case 'timestamp':
      return { type: type.utc ? 'timestamp' : 'timestamp_without_zone' };
    case 'list':
      return { type: 'list', items: typeToJson(type.items) };
    case 'struct': {
      const fields = type.fields.map(({ name, misfits, type: fieldType }): FieldJson => ({
        name,
        ...typeToJson(fieldType),
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
    type: typeOfJson(field),
    misfits: field.misfits === true,
  }));
  return { kind: 'struct', fields: read, rest: rest === true };
}

export function typeOfJson(json: TypeJson): FieldType {
  switch (json.type) {
    case 'timestamp':
      return { kind: 'timestamp', utc: true };
    case 'timestamp_without_zone':
      return { kind: 'timestamp', utc: false };
    case 'list':
      if (json.items === undefined) throw new Error('a list without items');
      return { kind: 'list', items: typeOfJson(json.items) };
    case 'struct':
      return structOf(json);
    default:
      return { kind: json.type };
  }
}

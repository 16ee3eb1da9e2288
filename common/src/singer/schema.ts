// Reads and checks the SCHEMA lines of a target.
import * as z from 'zod';

import { schemaAsParsed } from '../protocol/catalog.ts';
import type { ConnectorError } from '../protocol/errors.ts';
import { invalid } from '../protocol/lines.ts';
import { isObject, type JsonObject } from '../protocol/messages.ts';

export type StreamSchema = {
  readonly stream: string;
  readonly schema: JsonObject;
  /** Top-level fields of every record. */
  readonly keyProperties: readonly string[];
};

const message = z.object({
  stream: z.string().min(1),
  schema: schemaAsParsed,
  key_properties: z.array(z.string()).nullish(),
});

const typeNames = new Set(['null', 'boolean', 'integer', 'number', 'string', 'array', 'object']);
/** Members of a schema that contain schemas, lists of schemas, or schemas by name. */
const single = ['items', 'additionalProperties', 'not'];
const lists = ['anyOf', 'oneOf', 'allOf'];
const named = ['properties', 'patternProperties', 'definitions', '$defs'];

/** @throws INPUT_INVALID with the rest of a sentence that begins with the number of the line. */
export function parseSchema(json: JsonObject): StreamSchema {
  const parsed = message.safeParse(json);
  if (!parsed.success) throw invalidSchema(`lacks ${parsed.error.issues.map(({ path }) => path.join('.')).join(', ')}`);
  const { stream, schema, key_properties: keys } = parsed.data;
  if (!isObject(schema['properties'])) throw invalidSchema(`has no "properties" for "${stream}"`);
  const fault = faultOf(schema, 'schema');
  if (fault !== undefined) throw invalidSchema(`is not a JSON schema for "${stream}": ${fault}`);
  return { stream, schema, keyProperties: keys ?? [] };
}

/** The first part that is not a JSON schema, with its path. Ignores keywords that are not about structure. */
function faultOf(node: unknown, path: string): string | undefined {
  if (typeof node === 'boolean') return undefined;
  if (!isObject(node)) return `"${path}" is not an object`;
  const types = [node['type'] ?? []].flat();
  if (!types.every((type) => typeof type === 'string' && typeNames.has(type))) return `"${path}.type" is not a type`;
  for (const [key, member] of Object.entries(node)) {
    const at = `${path}.${key}`;
    let members: readonly (readonly [string, unknown])[] = [];
    if (single.includes(key)) members = [member].flat().map((child) => [at, child]);
    else if (lists.includes(key)) {
      if (!Array.isArray(member)) return `"${at}" is not a list`;
      members = member.map((child, index) => [`${at}[${index}]`, child]);
    } else if (named.includes(key)) {
      if (!isObject(member)) return `"${at}" is not an object`;
      members = Object.entries(member).map(([name, child]) => [`${at}.${name}`, child]);
    }
    for (const [place, child] of members) {
      const fault = faultOf(child, place);
      if (fault !== undefined) return fault;
    }
  }
  return undefined;
}

function invalidSchema(what: string): ConnectorError {
  return invalid(`is a SCHEMA that ${what}`);
}

// Turns the zod schema of a connector's config into Airbyte's SPEC message. Airbyte's form draws a subset of JSON Schema: a
// `oneOf` needs `type: object`, and `additionalProperties: false` and bounds of the safe integers are not allowed.
import * as z from 'zod';

import {
  isObject,
  type ConnectorSpecification,
  type DestinationSyncMode,
  type JsonObject,
  type JsonValue,
} from './messages.ts';

type SpecOptions = {
  readonly config: z.ZodObject;
  readonly title: string;
  readonly documentationUrl: string;
} & (
  | { readonly supportsIncremental: true }
  | { readonly supported_destination_sync_modes: readonly DestinationSyncMode[] }
);

/** The SPEC of a connector. `npm run build` writes it to the package's spec.json; a test compares the two. */
export function specification({ config, title, documentationUrl, ...abilities }: SpecOptions): ConnectorSpecification {
  const schema = formSchema(z.toJSONSchema(config, { io: 'input', target: 'draft-7' }) as JsonObject);
  const connectionSpecification: JsonObject = { ...schema, title, additionalProperties: true };
  return { protocol_version: '0.2.0', documentationUrl, connectionSpecification, ...abilities };
}

function formSchema(node: JsonObject): JsonObject {
  const form: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(node)) {
    const isBound = key === 'maximum' || key === 'minimum';
    if (key === 'additionalProperties' || (isBound && Math.abs(Number(value)) === Number.MAX_SAFE_INTEGER)) continue;
    form[key] = isObject(value) && key !== 'default' ? formMember(key, value) : value;
    if (key === 'oneOf' && Array.isArray(value)) form[key] = value.map((option) => formSchema(option as JsonObject));
  }
  // The form draws a choice only for an object whose options share a constant.
  return 'oneOf' in form ? { type: 'object', ...form } : form;
}

function formMember(key: string, value: JsonObject): JsonObject {
  if (key !== 'properties') return formSchema(value);
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, formSchema(child as JsonObject)]));
}

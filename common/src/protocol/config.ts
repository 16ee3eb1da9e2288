// Checks a user's JSON config. An error lists every mistake, each with its path and its remedy.
import * as z from 'zod';

import { ConnectorError } from './errors.ts';
import type { Log } from './log.ts';
import { describeIssue, mistakeWords } from './mistakes.ts';
import { nearestName } from './text/nearest-name.ts';
import { isObject } from './messages.ts';

/** Field names of Airbyte's own S3 connectors, whose configs people copy. */
const airbyteNames: Readonly<Record<string, string>> = {
  aws_access_key_id: 'credentials.access_key_id (with credentials.auth_type = "access_key")',
  aws_secret_access_key: 'credentials.secret_access_key (with credentials.auth_type = "access_key")',
  access_key_id: 'credentials.access_key_id (with credentials.auth_type = "access_key")',
  secret_access_key: 'credentials.secret_access_key (with credentials.auth_type = "access_key")',
  role_arn: 'credentials.role_arn (with credentials.auth_type = "assume_role")',
  s3_bucket_name: 'bucket',
  s3_bucket_path: 'prefix',
  s3_bucket_region: 'region',
  region_name: 'region',
  aws_region: 'region',
  s3_endpoint: 'endpoint',
};

/**
 * Checks `json` with the connector's schema. An unknown field is ignored, and a WARN names the nearest known field. Airbyte's
 * own field names are mistakes, because the value would be missing elsewhere.
 * @throws CONFIG_INVALID that lists all mistakes.
 */
export function parseConfig<Schema extends z.ZodObject>(schema: Schema, json: unknown, log: Log): z.output<Schema> {
  // Rules over several fields also run when single fields are wrong, but they need an object.
  if (!isObject(json))
    throw new ConnectorError('CONFIG_INVALID', mistakeList(['the config must be an object in braces']));
  const parsed = schema.safeParse(json, mistakeWords);
  const unknown = unknownFields(z.toJSONSchema(schema, { io: 'input' }) as Fields, json, '');
  const mistakes = unknown.flatMap(({ path }) => {
    const ours = Object.hasOwn(airbyteNames, path) ? airbyteNames[path] : undefined;
    return ours === undefined ? [] : [`"${path}" is not a field of this connector: write ${ours}`];
  });
  const misspelt = (path: string): string | undefined => unknown.find(({ meant }) => meant === path)?.path;
  if (!parsed.success) mistakes.push(...parsed.error.issues.map((issue) => describeIssue(issue, json, misspelt)));
  if (mistakes.length > 0) throw new ConnectorError('CONFIG_INVALID', mistakeList(mistakes));
  for (const { path, nearest } of unknown) {
    const hint = nearest === undefined ? '' : ` Did you mean "${nearest}"?`;
    log('WARN', `The config field "${path}" is unknown and has no effect.${hint}`);
  }
  return parsed.data as z.output<Schema>;
}

/** The part of a JSON schema that defines the fields of an object. */
type Fields = {
  readonly properties?: Readonly<Record<string, Fields & { readonly const?: unknown }>>;
  readonly oneOf?: readonly Fields[];
  readonly items?: Fields;
};

/** `meant`: the path of the known field with the nearest name. */
type UnknownField = {
  readonly path: string;
  readonly nearest: string | undefined;
  readonly meant: string | undefined;
};

/** All fields at any depth of `value` that are not in its schema. */
function unknownFields(schema: Fields, value: unknown, path: string): readonly UnknownField[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => unknownFields(schema.items ?? {}, item, `${path}[${index}]`));
  }
  if (!isObject(value)) return [];
  const option = schema.oneOf === undefined ? schema : chosen(schema.oneOf, value);
  if (option === undefined) return misspeltChoice(schema.oneOf ?? [], value, path);
  const fields = option.properties;
  if (fields === undefined) return [];
  const pathOf = (name: string): string => (path === '' ? name : `${path}.${name}`);
  return Object.entries(value).flatMap(([name, member]) => {
    const memberPath = pathOf(name);
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field !== undefined) return unknownFields(field, member, memberPath);
    const nearest = nearestName(name, Object.keys(fields));
    return [{ path: memberPath, nearest, meant: nearest === undefined ? undefined : pathOf(nearest) }];
  });
}

/** While no option of a `oneOf` is chosen, only a misspelling of the field that chooses it can be told from fields of an option. */
function misspeltChoice(options: readonly Fields[], value: object, path: string): readonly UnknownField[] {
  const known = options.flatMap(({ properties = {} }) => Object.keys(properties));
  const choosing = Object.entries(options[0]?.properties ?? {}).flatMap(([name, field]) =>
    field.const === undefined ? [] : [name],
  );
  return Object.keys(value).flatMap((name) => {
    const nearest = known.includes(name) ? undefined : nearestName(name, choosing);
    return nearest === undefined ? [] : [{ path: `${path}.${name}`, nearest, meant: `${path}.${nearest}` }];
  });
}

/** The option of a `oneOf` whose constants match the value. */
function chosen(options: readonly Fields[], value: unknown): Fields | undefined {
  return options.find((option) =>
    Object.entries(option.properties ?? {}).every(
      ([name, field]) => field.const === undefined || (isObject(value) && value[name] === field.const),
    ),
  );
}

function mistakeList(mistakes: readonly string[]): string {
  const [only] = mistakes;
  if (mistakes.length === 1) return `The config has a mistake: ${only}.`;
  return `The config has ${mistakes.length} mistakes: ${mistakes.map((text, index) => `(${index + 1}) ${text}`).join('; ')}.`;
}

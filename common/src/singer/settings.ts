// The settings of a tap or target: the files of `--config` in their order, and the environment for the word ENV.
import { parseJson } from '../json/parse-json.ts';
import { readJsonFile } from '../program/cli.ts';
import { ConnectorError } from '../protocol/errors.ts';
import { isObject, type JsonObject } from '../protocol/messages.ts';
import type { Environment } from '../s3/address/hosted.ts';

/**
 * Merges files by their top-level settings, where the last one wins. With ENV at any place, the environment overrides them.
 * @throws USAGE_INVALID that names a file that is not a JSON object.
 */
export async function readSettings(
  sources: readonly string[],
  { name, schema }: { readonly name: string; readonly schema: JsonObject },
  environment: Environment,
): Promise<JsonObject> {
  const settings: Record<string, unknown> = {};
  for (const source of sources) {
    if (source === 'ENV') continue;
    const json = await readJsonFile(source, 'config');
    if (!isObject(json)) throw new ConnectorError('USAGE_INVALID', `The config file "${source}" is not a JSON object.`);
    Object.assign(settings, json);
  }
  if (sources.includes('ENV')) Object.assign(settings, environmentSettings(name, schema, environment));
  return settings as JsonObject;
}

/** `TAP_S3_TABLES_BUCKET` sets `bucket`. A string setting is used unchanged, any other is parsed as JSON. */
function environmentSettings(name: string, schema: JsonObject, environment: Environment): JsonObject {
  const properties = schema['properties'] as Readonly<Record<string, JsonObject>>;
  const settings = Object.entries(properties).flatMap(([setting, { type }]) => {
    const variable = `${name}_${setting}`.toUpperCase().replaceAll('-', '_');
    const text = environment[variable];
    if (text === undefined || text === '') return [];
    return [[setting, type === 'string' ? text : parsed(text)] as const];
  });
  return Object.fromEntries(settings) as JsonObject;
}

function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    // Python's spellings too. The check of the config reports any other text, and names the setting.
    return /^(?:true|false)$/iu.test(text) ? text.toLowerCase() === 'true' : text;
  }
}

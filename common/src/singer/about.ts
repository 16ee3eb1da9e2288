// The description of a tap or target for `--about`, in the keys that Meltano's tools read.
import type { ConnectorSpecification, JsonObject } from '../protocol/messages.ts';

export type Plugin = {
  /** The name of the command, such as `tap-s3-tables`. */
  readonly name: string;
  /** One sentence. */
  readonly description: string;
  readonly capabilities: readonly string[];
};

/** `settings` is the JSON schema of the config. The extra keys for Airbyte's form do no harm there. */
export function aboutPlugin(plugin: Plugin, version: string, spec: ConnectorSpecification): JsonObject {
  const { name, description, capabilities } = plugin;
  return { name, description, version, capabilities, settings: spec.connectionSpecification };
}

/** The same as text for people. */
export function aboutText(about: JsonObject): string {
  const { name, description, version, capabilities, settings } = about as {
    readonly name: string;
    readonly description: string;
    readonly version: string;
    readonly capabilities: readonly string[];
    readonly settings: { readonly properties: Readonly<Record<string, { readonly description?: string }>> };
  };
  const lines = Object.entries(settings.properties).map(
    ([setting, { description: what = '' }]) => `  ${setting}: ${what}`,
  );
  return [`${name} ${version}`, description, `Capabilities: ${capabilities.join(', ')}`, 'Settings:', ...lines].join(
    '\n',
  );
}

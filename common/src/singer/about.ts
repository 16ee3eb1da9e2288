// What a tap or target says of itself: `--about`, in the keys that Meltano's tools read.
import type { ConnectorSpecification, JsonObject } from '../protocol/messages.ts';

export type Plugin = {
  /** As it is called on a command line, such as `tap-s3-tables`. */
  readonly name: string;
  /** One sentence. */
  readonly description: string;
  readonly capabilities: readonly string[];
};

/** `settings` is the JSON schema of the config; what Airbyte's form needs beside it does no harm there. */
export function aboutPlugin(plugin: Plugin, version: string, spec: ConnectorSpecification): JsonObject {
  const { name, description, capabilities } = plugin;
  return { name, description, version, capabilities, settings: spec.connectionSpecification };
}

/** The same for people. */
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

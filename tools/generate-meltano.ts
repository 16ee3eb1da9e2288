// Generates Meltano's definition of a tap or target from the JSON schema of its config, for `meltano add --from-ref`. JSON is also
// YAML, so no library is needed.
import type { JsonObject } from '@s3-connectors/common/protocol/messages.ts';

type Node = {
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly airbyte_secret?: boolean;
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly oneOf?: readonly Node[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly format?: string;
};

type Singer = { readonly name: string; readonly label: string; readonly repository: string };

/** Meltano finds `executable` on the PATH. Choices become dotted settings, so that each secret is its own setting. */
export function meltanoPlugin({ name, label, repository }: Singer, form: Node): string {
  const isTap = name.startsWith('tap-');
  const plugin = {
    name,
    namespace: name.replaceAll('-', '_'),
    variant: 's3-connectors',
    label,
    repo: repository,
    executable: name,
    capabilities: isTap ? ['about', 'activate-version', 'catalog', 'discover', 'state'] : ['about', 'activate-version'],
    settings: settingsOf(form, ''),
    settings_group_validation: [requiredSettings(form)],
  };
  return `${JSON.stringify(plugin, null, 2)}\n`;
}

function requiredSettings({ properties = {}, required = [] }: Node): readonly string[] {
  return required.flatMap((name) => {
    const constant = Object.entries(properties[name]?.oneOf?.[0]?.properties ?? {}).find(
      ([, field]) => 'const' in field,
    );
    return [constant === undefined ? name : `${name}.${constant[0]}`];
  });
}

function settingsOf({ properties = {} }: Node, prefix: string): readonly JsonObject[] {
  return Object.entries(properties).flatMap(([name, node]) => {
    const path = `${prefix}${name}`;
    if (node.oneOf !== undefined) return settingsOf(united(node.oneOf), `${path}.`);
    if (node.properties !== undefined) return settingsOf(node, `${path}.`);
    return [setting(path, node)];
  });
}

/** The fields of all options of a choice. Their distinguishing constants become one field with several options. */
function united(options: readonly Node[]): Node {
  const properties: Record<string, Node> = {};
  for (const option of options) {
    for (const [name, field] of Object.entries(option.properties ?? {})) {
      const known = properties[name];
      if (field.const === undefined) properties[name] = known ?? field;
      else properties[name] = { ...field, enum: [...(known?.enum ?? []), field.const] };
    }
  }
  return { properties };
}

function setting(name: string, node: Node): JsonObject {
  const { title, description, airbyte_secret: sensitive = false, enum: choices } = node;
  return {
    name,
    kind: sensitive ? 'string' : kindOf(node),
    ...(title !== undefined && { label: title }),
    ...(description !== undefined && { description }),
    ...(sensitive && { sensitive }),
    ...(choices !== undefined && { options: choices.map((value) => ({ label: value, value })) }),
  };
}

function kindOf({ type, enum: choices, format }: Node): string {
  if (choices !== undefined) return 'options';
  if (format === 'date-time') return 'date_iso8601';
  const [kind = 'string'] = [type ?? 'string'].flat().filter((candidate) => candidate !== 'null');
  return kind === 'number' ? 'decimal' : kind;
}

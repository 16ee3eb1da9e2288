// Keeps secrets out of every text that a connector prints: collected once from the config, replaced in texts for people.
import { oneLine } from '../protocol/text.ts';

export const redacted = '****';
const minSecretLength = 4; // Shorter values would blot out ordinary text, and are no secrets.

/** Marks in a JSON schema what `collectSecrets` must find. */
type SchemaNode = {
  readonly airbyte_secret?: unknown;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly oneOf?: readonly SchemaNode[];
  readonly items?: SchemaNode;
};

/**
 * The values of all fields marked `airbyte_secret`, wherever the config puts them, also when the config is otherwise
 * wrong: a mistake must not be what leaks a key. All options of a `oneOf` are followed.
 */
export function collectSecrets(schema: unknown, config: unknown): readonly string[] {
  const found = new Set<string>();
  visit(schema as SchemaNode, config, found);
  return [...found].sort((a, b) => b.length - a.length); // A secret inside a longer one must not cut it in two.
}

function visit(schema: SchemaNode, value: unknown, found: Set<string>): void {
  if (schema.airbyte_secret === true) {
    const text = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
    if (text.length >= minSecretLength) found.add(text);
    if (text.trim().length >= minSecretLength) found.add(text.trim());
    return;
  }
  for (const option of schema.oneOf ?? []) visit(option, value, found);
  if (Array.isArray(value)) {
    for (const item of value) if (schema.items !== undefined) visit(schema.items, item, found);
  } else if (typeof value === 'object' && value !== null) {
    const members = value as Readonly<Record<string, unknown>>;
    for (const [name, node] of Object.entries(schema.properties ?? {})) visit(node, members[name], found);
  }
}

/** Replaces every secret in a text, also as it is written in JSON, URLs, forms, XML, SQL, and in our own texts. */
export function redactor(secrets: readonly string[]): (text: string) => string {
  const forms = new Set(secrets.flatMap(writtenForms));
  const ordered = [...forms].sort((a, b) => b.length - a.length);
  return (text) => ordered.reduce((clean, form) => clean.replaceAll(form, redacted), text);
}

function writtenForms(secret: string): readonly string[] {
  const inUrl = encodeURIComponent(secret.toWellFormed());
  const strict = inUrl.replaceAll(/[!'()*]/gu, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  const lower = [inUrl, strict].map((form) => form.replaceAll(/%[0-9A-F]{2}/gu, (escape) => escape.toLowerCase()));
  const inForm = [inUrl, strict, ...lower].map((form) => form.replaceAll('%20', '+'));
  const inXml = secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const inSql = [secret.replaceAll("'", "''"), secret.replaceAll('"', '""')];
  const plain = [secret, inXml, inXml.replaceAll('"', '&quot;'), inXml.replaceAll("'", '&apos;'), ...inSql];
  const inJson = plain.map((form) => JSON.stringify(form).slice(1, -1));
  const inTexts = [...plain, ...inJson];
  return [...inTexts, ...inTexts.map(oneLine), inUrl, strict, ...lower, ...inForm];
}

// Keeps secrets out of every text that a connector prints. They are collected once from the config, and replaced in texts.
import { oneLine } from '../../protocol/text/text.ts';

const redacted = '****';
const minSecretLength = 4; // Shorter values would hide ordinary text, and are not secrets.

/** Marks in a JSON schema what `collectSecrets` must find. */
type SchemaNode = {
  readonly airbyte_secret?: unknown;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly oneOf?: readonly SchemaNode[];
  readonly items?: SchemaNode;
};

/**
 * The values of all fields marked `airbyte_secret`, at any place. It also works for a config with mistakes, because a mistake
 * must not leak a key. It follows all options of a `oneOf`.
 */
export function collectSecrets(schema: unknown, config: unknown): readonly string[] {
  const found = new Set<string>();
  visit(schema as SchemaNode, config, found);
  return [...found].sort((a, b) => b.length - a.length); // The longest first: a secret may be part of a longer one.
}

function visit(schema: SchemaNode, value: unknown, found: Set<string>): void {
  if (schema.airbyte_secret === true) return addAll(value, found);
  for (const option of schema.oneOf ?? []) visit(option, value, found);
  if (Array.isArray(value)) {
    for (const item of value) visit(schema.items ?? schema, item, found); // Also if a list is there instead of an object.
  } else if (typeof value === 'object' && value !== null) {
    const members = value as Readonly<Record<string, unknown>>;
    for (const [name, node] of Object.entries(schema.properties ?? {})) visit(node, members[name], found);
  }
}

/** Also the texts in a list or an object that is there instead of a text. */
function addAll(value: unknown, found: Set<string>): void {
  if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) addAll(part, found);
  if (typeof value !== 'string' && typeof value !== 'number') return;
  for (const text of [String(value), String(value).trim()]) if (text.length >= minSecretLength) found.add(text);
}

/** Replaces every secret in a text, also in the encodings of JSON, URLs, forms, XML, SQL and our own texts. */
export function redactor(secrets: readonly string[]): (text: string) => string {
  const forms = new Set(secrets.flatMap(writtenForms));
  const ordered = [...forms].sort((a, b) => b.length - a.length);
  return (text) => ordered.reduce((clean, form) => clean.replaceAll(form, redacted), text);
}

function writtenForms(secret: string): readonly string[] {
  const inXml = secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const quoted = [inXml, inXml.replaceAll("'", '&apos;')].flatMap((form) => [form, form.replaceAll('"', '&quot;')]);
  const inSql = [secret.replaceAll("'", "''"), secret.replaceAll('"', '""')];
  const plain = [secret, ...quoted, ...inSql];
  const inJson = plain.map((form) => JSON.stringify(form).slice(1, -1));
  const inTexts = [...plain, ...inJson];
  return [...inTexts, ...inTexts.map(oneLine), ...urlForms(secret)];
}

/** Encoded by encodeURIComponent, by RFC 3986 (`/` stays, as in paths), and as in forms; escapes in either case. */
function urlForms(secret: string): readonly string[] {
  const inUrl = encodeURIComponent(secret.toWellFormed());
  const escaped = (chars: RegExp): string =>
    inUrl.replaceAll(chars, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  const strict = escaped(/[!'()*]/gu);
  const upper = [inUrl, strict, strict.replaceAll('%2F', '/'), escaped(/[!'()~]/gu)];
  const lower = upper.map((form) => form.replaceAll(/%[0-9A-F]{2}/gu, (escape) => escape.toLowerCase()));
  return [...upper, ...lower].flatMap((form) => [form, form.replaceAll('%20', '+')]);
}

// Generates the table of settings in a connector's README from its spec. A generated table is between two marks; the rest is written by
// hand.
import type { JsonObject } from '@s3-connectors/common/protocol/messages.ts';

import { markdownTable } from './markdown-table.ts';

type Field = {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly order?: number;
  readonly title?: string;
  readonly airbyte_secret?: boolean;
  readonly required?: readonly string[];
  readonly oneOf?: readonly Field[];
  readonly items?: Field;
  readonly properties?: Readonly<Record<string, Field>>;
};

/** @throws Error for a README without the marks. */
export function withSettings(readme: string, spec: JsonObject): string {
  return withTable(readme, 'settings', [['Setting', 'Type', 'Default', 'Meaning'], ...rows(spec, '')]);
}

/** The page with this table between its marks. @throws Error for a page without the marks. */
export function withTable(page: string, name: string, table: readonly (readonly string[])[]): string {
  const [begin, end] = [`<!-- ${name}: written by npm run build -->`, `<!-- end of ${name} -->`];
  const [before, rest = ''] = page.split(begin);
  const [, after] = rest.split(end);
  if (before === undefined || after === undefined) throw new Error(`The page has no marks for the table of ${name}.`);
  return `${before}${begin}\n\n${markdownTable(table)}\n\n${end}${after}`;
}

/** In the order of Airbyte's form. The fields of a choice follow it, each with the options that have it. */
function rows({ properties = {}, required = [] }: Field, prefix: string): readonly (readonly string[])[] {
  const fields = Object.entries(properties).sort(([, a], [, b]) => (a.order ?? 0) - (b.order ?? 0));
  return fields.flatMap(([name, field]) => {
    if (field.const !== undefined) return [];
    const path = `${prefix}${name}`;
    const own = [`\`${path}\``, typeOf(field), defaultOf(field, required.includes(name)), meaning(field)];
    return [own, ...optionRows(field, path), ...rows(field, `${path}.`), ...rows(field.items ?? {}, `${path}[].`)];
  });
}

function optionRows({ oneOf = [] }: Field, path: string): readonly (readonly string[])[] {
  return oneOf.flatMap((option) => {
    const [kind, value] = constantOf(option);
    const own = [`\`${path}.${kind}\``, 'choice', `\`"${value}"\``, meaning(option)];
    return [own, ...rows(option, `${path}.`)];
  });
}

function constantOf({ properties = {} }: Field): readonly [string, string] {
  const found = Object.entries(properties).find(([, field]) => field.const !== undefined);
  return [found?.[0] ?? '', found?.[1].const ?? ''];
}

function typeOf({ type = 'object', oneOf, enum: values, items, airbyte_secret: isSecret = false }: Field): string {
  if (oneOf !== undefined) return 'one of';
  if (values !== undefined) return values.map((value) => `\`${value}\``).join(', ');
  if (items !== undefined) return `list of ${items.type ?? 'object'}s`;
  return isSecret ? `${type}, secret` : type;
}

function defaultOf(field: Field, isRequired: boolean): string {
  if (field.default !== undefined) return `\`${JSON.stringify(field.default)}\``;
  return isRequired ? 'required' : '';
}

function meaning({ description = '', title = '' }: Field): string {
  const text = (description === '' ? title : description).replaceAll('\n', ' ');
  return text.replaceAll('|', '\\|').replaceAll('*', '\\*'); // Two unescaped stars would be emphasis.
}

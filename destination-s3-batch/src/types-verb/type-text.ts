// Types as an operator reads and writes them: the words of `_schemas/`, and lists as `list<integer>`.
import { typeKinds, typeOfJson, typeToJson, type TypeJson } from '../columns/registry/registry.ts';
import type { FieldType } from '../columns/types/field-type.ts';

/** Rows and the catalog decide the members of an object, field by field. */
const scalars = typeKinds.filter((kind) => kind !== 'list' && kind !== 'struct');

export const typeForms = `${scalars.join(', ')}, or a list of one such as list<integer>`;

export function typeText(type: FieldType): string {
  if (type.kind === 'list') return `list<${typeText(type.items)}>`;
  return typeToJson(type).type;
}

/** Undefined for a text that is not one of `typeForms`. */
export function parseTypeText(text: string): FieldType | undefined {
  const json = parse(text);
  return json && typeOfJson(json);
}

const mostLists = 15;

function parse(text: string, depth = 0): TypeJson | undefined {
  const inner = /^list<(.*)>$/u.exec(text)?.[1];
  if (inner !== undefined) {
    const items = depth < mostLists ? parse(inner, depth + 1) : undefined;
    return items && { type: 'list', items };
  }
  const type = scalars.find((kind) => kind === text);
  return type && { type };
}

// A Parquet footer's schema as a tree. It has what the engine's types lack: true names, which bytes are text, which timestamps are
// instants.
import type { StoredType } from '../../../columns/sql/stored-type.ts';

import { convertedTimestamps, logicalTypes, type SchemaElement } from './schema-element.ts';
import { ThriftDamage } from './thrift.ts';

export type SchemaNode = Omit<SchemaElement, 'children'> & { readonly children: readonly SchemaNode[] };

const mostDeep = 1000;

/** The tree of a footer's elements: root first, depth first. @throws ThriftDamage if there are fewer elements than declared. */
export function schemaTree(elements: readonly SchemaElement[]): SchemaNode {
  let at = 0;
  const visit = (depth: number): SchemaNode => {
    const element = elements[at++];
    if (element === undefined) throw new ThriftDamage('columns are missing in its schema');
    if (depth > mostDeep) throw new ThriftDamage('its columns are nested too deeply');
    const children: SchemaNode[] = [];
    for (let child = 0; child < element.children; child++) children.push(visit(depth + 1));
    return { ...element, children };
  };
  return visit(0);
}

/** In the footer's order. */
export function nodesOf(node: SchemaNode): readonly SchemaNode[] {
  return [node, ...node.children.flatMap(nodesOf)];
}

/** The number of levels of all columns with pages together: the engine keeps the types of everything that contains a column. */
export function levelsOf(root: SchemaNode): number {
  const visit = (node: SchemaNode, depth: number): number => {
    return node.children.length === 0 ? depth : node.children.reduce((sum, child) => sum + visit(child, depth + 1), 0);
  };
  return visit(root, 0);
}

/** A column that has its own pages. */
export type Leaf = {
  /** The place of its top-level column. */
  readonly column: number;
  /** Its name with those of its parents, for people. */
  readonly path: string;
  /** Text or bytes of any length. */
  readonly isText: boolean;
};

/** In the footer's order. */
export function leavesOf(root: SchemaNode): readonly Leaf[] {
  const visit = (node: SchemaNode, column: number, path: string): readonly Leaf[] => {
    if (node.children.length === 0) return [{ column, path, isText: node.physicalType === 'BYTE_ARRAY' }];
    return node.children.flatMap((child) => visit(child, column, `${path}.${child.name}`));
  };
  return root.children.flatMap((child, column) => visit(child, column, child.name));
}

/** The engine's type of a column, corrected by the footer. */
export function refinedType(node: SchemaNode, type: StoredType): StoredType {
  if (isNull(node)) return { kind: 'null' };
  switch (type.kind) {
    case 'list': {
      return { kind: 'list', items: itemType(elementOf(node), type.items) };
    }
    case 'struct':
      if (node.children.length !== type.fields.length) return type;
      return {
        kind: 'struct',
        fields: type.fields.map((field, index) => {
          const child = node.children[index];
          if (child === undefined) return field;
          const key = child.name.includes('\0') ? index + 1 : field.key; // The engine returns the name only up to the NUL.
          return { ...field, key, name: child.name, type: refinedType(child, field.type) };
        }),
      };
    case 'map': {
      const [key, value] = node.children[0]?.children ?? [];
      if (key === undefined || value === undefined) return type;
      return { kind: 'map', key: refinedType(key, type.key), value: refinedType(value, type.value) };
    }
    case 'binary':
      return isText(node) ? { kind: 'encoded-string' } : type;
    case 'time':
      return isNanosecondTime(node) ? { kind: 'time', as: 'nanoseconds' } : type;
    case 'timestamp':
      if (isInt96(node)) return { kind: 'int96', utc: true };
      if (isNanosecondInstant(node)) return { kind: 'timestamp', utc: true, nanoseconds: true };
      return isInstant(node) ? { ...type, utc: true } : type;
    default:
      return type;
  }
}

/**
 * Lists have three levels (standard), two (older writers, recognised by their names) or one (a repeated field): the rules for
 * backward compatibility in parquet-format, LogicalTypes.md. An element that is the repeated field itself is still marked as
 * repeated.
 */
function elementOf(node: SchemaNode): SchemaNode {
  const [repeated] = node.children;
  if (node.isRepeated || repeated === undefined) return node;
  const [element] = repeated.children;
  const isElement = repeated.name === 'array' || repeated.name === `${node.name}_tuple`;
  return repeated.children.length !== 1 || element === undefined || isElement ? repeated : element;
}

/** For a repeated object with one member, the engine returns only the member. */
function itemType(element: SchemaNode, type: StoredType): StoredType {
  const { convertedType, logicalType, children } = element;
  const [member, other] = children;
  const isObject = convertedType === undefined && logicalType === undefined && other === undefined;
  if (!element.isRepeated || !isObject || member === undefined) {
    return refinedType({ ...element, isRepeated: false }, type);
  }
  return { kind: 'struct', fields: [{ name: member.name, key: undefined, type: refinedType(member, type) }] };
}

/** The engine reads nulls as values of their physical type. */
function isNull({ logicalType, children }: SchemaNode): boolean {
  return logicalType?.number === logicalTypes.unknown && children.length === 0;
}

/** The engine recognises text only by the older annotation. */
function isText({ logicalType }: SchemaNode): boolean {
  const { string, enumeration, json } = logicalTypes;
  return logicalType !== undefined && [string, enumeration, json].some((number) => number === logicalType.number);
}

/**
 * With only the older annotation, a timestamp is adjusted to UTC (parquet-format, LogicalTypes.md). The engine reads it as local.
 */
function isInstant({ convertedType, logicalType }: SchemaNode): boolean {
  return logicalType === undefined && convertedType !== undefined && convertedTimestamps.includes(convertedType);
}

/** Adjusted to UTC, as its writers do. The engine cuts it to microseconds, and changes times that are far from today. */
export function isInt96({ physicalType }: SchemaNode): boolean {
  return physicalType === 'INT96';
}

/** UTC-adjusted, in nanoseconds. The engine has no type for it. */
export function isNanosecondInstant({ logicalType }: SchemaNode): boolean {
  return logicalType?.number === logicalTypes.timestamp && logicalType.isUtc && logicalType.isNanoseconds;
}

/** The engine cuts it to microseconds. */
export function isNanosecondTime({ logicalType }: SchemaNode): boolean {
  return logicalType?.number === logicalTypes.time && logicalType.isNanoseconds;
}

/** The engine takes twice as long for each list around a value: a minute for 24 of them. A map is a list of its entries. */
const mostLists = 20;

/** Why no file with this schema can be read. Undefined if it can. */
export function unreadableSchema(root: SchemaNode): string | undefined {
  const deep = root.children.find((column) => listsIn(column) > mostLists);
  if (deep !== undefined) return `lists and maps are nested more than ${mostLists} deep in "${deep.name}"`;
  return unreadableNode(root);
}

/** The number of nested lists. */
function listsIn({ isRepeated, children }: SchemaNode): number {
  return Math.max(0, ...children.map(listsIn)) + Number(isRepeated);
}

function unreadableNode(node: SchemaNode, path = ''): string | undefined {
  if (node.children.length === 0) {
    // The engine would round them.
    return node.precision > 38 ? `the decimals of "${path}" have more than 38 digits` : undefined;
  }
  const names = new Set<string>();
  for (const child of node.children) {
    const own = path === '' ? child.name : `${path}.${child.name}`;
    if (names.has(child.name)) return `it has two columns "${own}"`; // An object has one value for each name.
    names.add(child.name);
    const found = unreadableNode(child, own);
    if (found !== undefined) return found;
  }
  return undefined;
}

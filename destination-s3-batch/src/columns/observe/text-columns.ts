// Columns that the config sets to JSON text: an object whose keys users choose would become a column for each key.
import { isObject, type JsonObject } from '@s3-connectors/common/protocol/messages.ts';

import type { Shape } from './shape.ts';

/** A part of a path: a member, or with `items` the items of its list. */
type Step = { readonly name: string; readonly items: number };

/**
 * `shape`: undefined if the table cannot have such a column, because its name is too long or taken, or there is no room.
 * `isDeclared`: the catalog declares it, too.
 */
export type TextColumn = { readonly path: string; readonly shape: Shape | undefined; readonly isDeclared: boolean };

/** `paths`: such as `a.b`, or `a[].b` through a list. A name with dots is meant if `properties` declares it. */
export function declareTextColumns(
  root: Shape,
  paths: readonly string[],
  properties: JsonObject,
): readonly TextColumn[] {
  return paths.map((path) => {
    const room = root.room.declared;
    const shape = shapeAt(root, stepsOf(path, properties));
    if (shape !== undefined) {
      shape.declare({ kind: 'json' });
      shape.isText = true;
    }
    return { path, shape, isDeclared: root.room.declared === room };
  });
}

function shapeAt(root: Shape, steps: readonly Step[]): Shape | undefined {
  let shape: Shape | undefined = root;
  for (const { name, items } of steps) {
    if (shape?.declared === undefined) shape?.declare({ kind: 'object' }); // According to the config it has this member.
    shape = shape?.children.find((child) => child.name === name) ?? shape?.declareChild(name);
    for (let level = 0; level < items; level += 1) {
      if (shape?.declared === undefined) shape?.declare({ kind: 'list' });
      shape = shape?.item();
    }
  }
  return shape;
}

function stepsOf(path: string, properties: JsonObject): readonly Step[] {
  const steps: Step[] = [];
  let left = path;
  let node: JsonObject = { properties };
  while (left !== '') {
    const members = isObject(node['properties']) ? node['properties'] : {};
    const known = Object.keys(members).find(
      (name) => left === name || left.startsWith(`${name}.`) || left.startsWith(`${name}[]`),
    );
    const name = known ?? /^(?:(?!\[\]|\.).)*/su.exec(left)?.[0] ?? left;
    const lists = /^(?:\[\])*/u.exec(left.slice(name.length))?.[0] ?? '';
    steps.push({ name, items: lists.length / 2 });
    node = memberOf(members[name], lists.length / 2);
    left = left.slice(name.length + lists.length).replace(/^\./u, '');
    if (name === '' && lists === '') break; // Two consecutive dots name nothing.
  }
  return steps;
}

function memberOf(schema: unknown, lists: number): JsonObject {
  let node = schema;
  for (let level = 0; level < lists; level += 1) node = isObject(node) ? node['items'] : undefined;
  return isObject(node) ? node : {};
}

// Which folder may know which: the design, held for types as well.
import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { suite, test } from 'node:test';

import { importsOf, sources } from './imports.ts';

type Graph = ReadonlyMap<string, ReadonlySet<string>>;

const files: Graph = graphOf((path) => path);
const folders: Graph = graphOf(dirname);

function graphOf(nodeOf: (path: string) => string): Graph {
  const graph = new Map<string, Set<string>>();
  for (const path of sources) {
    const from = nodeOf(path);
    const targets = graph.get(from) ?? new Set();
    graph.set(from, targets);
    for (const target of importsOf(path)) {
      if (target.endsWith('.ts') && nodeOf(target) !== from) targets.add(nodeOf(target));
    }
  }
  return graph;
}

/** A cycle as a path that ends where it begins; undefined: there is none. */
function cycleIn(graph: Graph): readonly string[] | undefined {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (node: string): readonly string[] | undefined => {
    if (path.includes(node)) return [...path.slice(path.indexOf(node)), node];
    if (done.has(node)) return undefined;
    path.push(node);
    for (const target of graph.get(node) ?? []) {
      const cycle = visit(target);
      if (cycle !== undefined) return cycle;
    }
    path.pop();
    done.add(node);
    return undefined;
  };
  for (const node of graph.keys()) {
    const cycle = visit(node);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

/** From the top down: a folder may import from those below it, never from one above it. */
const layersOf: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'source-s3': [
    ['verbs'],
    ['progress'],
    ['formats'],
    ['engine'],
    ['records'],
    ['columns'],
    ['listing'],
    ['config'],
    ['layout'],
    ['casts'],
  ],
  common: [
    ['singer', 'destination'],
    ['permissions', 'program', 'published'],
    ['s3', 'records', 'engine', 'local-disk', 'columns'],
    ['protocol'],
    ['json', 'streams'],
  ],
};

/** Counted from the top; -1: in no layer; of another package: below all. */
function levelOf(path: string, owner: string): number {
  const [package_, , folder = ''] = path.split('/');
  return package_ === owner ? (layersOf[owner] ?? []).findIndex((names) => names.includes(folder)) : Infinity;
}

suite('layers', () => {
  test('files import each other in no circle', () => {
    assert.equal(cycleIn(files)?.join(' → '), undefined);
  });

  test('folders import each other in no circle', () => {
    assert.equal(cycleIn(folders)?.join(' → '), undefined);
  });

  for (const owner of Object.keys(layersOf)) {
    test(`of ${owner} import from those below them only`, () => {
      for (const path of sources) {
        if (!path.startsWith(`${owner}/src/`) || path.split('/').length < 4) continue;
        const level = levelOf(path, owner);
        assert.notEqual(level, -1, `${path} is in no layer`);
        const above = importsOf(path).filter(
          (target) => target.startsWith(`${owner}/src/`) && levelOf(target, owner) < level,
        );
        assert.deepEqual(above, [], path);
      }
    });
  }
});

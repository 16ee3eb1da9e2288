// The mutants of a module: each is one small change to its source that a test should notice. Pure. The source is parsed after
// its types were blanked out, which keeps every position.
import { stripTypeScriptTypes } from 'node:module';

import { parse, type Node } from 'acorn';

import { edits, isNode, type AnyNode } from './edits.ts';

export type Mutant = {
  /** Offsets in the source. */
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
  readonly line: number;
  /** The line of the source, with single spaces: with `change` it names the mutant when lines move. */
  readonly lineText: string;
  /** What is replaced, and by what. */
  readonly change: string;
};

const longestText = 60;

/** Source without types, in which all positions are those of the TypeScript. */
export function withoutTypes(source: string): string {
  return stripTypeScriptTypes(source);
}

export function mutantsOf(source: string): readonly Mutant[] {
  const code = withoutTypes(source);
  const found = new Map<string, Mutant>();
  const add = (node: Node, replacement: string, from = node.start): void => {
    const line = code.slice(0, node.start).split('\n').length;
    const before = code.slice(from, node.end);
    if (before === replacement || !isValid(code.slice(0, from) + replacement + code.slice(node.end))) return;
    const lineText = onOneLine(source.split('\n')[line - 1] ?? '');
    const change = `${shown(before)} → ${shown(replacement)}`;
    found.set(`${from} ${node.end} ${replacement}`, {
      start: from,
      end: node.end,
      replacement,
      line,
      lineText,
      change,
    });
  };
  const visit = (node: AnyNode, parents: readonly AnyNode[]): void => {
    if (node.type === 'ImportDeclaration') return;
    if (isDescription(node)) return visit(node['callee'] as AnyNode, parents);
    for (const { target, replacement, from } of edits(node, parents, code)) add(target, replacement, from);
    const path = [...parents, node];
    for (const child of childrenOf(node)) visit(child, path);
  };
  visit(parse(code, { ecmaVersion: 'latest', sourceType: 'module' }) as unknown as AnyNode, []);
  return [...found.values()].sort((a, b) => a.start - b.start || a.end - b.end);
}

/** The module's code with one change. */
export function mutated(source: string, { start, end, replacement }: Mutant): string {
  const code = withoutTypes(source);
  return code.slice(0, start) + replacement + code.slice(end);
}

/** What a field of the config is called: the committed spec holds that. */
function isDescription({ type, callee }: AnyNode): boolean {
  return (
    type === 'CallExpression' && isNode(callee) && isNode(callee['property']) && callee['property']['name'] === 'meta'
  );
}

/** Code that cannot be loaded would count as noticed. */
function isValid(code: string): boolean {
  try {
    return parse(code, { ecmaVersion: 'latest', sourceType: 'module' }).end >= 0;
  } catch {
    return false;
  }
}

function childrenOf(node: AnyNode): readonly AnyNode[] {
  return Object.values(node).flatMap((value): readonly AnyNode[] => {
    if (Array.isArray(value)) return value.filter(isNode);
    return isNode(value) ? [value] : [];
  });
}

function onOneLine(text: string): string {
  return text.trim().replaceAll(/\s+/gu, ' ');
}

function shown(text: string): string {
  const line = onOneLine(text);
  if (line === '') return '(nothing)';
  return line.length <= longestText ? line : `${line.slice(0, longestText - 1)}…`;
}

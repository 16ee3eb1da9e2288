// Which changes are tried on a node of the syntax tree. Pure. Texts for people are not changed: what a message says is not a
// decision.
import type { Node } from 'acorn';

/** As acorn gives it; the members depend on `type`. */
export type AnyNode = Node & { readonly [member: string]: unknown };

/** `target` (from `from`, if given) is replaced. */
export type Edit = { readonly target: Node; readonly replacement: string; readonly from?: number };

type Context = {
  readonly node: AnyNode;
  readonly parents: readonly AnyNode[];
  readonly textOf: (node: unknown) => string;
};

export function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

export function edits(node: AnyNode, parents: readonly AnyNode[], code: string): readonly Edit[] {
  const textOf = (part: unknown): string => (isNode(part) ? code.slice(part.start, part.end) : '');
  const context = { node, parents, textOf };
  const replacements = byType[node.type]?.(context) ?? [];
  const own = replacements.map((replacement): Edit => ({ target: node, replacement }));
  return [...own, ...conditionEdits(context), ...elementEdits(context, code)];
}

const operators: Readonly<Record<string, readonly string[]>> = {
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '===': ['!=='],
  '!==': ['==='],
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '%': ['*'],
  '**': ['*'],
  '<<': ['>>'],
  '>>': ['<<'],
  '>>>': ['<<'],
  '&': ['|'],
  '|': ['&'],
  '^': ['&'],
};

const assignments: Readonly<Record<string, string>> = { '+=': '-=', '-=': '+=', '??=': '=', '*=': '/=', '|=': '&=' };

/** Calls of a method, or of a function of `Math`, that are replaced by another. */
const otherMethods: Readonly<Record<string, string>> = {
  some: 'every',
  every: 'some',
  min: 'max',
  max: 'min',
  floor: 'ceil',
  ceil: 'floor',
  startsWith: 'endsWith',
  endsWith: 'startsWith',
  push: 'unshift',
  flatMap: 'map',
  toLowerCase: 'toUpperCase',
};

/** Calls of a method that are omitted, so that the object itself is the value. */
const droppedMethods: ReadonlySet<string> = new Set([
  'filter',
  'sort',
  'toSorted',
  'reverse',
  'toReversed',
  'slice',
  'subarray',
  'trim',
]);

/** The replacements of the whole node, by its type. */
const byType: Readonly<Record<string, (context: Context) => readonly string[]>> = {
  BinaryExpression: (context) => {
    const by = operators[String(context.node['operator'])] ?? [];
    return by.map((operator) => withOperator(context, operator));
  },
  LogicalExpression: ({ node, textOf }) => {
    const [left, right] = [textOf(node['left']), textOf(node['right'])];
    return node['operator'] === '??' ? [`(${left})`] : [`(${left})`, `(${right})`];
  },
  UnaryExpression: ({ node, textOf }) =>
    node['operator'] === '!' || node['operator'] === '-' ? [`(${textOf(node['argument'])})`] : [],
  UpdateExpression: ({ node, textOf }) => {
    const operator = node['operator'] === '++' ? '--' : '++';
    return [
      node['prefix'] === true ? `${operator}${textOf(node['argument'])}` : `${textOf(node['argument'])}${operator}`,
    ];
  },
  AssignmentExpression: (context) => {
    const operator = assignments[String(context.node['operator'])];
    return operator === undefined ? [] : [withOperator(context, operator)];
  },
  ExpressionStatement: ({ node }) => {
    const expression = node['expression'] as AnyNode;
    return 'directive' in node || (expression.type === 'CallExpression' && textless(expression)) ? [] : [';'];
  },
  ReturnStatement: ({ node, textOf }) => {
    const value = textOf(node['argument']);
    return value === '' ? [';'] : value === 'undefined' ? [] : ['return;'];
  },
  ThrowStatement: () => [';'],
  ContinueStatement: () => [';'],
  BreakStatement: ({ parents }) => (parents.at(-1)?.type === 'SwitchCase' ? [] : [';']),
  Literal: literal,
  TemplateLiteral: ({ node, parents, textOf }) => (isForPeople(textOf(node), parents) ? [] : ["''"]),
  ArrowFunctionExpression: ({ node, textOf }) => {
    if ((node['body'] as AnyNode).type === 'BlockStatement') return [];
    const lastParameter = (node['params'] as readonly AnyNode[]).at(-1);
    const text = textOf(node);
    const arrow = text.indexOf('=>', lastParameter === undefined ? 0 : lastParameter.end - node.start);
    return [`${text.slice(0, arrow)}=> undefined`];
  },
  ArrayExpression: ({ node }) => ((node['elements'] as readonly unknown[]).length > 0 ? ['[]'] : []),
  CallExpression: callEdits,
  MemberExpression: ({ node, textOf }) =>
    node['optional'] === true ? [textOf(node).replace('?.', node['computed'] === true ? '' : '.')] : [],
};

/** What is between the operands may have parentheses as well. */
function withOperator({ node, textOf }: Context, operator: string): string {
  const [left, right] = [node['left'] as AnyNode, node['right'] as AnyNode];
  const text = textOf(node);
  const between = text.slice(left.end - node.start, right.start - node.start);
  const changed = between.replace(String(node['operator']), ` ${operator} `).replaceAll(/ +/gu, ' ');
  return text.slice(0, left.end - node.start) + changed + text.slice(right.start - node.start);
}

/** Logging is for people. */
function textless(call: AnyNode): boolean {
  const callee = call['callee'] as AnyNode;
  const name = (isNode(callee['property']) ? callee['property'] : callee)['name'];
  return name === 'log';
}

function literal({ node, parents, textOf }: Context): readonly string[] {
  const value = node['value'];
  if (typeof value === 'boolean') return [String(!value)];
  if (typeof value === 'number') return value === 1 ? ['0', '2'] : [`(${textOf(node)} + 1)`];
  if ('regex' in node) return regexEdits(textOf(node));
  if (typeof value !== 'string' || isForPeople(value, parents)) return [];
  const parent = parents.at(-1);
  if (parent?.type === 'Property' && parent['key'] === node) return [];
  return [value === '' ? "'mutant'" : "''"];
}

function regexEdits(text: string): readonly string[] {
  const end = text.lastIndexOf('/');
  return [
    ...(text.startsWith('/^') ? [`/${text.slice(2)}`] : []),
    ...(text[end - 1] === '$' && text[end - 2] !== '\\' ? [`${text.slice(0, end - 1)}${text.slice(end)}`] : []),
  ];
}

/** Whether a text is a sentence, or part of a message or of an error. */
function isForPeople(text: string, parents: readonly AnyNode[]): boolean {
  if (/[\w}"] [\w$"]+[ .,]/u.test(text)) return true;
  return parents.some(
    (parent) => parent.type === 'NewExpression' && String((parent['callee'] as AnyNode)['name']).endsWith('Error'),
  );
}

function callEdits({ node, textOf }: Context): readonly string[] {
  const callee = node['callee'] as AnyNode;
  if (callee.type !== 'MemberExpression' || !isNode(callee['property'])) return [];
  const name = String(callee['property']['name']);
  const whole = textOf(node);
  const object = textOf(callee['object']);
  const other = otherMethods[name];
  const rest = whole.slice(textOf(callee).length);
  const dot = callee['optional'] === true ? '?.' : '.';
  return [
    ...(droppedMethods.has(name) ? [object] : []),
    ...(other === undefined ? [] : [`${object}${dot}${other}${rest}`]),
  ];
}

/** Conditions that always hold or never do. */
function conditionEdits({ node }: Context): readonly Edit[] {
  const test = node['test'];
  if (!isNode(test) || node.type === 'SwitchCase') return [];
  const loops = node.type === 'WhileStatement' || node.type === 'ForStatement' || node.type === 'DoWhileStatement';
  if (test.type === 'Literal') return [];
  return (loops ? ['false'] : ['true', 'false']).map((replacement) => ({ target: test, replacement }));
}

/** An element spread into an array, object or call, omitted; a statement that does not wait. */
function elementEdits({ node, parents, textOf }: Context, code: string): readonly Edit[] {
  if (node.type === 'SpreadElement') return [{ target: node, replacement: spreadNothing(parents.at(-1)) }];
  if (node.type === 'ExpressionStatement' && (node['expression'] as AnyNode).type === 'AwaitExpression') {
    return [{ target: node, replacement: `void ${textOf((node['expression'] as AnyNode)['argument'])};` }];
  }
  if (node.type === 'SwitchCase') {
    const body = node['consequent'] as readonly AnyNode[];
    const [first, last] = [body[0], body.at(-1)];
    if (first === undefined || last === undefined || code.slice(first.start, last.end).startsWith('throw')) return [];
    return [{ target: last, replacement: 'break;', from: first.start }];
  }
  return [];
}

function spreadNothing(parent: AnyNode | undefined): string {
  return parent?.type === 'ObjectExpression' ? '...{}' : '...[]';
}

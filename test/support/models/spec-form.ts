// The subset of JSON Schema that Airbyte's form can draw, and the checks of its connector-acceptance-test on specs
// (airbyte-webapp schemaToFormBlock; connector-acceptance-test TestSpec), as one function over any connector's spec.
import * as z from 'zod';

/** Keywords the form reads, and bounds that only the validation of the config reads. */
const keywords = new Set(
  `title description type default examples enum const pattern format order required properties items oneOf
   airbyte_secret airbyte_hidden multiline always_show pattern_descriptor display_type
   minimum maximum minLength maxLength minItems maxItems uniqueItems`.split(/\s+/u),
);
const rootKeywords = new Set([...keywords, '$schema', 'additionalProperties']);

/** Booleans whose default depends on another field, so that the form must be able to omit them. */
const undecidedBooleans = new Set(['force_path_style', 'header', 'quoted_nulls']);

/** Names that the acceptance test considers secrets, as complete words of a field's name. */
const secretWords = /(?:^|_)(?:password|passphrase|token|secret|private_key|api_key|access_key|access_key_id)(?:_|$)/u;

const node = z.looseObject({
  title: z.string().optional(),
  description: z.string().optional(),
  type: z.unknown().optional(),
  const: z.unknown().optional(),
  default: z.unknown().optional(),
  order: z.number().optional(),
  required: z.array(z.string()).optional(),
  airbyte_secret: z.boolean().optional(),
  additionalProperties: z.boolean().optional(),
  get properties() {
    return z.record(z.string(), node).optional();
  },
  get items() {
    return node.optional();
  },
  get oneOf() {
    return z.array(node).optional();
  },
});
type Node = z.infer<typeof node>;

/** What the form can't draw or a user can't read in a connectionSpecification, each with its path; empty when all is well. */
export function formProblems(connectionSpecification: unknown): readonly string[] {
  const root = node.parse(connectionSpecification);
  return [
    ...Object.keys(root).flatMap((key) => (rootKeywords.has(key) ? [] : [`the root: unknown keyword ${key}`])),
    ...(root.additionalProperties === true ? [] : ['the root: additionalProperties must be true']),
    ...objectProblems(root, 'the root'),
  ];
}

function objectProblems(parent: Node, path: string): readonly string[] {
  const fields = Object.entries(parent.properties ?? {});
  const orders = fields.flatMap(([, { order }]) => (order === undefined ? [] : [order]));
  return [
    ...(parent.type === 'object' ? [] : [`${path}: type must be "object"`]),
    ...(fields.length > 0 ? [] : [`${path}: an object needs properties`]),
    ...(new Set(orders).size === orders.length ? [] : [`${path}: two fields have one order`]),
    ...(parent.required ?? []).flatMap((name) =>
      fields.some(([field]) => field === name) ? [] : [`${path}: ${name} is required but unknown`],
    ),
    ...fields.flatMap(([name, field]) => fieldProblems(name, field, `${path} › ${name}`)),
  ];
}

function fieldProblems(name: string, field: Node, path: string): readonly string[] {
  const isSelector = field.const !== undefined; // The form hides it below the titles of the options.
  return [
    ...keywordProblems(field, path),
    ...(isSelector || field.title ? [] : [`${path}: no title`]),
    ...(isSelector || field.description?.endsWith('.') ? [] : [`${path}: no description that ends in a full stop`]),
    ...(field.order === undefined ? [`${path}: no order`] : []),
    ...(secretWords.test(name) && !field.airbyte_secret
      ? [`${path}: looks secret and isn't marked airbyte_secret`]
      : []),
    ...(isUndecided(name, field) ? [`${path}: a boolean needs a default`] : []),
    ...shapeProblems(field, path),
  ];
}

function isUndecided(name: string, field: Node): boolean {
  return field.type === 'boolean' && field.default === undefined && !undecidedBooleans.has(name);
}

function keywordProblems(field: Node, path: string): readonly string[] {
  const unknown = Object.keys(field).filter((key) => !keywords.has(key));
  return [
    ...unknown.map((key) => `${path}: keyword ${key} is not drawn`),
    ...(/\\[pP]\{/u.test(String(field['pattern']))
      ? [`${path}: other languages do not know the pattern’s classes`]
      : []),
  ];
}

function shapeProblems(field: Node, path: string): readonly string[] {
  if (field.oneOf !== undefined) return choiceProblems(field, field.oneOf, path);
  switch (field.type) {
    case 'object':
      return objectProblems(field, path);
    case 'array':
      return arrayProblems(field.items, path);
    case 'string':
    case 'integer':
    case 'number':
    case 'boolean':
      return [];
    default:
      return [`${path}: type ${JSON.stringify(field.type)} is not drawn`];
  }
}

function arrayProblems(items: Node | undefined, path: string): readonly string[] {
  if (items === undefined) return [`${path}: an array needs items`];
  const inItems = [...keywordProblems(items, `${path} › items`), ...shapeProblems(items, `${path} › items`)];
  return items.type === 'array' ? [`${path}: an array of arrays is not drawn`] : inItems;
}

/** The form finds the chosen option by a property that is a constant in all of them. */
function choiceProblems(field: Node, options: readonly Node[], path: string): readonly string[] {
  const [first, ...others] = options.map((option) => constantsOf(option));
  const shared = [...(first?.keys() ?? [])].filter((name) => others.every((constants) => constants.has(name)));
  const [selector] = shared;
  const values = options.map((option) => constantsOf(option).get(selector ?? ''));
  return [
    ...(field.type === 'object' ? [] : [`${path}: oneOf needs type "object" next to it`]),
    ...(selector === undefined ? [`${path}: the options share no property with a const`] : []),
    ...(new Set(values).size === values.length ? [] : [`${path}: two options have one const`]),
    ...options.flatMap((option, index) => [
      ...keywordProblems(option, `${path}[${index}]`),
      ...(option.title ? [] : [`${path}[${index}]: no title`]),
      ...(selector === undefined || option.required?.includes(selector)
        ? []
        : [`${path}[${index}]: ${selector} isn't required`]),
      ...objectProblems(option, `${path}[${index}]`),
    ]),
  ];
}

function constantsOf(option: Node): ReadonlyMap<string, unknown> {
  const constants = Object.entries(option.properties ?? {}).filter(([, field]) => field.const !== undefined);
  return new Map(constants.map(([name, field]) => [name, field.const]));
}

// Describes the mistakes in a user's document: the path of each one, and what to write there.
import * as z from 'zod';

import { assertNever } from './errors.ts';

type Issue = z.core.$ZodIssue;

/** The default messages for zod. A schema's own messages override them. */
export const mistakeWords = { error: (issue: z.core.$ZodRawIssue): string => wordsOf(issue as Issue) };

/** Joins the descriptions of zod's issues into a message for the user. */
export function describeIssues(issues: readonly Issue[], json: unknown): string {
  return `${issues.map((issue) => describeIssue(issue, json)).join('; ')}.`;
}

/** `beside` returns an unknown field whose name resembles a missing one. */
export function describeIssue(issue: Issue, json: unknown, beside?: (path: string) => string | undefined): string {
  const path = pathText(issue.path);
  const name = path === '' ? 'the document' : `"${path}"`;
  const isMissing =
    issue.code.startsWith('invalid_') && issue.path.length > 0 && valueAt(json, issue.path) === undefined;
  if (!isMissing) return said(name, issue.message);
  const other = beside?.(path);
  if (other !== undefined) return `${name} is missing: the unknown field "${other}" may be a misspelling of it`;
  return `${name} is missing: it ${issue.message}`;
}

/** A schema's own message may be a full sentence. */
function said(name: string, message: string): string {
  const text = message.replace(/\.$/u, '');
  if (/^(?:is|has|must|may) /u.test(text)) return `${name} ${text}`;
  return `${name}: ${text.charAt(0).toLowerCase()}${text.slice(1)}`;
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index > 0 ? '.' : ''}${String(part)}`))
    .join('');
}

/** The text after the name of a field: `must be …`. */
function wordsOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `${typeWords(issue.expected, issue.input)}${choices((issue as z.core.$ZodRawIssue).inst)}`;
    case 'invalid_value':
      return oneOf(issue.values);
    case 'too_small':
      return sizeWords(issue.origin, issue.minimum, issue.inclusive === false ? 'more than' : 'at least');
    case 'too_big':
      return sizeWords(issue.origin, issue.maximum, issue.inclusive === false ? 'less than' : 'at most');
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'invalid_format':
      return `must have the form ${issue.pattern ?? issue.format}`;
    case 'unrecognized_keys':
      return `must not have ${issue.keys.map((key) => `"${key}"`).join(', ')}`;
    case 'invalid_union':
      return unionWords(issue);
    case 'invalid_key':
    case 'invalid_element':
      return 'has an entry that is not valid';
    case 'custom':
      return 'is not valid';
    default:
      return assertNever(issue);
  }
}

/** What an object must have if it is one of several kinds: empty for all other schemas. */
function choices(schema: unknown): string {
  if (!(schema instanceof z.ZodDiscriminatedUnion)) return '';
  const { discriminator } = schema.def;
  const kinds = schema.options.flatMap((option) => {
    const kind: unknown = option instanceof z.ZodObject ? option.shape[discriminator] : undefined;
    return kind instanceof z.ZodLiteral ? [...kind.values] : [];
  });
  return ` whose "${discriminator}" is ${choice(kinds)}`;
}

function typeWords(expected: string, input: unknown): string {
  if (expected === 'array' && typeof input === 'string') return 'must be a list, even for one text: ["…"]';
  if ((expected === 'number' || expected === 'int' || expected === 'boolean') && typeof input === 'string') {
    return `must be ${typeNames[expected]}, without quotes`;
  }
  return `must be ${typeNames[expected] ?? expected}`;
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'a text in quotes',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list in square brackets',
  object: 'an object in braces',
  record: 'an object in braces',
};

function sizeWords(origin: string, bound: number | bigint, how: string): string {
  const [one, many] = unitsOf[origin] ?? ['', ''];
  if (one === '') return `must be ${how} ${bound}`;
  return `must have ${how} ${bound} ${Number(bound) === 1 ? one : many}`;
}

const unitsOf: Readonly<Record<string, readonly [string, string]>> = {
  string: ['character', 'characters'],
  array: ['entry', 'entries'],
  set: ['entry', 'entries'],
  object: ['field', 'fields'],
};

function unionWords(issue: Extract<Issue, { code: 'invalid_union' }>): string {
  if ('options' in issue && Array.isArray(issue.options)) return oneOf(issue.options);
  const texts = (issue.errors ?? []).flatMap(([first]) => (first === undefined ? [] : [first.message]));
  return texts.length === 0 ? 'is not valid' : [...new Set(texts)].join(', or ');
}

function oneOf(values: readonly unknown[]): string {
  return `must be ${choice(values)}`;
}

function choice(values: readonly unknown[]): string {
  const [first, ...more] = values.map((value) => JSON.stringify(value));
  return more.length === 0 ? `${first}` : `one of ${[first, ...more].join(', ')}`;
}

function valueAt(json: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, part) => {
    return typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[part] : undefined;
  }, json);
}

// Every kind of mistake in a config or a catalog, in words that say what to write.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { describeIssues, mistakeWords } from '@s3-connectors/common/protocol/mistakes.ts';
import * as z from 'zod';

function described(schema: z.ZodType, json: unknown): string {
  const { error } = schema.safeParse(json, mistakeWords);
  return error === undefined ? 'no mistake' : describeIssues(error.issues, json);
}

const oneOfTwo = z.object({
  a: z.discriminatedUnion('kind', [z.object({ kind: z.literal('x') }), z.object({ kind: z.literal('y') })]),
});

const kinds: readonly (readonly [schema: z.ZodType, json: unknown, text: string])[] = [
  [z.object({ a: z.array(z.string()) }), { a: 'tables' }, '"a" must be a list, even for one text: ["…"].'],
  [z.object({ a: z.array(z.string()) }), { a: 7 }, '"a" must be a list in square brackets.'],
  [z.object({ a: z.int() }), { a: '7' }, '"a" must be a number, without quotes.'],
  [z.object({ a: z.int() }), { a: 7.5 }, '"a" must be a whole number.'],
  [z.object({ a: z.number() }), { a: null }, '"a" must be a number.'],
  [z.object({ a: z.boolean() }), { a: 'true' }, '"a" must be true or false, without quotes.'],
  [z.object({ a: z.string() }), { a: 7 }, '"a" must be a text in quotes.'],
  [z.object({ a: z.object({}) }), { a: 'x' }, '"a" must be an object in braces.'],
  [z.object({ a: z.record(z.string(), z.string()) }), { a: [] }, '"a" must be an object in braces.'],
  [z.object({ a: z.enum(['x', 'y']) }), {}, '"a" is missing: it must be one of "x", "y".'],
  [z.object({ a: z.literal(1) }), { a: 2 }, '"a" must be 1.'],
  [z.object({ a: z.string().min(1) }), { a: '' }, '"a" must have at least 1 character.'],
  [z.object({ a: z.array(z.string()).max(3) }), { a: ['', '', '', ''] }, '"a" must have at most 3 entries.'],
  [z.object({ a: z.number().gt(1).lt(9) }), { a: 1 }, '"a" must be more than 1.'],
  [z.object({ a: z.number().gt(1).lt(9) }), { a: 9 }, '"a" must be less than 9.'],
  [z.object({ a: z.int().multipleOf(5) }), { a: 6 }, '"a" must be a multiple of 5.'],
  [z.object({ a: z.string().regex(/^[a-z]+$/u) }), { a: 'A' }, '"a" must have the form /^[a-z]+$/u.'],
  [z.object({ a: z.string().regex(/^b/u, 'must begin with b') }), { a: 'A' }, '"a" must begin with b.'],
  [z.strictObject({ a: z.string() }), { a: '', b: 1 }, 'the document must not have "b".'],
  [z.object({ a: z.union([z.string(), z.int()]) }), { a: [] }, '"a" must be a text in quotes, or must be a number.'],
  [oneOfTwo, { a: { kind: 'z' } }, '"a.kind" must be one of "x", "y".'],
  [oneOfTwo, { a: {} }, '"a.kind" is missing: it must be one of "x", "y".'],
  [oneOfTwo, {}, '"a" is missing: it must be an object in braces whose "kind" is one of "x", "y".'],
  [oneOfTwo, { a: 'x' }, '"a" must be an object in braces whose "kind" is one of "x", "y".'],
  [z.object({ a: z.string() }), {}, '"a" is missing: it must be a text in quotes.'],
  [z.object({ a: z.array(z.string()) }), {}, '"a" is missing: it must be a list in square brackets.'],
  [z.object({}), 'text', 'the document must be an object in braces.'],
];

suite('a mistake', () => {
  for (const [schema, json, text] of kinds) {
    test(`is named: ${text}`, () => assert.equal(described(schema, json), text));
  }
});

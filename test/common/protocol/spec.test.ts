import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { specification } from '@s3-connectors/common/protocol/spec.ts';
import * as z from 'zod';

import { connectorNames, loadConnector } from '../../../tools/generate.ts';
import { assertProtocolLines } from '../../support/models/protocol-schema.ts';
import { formProblems } from '../../support/models/spec-form.ts';

const kind = (value: string): z.ZodLiteral<string> => z.literal(value).meta({ title: 'Kind', order: 0 });
const config = z.object({
  bucket: z
    .string()
    .min(3)
    .meta({ title: 'Bucket', description: 'Its name.', order: 0, examples: ['a', 'b'] }),
  size_mb: z.int().default(64).meta({ title: 'Size', description: 'In MB.', order: 1 }),
  level: z.int().min(1).max(9).default(6).meta({ title: 'Level', description: 'Of gzip.', order: 2 }),
  credentials: z
    .discriminatedUnion('auth_type', [
      z
        .object({
          auth_type: kind('key'),
          secret: z.string().meta({ title: 'Secret', description: 'Hidden.', order: 1, airbyte_secret: true }),
        })
        .meta({ title: 'Key' }),
      z.object({ auth_type: kind('none') }).meta({ title: 'None' }),
    ])
    .default({ auth_type: 'none' })
    .meta({ title: 'Credentials', description: 'How to sign.', order: 3 }),
  streams: z
    .array(z.object({ stream: z.string().meta({ title: 'Stream', description: 'Its name.', order: 0 }) }))
    .default([])
    .meta({ title: 'Streams', description: 'Overrides.', order: 4 }),
});

suite('the specification', () => {
  const spec = specification({
    config,
    title: 'Test',
    documentationUrl: 'https://example.com',
    supportsIncremental: true,
  });

  test('of a zod schema can be drawn by the form', () => {
    assert.deepEqual(formProblems(spec.connectionSpecification), []);
    assertProtocolLines(`${JSON.stringify({ type: 'SPEC', spec })}\n`);
  });

  test('requires fields without a default, and keeps the meaningful bounds', () => {
    const { properties, required } = JSON.parse(JSON.stringify(spec.connectionSpecification));
    assert.deepEqual(required, ['bucket']);
    assert.deepEqual(properties.size_mb, {
      type: 'integer',
      default: 64,
      title: 'Size',
      description: 'In MB.',
      order: 1,
    });
    assert.deepEqual([properties.level.minimum, properties.level.maximum], [1, 9]);
    assert.deepEqual(properties.credentials.default, { auth_type: 'none' });
  });

  test('fails the form check for each thing that the form cannot draw', () => {
    const field = { title: 'A', description: 'B.', type: 'string', order: 0 };
    const option = (value: string): object => ({
      title: value,
      type: 'object',
      required: ['kind'],
      properties: { kind: { ...field, const: value } },
    });
    const wrong: readonly (readonly [object, RegExp])[] = [
      [{ ...field, title: '' }, /no title/u],
      [{ ...field, description: 'no full stop' }, /full stop/u],
      [{ ...field, order: undefined }, /no order/u],
      [{ ...field, type: ['string', 'integer'] }, /is not drawn/u],
      [{ ...field, anyOf: [] }, /keyword anyOf/u],
      [{ ...field, $ref: '#' }, /keyword \$ref/u],
      [{ ...field, type: 'boolean' }, /needs a default/u],
      [{ ...field, type: 'object' }, /needs properties/u],
      [{ ...field, type: 'array' }, /needs items/u],
      [{ ...field, oneOf: [option('a'), option('b')] }, /oneOf needs type/u],
      [{ ...field, type: 'object', oneOf: [option('a'), option('a')] }, /one const/u],
      [
        { ...field, type: 'object', oneOf: [option('a'), { title: 'x', type: 'object', properties: { a: field } }] },
        /share no/u,
      ],
    ];
    for (const [wrongField, problem] of wrong) {
      const problems = formProblems({ type: 'object', additionalProperties: true, properties: { a: wrongField } });
      assert.match(problems.join('\n'), problem);
    }
    const root = { type: 'object', additionalProperties: true };
    assert.match(formProblems({ ...root, properties: { a: field, b: field } }).join(), /two fields have one order/u);
    assert.match(formProblems({ ...root, properties: { session_token: field } }).join(), /looks secret/u);
    assert.match(formProblems({ type: 'object', properties: { a: field } }).join(), /additionalProperties/u);
  });
});

for (const name of connectorNames) {
  suite(`the specification of ${name}`, () => {
    test('can be drawn by the form', async () => {
      const { spec } = await loadConnector(name);
      assert.deepEqual(formProblems(spec.connectionSpecification), []);
      assertProtocolLines(`${JSON.stringify({ type: 'SPEC', spec })}\n`);
    });
  });
}

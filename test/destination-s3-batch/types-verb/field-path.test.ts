import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import type { FieldType, StructType } from '../../../destination-s3-batch/src/columns/types/field-type.ts';
import { placedFields, withField } from '../../../destination-s3-batch/src/types-verb/field-path.ts';
import { parseTypeText, typeText } from '../../../destination-s3-batch/src/types-verb/type-text.ts';

const scalar = fc.constantFrom<FieldType>(
  ...(['boolean', 'integer', 'number', 'string', 'json', 'date', 'time'] as const).map((kind) => ({ kind })),
  { kind: 'timestamp', utc: true },
  { kind: 'timestamp', utc: false },
);
const { type: anyType, struct } = fc.letrec<{ type: FieldType; struct: StructType }>((tie) => ({
  type: fc.oneof(
    { depthSize: 'small' },
    scalar,
    tie('type').map((items): FieldType => ({ kind: 'list', items })),
    tie('struct'),
  ),
  struct: fc
    .record({
      fields: fc.uniqueArray(
        fc.record({ name: fc.constantFrom('a', 'b', 'c', 'a.b', 'ü'), type: tie('type'), misfits: fc.boolean() }),
        { minLength: 1, maxLength: 4, selector: ({ name }) => name },
      ),
      rest: fc.boolean(),
    })
    .map((parts): StructType => ({ kind: 'struct', ...parts })),
}));

/** The scalars and lists of a type by their paths. */
function leaves(type: FieldType, path = ''): readonly (readonly [string, string])[] {
  if (type.kind === 'list') return leaves(type.items, `${path}[]`);
  if (type.kind !== 'struct') return [[path, JSON.stringify(type)]];
  const own = type.rest ? [[`${path}/__json`, 'rest'] as const] : [];
  return [...own, ...type.fields.flatMap((field) => leaves(field.type, `${path}/${field.name}(${field.misfits})`))];
}

suite('a field of a type', () => {
  test('is changed, and no other (1,000 types)', () => {
    fc.assert(
      fc.property(struct, fc.nat(), scalar, (row, number, change) => {
        const fields = [...placedFields(row)];
        const placed = fields[number % fields.length];
        assert.ok(placed !== undefined);
        const changed = withField(row, placed.names, change);
        const after = [...placedFields(changed)];
        const same = ({ names }: { readonly names: readonly string[] }): boolean =>
          JSON.stringify(names) === JSON.stringify(placed.names);
        assert.deepEqual(after.find(same)?.field, { ...placed.field, type: change });
        const inside = ({ names }: { readonly names: readonly string[] }): boolean =>
          placed.names.every((name, index) => names[index] === name);
        assert.deepEqual(
          after.filter((one) => !inside(one)).map(({ names, field }) => [names, field.misfits]),
          fields.filter((one) => !inside(one)).map(({ names, field }) => [names, field.misfits]),
        );
      }),
      { numRuns: 1000, seed: 17 },
    );
  });

  test('is forgotten, and no other but the objects that had nothing else (1,000 types)', () => {
    fc.assert(
      fc.property(struct, fc.nat(), (row, number) => {
        const fields = [...placedFields(row)];
        const placed = fields[number % fields.length];
        assert.ok(placed !== undefined);
        const left = leaves(withField(row, placed.names, undefined));
        const before = leaves(row);
        const gone = new Set(leaves(placed.field.type).length === 0 ? [] : before.map(([path]) => path));
        for (const [path, type] of left) {
          if (path !== '')
            assert.ok(
              before.some(([own, ofOwn]) => own === path && ofOwn === type),
              path,
            );
          gone.delete(path);
        }
        assert.equal(gone.size, leaves(placed.field.type).length);
        for (const { field } of placedFields(withField(row, placed.names, undefined))) {
          assert.ok(field.type.kind !== 'struct' || field.type.fields.length > 0 || field.type.rest);
        }
      }),
      { numRuns: 1000, seed: 17 },
    );
  });
});

test('a type that an operator can write is read as it is shown (1,000 types)', () => {
  fc.assert(
    fc.property(anyType, (type) => {
      const text = typeText(type);
      if (text.includes('struct')) assert.equal(parseTypeText(text), undefined);
      else assert.deepEqual(parseTypeText(text), type);
    }),
    { numRuns: 1000, seed: 17 },
  );
  for (const text of [
    '',
    'list',
    'list<>',
    'list<struct>',
    'Integer',
    ' integer',
    `${'list<'.repeat(16)}date${'>'.repeat(16)}`,
  ]) {
    assert.equal(parseTypeText(text), undefined, text);
  }
});

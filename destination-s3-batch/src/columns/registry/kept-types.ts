// Fields that this run would give another type than an earlier run did. A type never changes, except by the verb `types`.
import type { FieldType } from '../types/field-type.ts';
import type { FittedValues } from '../types/slot.ts';
import type { DeclaredKind, Shape } from '../observe/shape.ts';

/**
 * `asText`: paths that the config sets to JSON text; `declared`: paths that the catalog declares otherwise, so that values did
 * not fit.
 */
type KeptTypes = { readonly asText: readonly string[]; readonly declared: readonly string[] };

export function keptTypes(shape: Shape, type: FieldType, { misfits }: Pick<FittedValues, 'misfits'>): KeptTypes {
  const others = Array.from(typedFields(shape, type, '')).filter(({ declared, kept }) => differs(declared, kept));
  const pathsOf = (isText: boolean): readonly string[] =>
    others.filter((field) => field.isText === isText).map(({ path }) => path);
  return { asText: pathsOf(true), declared: pathsOf(false).filter((path) => misfits.has(path)) };
}

type TypedField = {
  readonly path: string;
  readonly declared: DeclaredKind;
  readonly kept: FieldType;
  readonly isText: boolean;
};

function* typedFields(shape: Shape, kept: FieldType, path: string): Generator<TypedField> {
  const { declared, isText } = shape;
  if (declared !== undefined) yield { path, declared, kept, isText };
  if (isText) return;
  if (kept.kind === 'list' && shape.items !== undefined) yield* typedFields(shape.items, kept.items, `${path}[]`);
  if (kept.kind !== 'struct') return;
  const types = new Map(kept.fields.map((field) => [field.name, field.type]));
  for (const child of shape.children) {
    const type = types.get(child.name);
    if (type !== undefined) yield* typedFields(child, type, path === '' ? child.name : `${path}.${child.name}`);
  }
}

function differs({ kind }: DeclaredKind, kept: FieldType): boolean {
  if (kind === 'object') return kept.kind !== 'struct' && kept.kind !== 'json';
  return kind !== kept.kind && !(kind === 'time' && kept.kind === 'string');
}

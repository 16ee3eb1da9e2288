// Partition projection: Athena computes the folders of all days or hours, without a list of them
// (https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html).
import type { DdlTable } from '../table/table.ts';

/** The properties of the table. `digits` is only set for padded folders: `month=01`. */
export function projection({ location, folders }: DdlTable): Readonly<Record<string, string>> {
  const parts = folders.flatMap(({ name, range }): readonly (readonly [string, string])[] => {
    if (range === undefined) return [];
    return [
      [`projection.${name}.type`, 'integer'],
      [`projection.${name}.range`, `${range.from},${range.to}`],
      ...(range.digits > 1 ? [[`projection.${name}.digits`, String(range.digits)] as const] : []),
    ];
  });
  const template = folders.map(({ name, key }) => `${key}=\${${name}}/`).join('');
  return {
    'projection.enabled': 'true',
    ...Object.fromEntries(parts),
    'storage.location.template': `${location}${template}`,
  };
}

// A header of one column that holds tabs, semicolons or bars: its delimiter is most likely another than the configured one.
import { COMMA } from '@s3-connectors/common/json/ascii.ts';

const candidates = ['\t', ';', '|', ','];

/** What would cut the only column's name in two or more; undefined when there are several columns, or nothing would. */
export function likelyDelimiter(names: readonly string[]): string | undefined {
  const [only = '', ...others] = names;
  return others.length > 0 ? undefined : candidates.find((delimiter) => only.includes(delimiter));
}

const byExtension = [
  ['\t', /\.(?:tsv|tab)\d*(?:\.\w+)*$/iu],
  ['|', /\.psv\d*(?:\.\w+)*$/iu],
] as const;

/** `.tsv` says tab and `.psv` a bar, where the header bears it out and the configured delimiter is the default one. */
export function delimiterByName(key: string, likely: string | undefined, configured: number): number | undefined {
  if (configured !== COMMA) return undefined;
  return byExtension.find(([delimiter, name]) => delimiter === likely && name.test(key))?.[0].charCodeAt(0);
}

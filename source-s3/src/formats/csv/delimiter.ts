// A header of one column with tabs, semicolons or bars: the file probably has another delimiter than the configured one.
import { COMMA } from '@s3-connectors/common/json/ascii.ts';

const candidates = ['\t', ';', '|', ','];

/** The delimiter that would divide the only column's name. Undefined if there are several columns, or no delimiter would. */
export function likelyDelimiter(names: readonly string[]): string | undefined {
  const [only = '', ...others] = names;
  return others.length > 0 ? undefined : candidates.find((delimiter) => only.includes(delimiter));
}

const byExtension = [
  ['\t', /\.(?:tsv|tab)\d*(?:\.\w+)*$/iu],
  ['|', /\.psv\d*(?:\.\w+)*$/iu],
] as const;

/** `.tsv` means tab and `.psv` a bar, if the header confirms it and the config has the default delimiter. */
export function delimiterByName(key: string, likely: string | undefined, configured: number): number | undefined {
  if (configured !== COMMA) return undefined;
  return byExtension.find(([delimiter, name]) => delimiter === likely && name.test(key))?.[0].charCodeAt(0);
}

// Checks whether a prefix can be written to. Pure.

/**
 * What is wrong with a prefix and what to write instead, as text that follows the field's name. Every key must stay below the
 * prefix.
 */
export function prefixProblem(prefix: string, bucket: unknown): string | undefined {
  const inside = prefix.replace(/^s3:\/\/[^/]*\/?/u, '').replaceAll(/^\/+|\/+$/gu, '');
  if (prefix.startsWith('s3://')) return `is an address: write only the path in the bucket, "${inside}"`;
  if (prefix.startsWith('/')) return `begins with a slash, which would be a folder without a name: write "${inside}"`;
  if (prefix === '') return undefined;
  const parts = prefix.replace(/\/$/u, '').split('/');
  if (parts[0] === bucket) return `begins with the bucket’s name: write "${parts.slice(1).join('/')}"`;
  if (parts.includes('')) return 'has two slashes in a row: write one';
  if (parts.includes('.') || parts.includes('..')) return 'has a part "." or "..": write the path itself';
  if (/[\p{Cc}\ufffe\uffff]/u.test(prefix) || !prefix.isWellFormed()) return 'has a character that no key can have';
  return undefined;
}

// Quoting for SQL text: the only ways a name or a value gets into a statement for DuckDB.

/** A string literal; of a text with a NUL, where the engine would see the statement end, an expression. */
export function literal(text: string): string {
  const parts = text.split('\0').map((part) => `'${part.replaceAll("'", "''")}'`);
  return parts.length === 1 ? parts.join('') : `(${parts.join(' || chr(0) || ')})`;
}

/** A quoted identifier. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A struct of texts, as DuckDB's functions take their options. */
export function structLiteral(members: Iterable<readonly [name: string, value: string]>): string {
  return `{${Array.from(members, ([name, value]) => `${literal(name)}: ${literal(value)}`).join(', ')}}`;
}

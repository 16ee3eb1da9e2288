// Text for the engine beyond names and values.
import { literal } from '@s3-connectors/common/columns/sql.ts';

/** A struct of texts, as the engine's functions take their options. */
export function structLiteral(members: Iterable<readonly [name: string, value: string]>): string {
  return `{${Array.from(members, ([name, value]) => `${literal(name)}: ${literal(value)}`).join(', ')}}`;
}

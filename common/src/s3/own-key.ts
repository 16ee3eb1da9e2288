// The last guard before a delete, copy or write: no key outside the prefix passes. destination/own-keys.ts decides which keys
// this connector may delete.
import { ConnectorError } from '../protocol/errors.ts';
import type { S3 } from './connection/client.ts';

declare const own: unique symbol;

/** The key of an object that this connector writes itself. Only destination/own-keys.ts makes one. */
export type OwnKey = string & { readonly [own]: true };

/** A connection, and the prefix of all writes: empty, or ended by a slash. */
export type Bounds = { readonly s3: S3; readonly prefix: string };

/** @throws UNEXPECTED for the first key that is not below the prefix, or that HTTP clients or XML would change. */
export function refuseOutside(bounds: Pick<Bounds, 'prefix'>, keys: readonly string[]): void {
  for (const key of keys) throwFor(key, outsideProblem(bounds, key));
}

/** @throws UNEXPECTED for a key that HTTP clients or XML would change. */
export function refuseOddKey(key: string): void {
  throwFor(key, oddProblem(key));
}

/** The mistake in a key, in words that follow it. Undefined for a valid key. */
export function outsideProblem({ prefix }: Pick<Bounds, 'prefix'>, key: string): string | undefined {
  return key.startsWith(prefix) ? oddProblem(key) : `is not below the prefix "${prefix}"`;
}

/** HTTP clients resolve `.` and `..` and join slashes; XML cannot carry control characters. */
function oddProblem(key: string): string | undefined {
  if (key.split('/').some((part) => part === '' || part === '.' || part === '..')) {
    return 'has a part that is empty, "." or ".."';
  }
  if (/[\p{Cc}\ufffe\uffff]/u.test(key) || !key.isWellFormed())
    return 'has a character that this connector never uses in keys';
  return undefined;
}

function throwFor(key: string, problem: string | undefined): void {
  if (problem === undefined) return;
  const text = `The key ${JSON.stringify(key.slice(0, 1024))} ${problem}. Nothing was sent. This is a defect of the connector: report it.`;
  throw new ConnectorError('UNEXPECTED', text);
}

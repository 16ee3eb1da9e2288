// The last guard before an object is deleted, copied or written: whatever a caller was led to believe, nothing leaves the
// prefix. Which keys this connector may delete at all is decided by destination/own-keys.ts.
import { ConnectorError } from '../protocol/errors.ts';
import type { S3 } from './connection/client.ts';

declare const own: unique symbol;

/** The key of an object that this connector writes itself. Only destination/own-keys.ts makes one. */
export type OwnKey = string & { readonly [own]: true };

/** A connection, and the prefix below which everything stays: empty, or ended by a slash. */
export type Bounds = { readonly s3: S3; readonly prefix: string };

/** @throws UNEXPECTED for the first key that is not below the prefix, or that is read differently on the way. */
export function refuseOutside(bounds: Pick<Bounds, 'prefix'>, keys: readonly string[]): void {
  for (const key of keys) throwFor(key, outsideProblem(bounds, key));
}

/** @throws UNEXPECTED for a key that is read differently on the way. */
export function refuseOddKey(key: string): void {
  throwFor(key, oddProblem(key));
}

/** What is wrong with a key, in words that follow it; undefined when nothing is. */
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

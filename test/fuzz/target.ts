// What a fuzz target is: inputs as bytes, and a check that must hold for any bytes. The rule for all of them: they end in rows
// or in an error that names the fault, never in one that nobody foresaw.
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type * as fc from 'fast-check';

/** `rows`, or the code of the error. */
export type Outcome = string;

export type Subject = AsyncDisposable & {
  readonly inputs: fc.Arbitrary<Uint8Array>;
  /** @throws for an input that breaks the rule. */
  readonly check: (input: Uint8Array) => Promise<Outcome>;
};

export type FuzzTarget = { readonly name: string; readonly open: () => Promise<Subject> };

/** What `work` ends in. @throws what it throws, if that is not ours or UNEXPECTED. */
export async function outcomeOf(work: () => unknown): Promise<Outcome> {
  try {
    await work();
    return 'rows';
  } catch (error) {
    return codeOf(error);
  }
}

/** @throws the error itself, if it is not ours or UNEXPECTED. */
export function codeOf(error: unknown): string {
  if (error instanceof ConnectorError && error.code !== 'UNEXPECTED') return error.code;
  throw error;
}

export const nothingToClose = { [Symbol.asyncDispose]: () => Promise.resolve() };

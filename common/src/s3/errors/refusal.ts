// A refusal of S3, and the words for it that go on from "Could not read s3://bucket/key: " and end with the remedy.
import type { ErrorCode } from '../../protocol/error-codes.ts';
import type { Target } from '../address/operation.ts';
import type { Answer } from './failure.ts';

export type Refusal = {
  readonly answer: Answer;
  readonly target: Target;
};

export type Row = { readonly code: ErrorCode; readonly say: (refusal: Refusal) => string };

/** What the storage itself says, in brackets. */
export function said(text: string): string {
  return text === '' ? '' : ` (“${text.replace(/\.$/u, '')}”)`;
}

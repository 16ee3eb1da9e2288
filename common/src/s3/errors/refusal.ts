// A refusal of S3, and its text, which follows "Could not read s3://bucket/key: " and ends with the remedy.
import type { ErrorCode } from '../../protocol/codes/error-codes.ts';
import type { Target } from '../address/operation.ts';
import type { Answer } from './failure.ts';

export type Refusal = {
  readonly answer: Answer;
  readonly target: Target;
};

export type Row = { readonly code: ErrorCode; readonly say: (refusal: Refusal) => string };

/** The storage's own message, in brackets. */
export function said(text: string): string {
  return text === '' ? '' : ` (“${text.replace(/\.$/u, '')}”)`;
}

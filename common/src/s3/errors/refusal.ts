// A refusal of S3, and its text, which follows "Could not read s3://bucket/key: " and ends with the remedy.
import type { ErrorCode } from '../../protocol/codes/error-codes.ts';
import type { RequestTarget } from '../address/operation.ts';
import type { S3Answer } from './failure.ts';

export type S3Refusal = {
  readonly answer: S3Answer;
  readonly target: RequestTarget;
};

type Say = (refusal: S3Refusal) => string;

export type RefusalRow = { readonly code: ErrorCode; readonly say: Say };

export function row(code: ErrorCode, text: string | Say): RefusalRow {
  return { code, say: typeof text === 'string' ? () => text : text };
}

/** The storage's own message, in brackets. */
export function said(text: string): string {
  return text === '' ? '' : ` (“${text.replace(/\.$/u, '')}”)`;
}

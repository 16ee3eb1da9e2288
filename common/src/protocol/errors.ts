// A failure with its text for the user. The run prints a ConnectorError as one TRACE ERROR line. error-codes.ts has its codes.
import { ERROR_CODES, type ErrorCode, type FailureType } from './codes/error-codes.ts';
import { thrownText } from './text/thrown.ts';

/** Names a stream in a message: Airbyte's StreamDescriptor. */
export type StreamDescriptor = { readonly name: string; readonly namespace?: string };

/** A server's error code, such as `AccessDenied`, and the action that it denied. */
export type ServerAnswer = { readonly code: string; readonly deniedAction?: string | undefined };

type ErrorOptions = {
  /** For the log only: request IDs, engine text. Never a secret, never a record's value. */
  readonly details?: string | undefined;
  readonly answer?: ServerAnswer | undefined;
  readonly stream?: StreamDescriptor;
  readonly cause?: unknown;
};

/** A failure with a text for the user: what happened, to which object, and what to change. */
export class ConnectorError extends Error {
  override readonly name = 'ConnectorError';
  readonly code: ErrorCode;
  readonly details: string | undefined;
  readonly answer: ServerAnswer | undefined;
  readonly stream: StreamDescriptor | undefined;

  constructor(code: ErrorCode, userMessage: string, options: ErrorOptions = {}) {
    super(userMessage, { cause: options.cause });
    this.code = code;
    this.details = options.details;
    this.answer = options.answer;
    this.stream = options.stream;
  }

  get failureType(): FailureType {
    return ERROR_CODES[this.code].failureType;
  }

  /** The same failure with its stream. An error that already names a stream keeps it. */
  inStream(stream: StreamDescriptor): ConnectorError {
    if (this.stream !== undefined) return this;
    const { details, cause } = this;
    return new ConnectorError(this.code, this.message, { details, stream, cause });
  }
}

/** Any thrown value as a ConnectorError. Any other error is a defect of the connector (UNEXPECTED). */
export function toConnectorError(error: unknown): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const text = `Unexpected failure: ${thrownText(error)}. Report it with the stack trace from the log.`;
  return new ConnectorError('UNEXPECTED', text, { cause: error });
}

/** For the default branch of a switch over a union: a compile error when a case is missing. */
export function assertNever(value: never): never {
  throw new ConnectorError(
    'UNEXPECTED',
    `Unexpected value of the type ${typeof value}. Report it with the stack trace from the log.`,
  );
}

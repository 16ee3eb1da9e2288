// Errors as the SDK throws them.

export const canary = 'CANARY-do-not-print';

/** An error as the SDK throws it for an answer, with what it carries along of the request. */
export function answered(code: string, status: number, more: Record<string, unknown> = {}): Error {
  const { message = 'S3’s own words.', headers = {}, ...fields } = more;
  const error = Object.assign(new Error(message as string), {
    name: code === '' ? 'UnknownError' : code,
    $metadata: { httpStatusCode: status, requestId: 'REQ1' },
    AWSAccessKeyId: canary,
    StringToSign: canary,
    ...fields,
  });
  Object.defineProperty(error, '$response', { value: { headers } });
  return error;
}

export function network(code: string, message = code): Error {
  return Object.assign(new Error(message), { code, $metadata: { attempts: 1 } });
}

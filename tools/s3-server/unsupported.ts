// What storages that imitate S3 in part do with headers that they do not know: refuse them, or ignore them.
import { S3Error } from './errors.ts';
import type { S3Request } from './wire/request.ts';
import type { Unsupported } from './types.ts';

/** The request without the headers that are ignored. @throws S3Error for one that is refused. */
export function withoutUnsupported(request: S3Request, unsupported: readonly Unsupported[]): S3Request {
  const own = unsupported.filter(({ operation }) => operation === undefined || operation.includes(request.operation));
  if (own.length === 0) return request;
  const ignored = new Set<string>();
  for (const name of request.headerNames) {
    const found = own.find(({ header }) => name.startsWith(header));
    if (found === undefined) continue;
    if (found.answer !== 'ignored') {
      const message = found.message ?? `Header '${name}' is not implemented`;
      throw new S3Error(found.answer, { message });
    }
    ignored.add(name);
  }
  if (ignored.size === 0) return request;
  return {
    ...request,
    header: (name) => (ignored.has(name) ? undefined : request.header(name)),
    headerNames: request.headerNames.filter((name) => !ignored.has(name)),
  };
}

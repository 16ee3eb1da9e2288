// Conditional requests, as RFC 9110 section 13 and S3's conditional writes have them: pure decisions over ETags and times.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html
import { S3Error } from '../errors.ts';

type Conditions = {
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
  readonly ifModifiedSince: string | undefined;
  readonly ifUnmodifiedSince: string | undefined;
};

type Version = { readonly etag: string; readonly lastModified: Date };

/** If-Match overrides If-Unmodified-Since, If-None-Match overrides If-Modified-Since. */
export function judgeRead(conditions: Conditions, version: Version): 'serve' | 'not_modified' | 'failed' {
  const { ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince } = conditions;
  const time = version.lastModified.getTime();
  if (ifMatch === undefined ? isAfter(time, ifUnmodifiedSince) : !matches(ifMatch, version.etag)) return 'failed';
  if (ifNoneMatch !== undefined) return matches(ifNoneMatch, version.etag) ? 'not_modified' : 'serve';
  const unmodified = ifModifiedSince !== undefined && !isAfter(time, ifModifiedSince);
  return unmodified ? 'not_modified' : 'serve';
}

/** @throws PreconditionFailed; NoSuchKey for If-Match where no object is. */
export function judgeWrite(
  conditions: Pick<Conditions, 'ifMatch' | 'ifNoneMatch'>,
  version: Version | undefined,
): void {
  const { ifMatch, ifNoneMatch } = conditions;
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') {
    throw new S3Error('NotImplemented', { elements: { Header: 'If-None-Match' } });
  }
  if (ifNoneMatch === '*' && version !== undefined) throw preconditionFailed('If-None-Match');
  if (ifMatch === undefined) return;
  if (version === undefined) throw new S3Error('NoSuchKey');
  if (!matches(ifMatch, version.etag)) throw preconditionFailed('If-Match');
}

export function preconditionFailed(condition: string): S3Error {
  return new S3Error('PreconditionFailed', { elements: { Condition: condition } });
}

function matches(header: string, etag: string): boolean {
  return header.split(',').some((entry) => entry.trim() === '*' || unquoted(entry) === unquoted(etag));
}

function unquoted(etag: string): string {
  return etag.trim().replaceAll('"', '');
}

function isAfter(time: number, header: string | undefined): boolean {
  const limit = Date.parse(header ?? '');
  return Number.isFinite(limit) && time > limit;
}

// GetObject and HeadObject.
import { type Answer, emptyAnswer } from '../wire/answer.ts';
import { judgeRead, preconditionFailed } from '../objects/conditions.ts';
import { S3Error } from '../errors.ts';
import { parseRange } from '../objects/range.ts';
import { type Exchange, objectOf } from './exchange.ts';
import { objectHeaders } from './headers.ts';

const ARCHIVED = ['GLACIER', 'DEEP_ARCHIVE'];

/** HeadObject is the same answer, whose body the sender leaves out. */
export function readObject(exchange: Exchange): Answer {
  const { header, operation } = exchange.request;
  const object = objectOf(exchange);
  const { headers, content, etag } = object;
  const judgement = judgeRead(
    {
      ifMatch: header('if-match'),
      ifNoneMatch: header('if-none-match'),
      ifModifiedSince: header('if-modified-since'),
      ifUnmodifiedSince: header('if-unmodified-since'),
    },
    object,
  );
  if (judgement === 'failed') throw preconditionFailed('If-Match');
  if (judgement === 'not_modified') {
    return emptyAnswer(304, { etag, 'last-modified': object.lastModified.toUTCString() });
  }
  if (operation === 'GetObject' && ARCHIVED.includes(headers.storageClass) && headers.restored !== true) {
    throw new S3Error('InvalidObjectState', { elements: { StorageClass: headers.storageClass } });
  }
  const size = content.size;
  const range = parseRange(header('range'), size);
  const { start, end } = range ?? { start: 0, end: size };
  // A checksum is that of the complete object, so it is useless for a part.
  const checksums = range === undefined && header('x-amz-checksum-mode') === 'ENABLED' ? checksumHeaders(object) : {};
  const contentRange = range === undefined ? {} : { 'content-range': `bytes ${start}-${end - 1}/${size}` };
  return {
    status: range === undefined ? 200 : 206,
    headers: { ...objectHeaders(object), ...checksums, ...contentRange },
    body: { kind: 'content', content, start, end },
  };
}

function checksumHeaders({ headers }: ReturnType<typeof objectOf>): Record<string, string> {
  if (Object.keys(headers.checksums).length === 0) return {};
  return { ...headers.checksums, 'x-amz-checksum-type': 'FULL_OBJECT' };
}

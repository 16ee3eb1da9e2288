// ListObjectsV2: from the query to a page, and the page as XML.
import { type Answer, xmlAnswer } from '../wire/answer.ts';
import { S3Error } from '../errors.ts';
import { fromToken, listKeys, toToken } from '../objects/listing.ts';
import type { ObjectVersion } from '../objects/store.ts';
import type { XmlElement } from '../wire/xml.ts';
import { bucketOf, type Exchange } from './exchange.ts';
import { canonicalId } from './acl.ts';

const MAX_KEYS = 1000;

export function listObjectsV2(exchange: Exchange): Answer {
  const { query, header } = exchange.request;
  const bucket = bucketOf(exchange);
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const maxKeys = maxKeysOf(query.get('max-keys'));
  const token = query.get('continuation-token');
  const startAfter = query.get('start-after');
  // A token is further on than the StartAfter of the first page, which clients may send again.
  const start = startAfter === null ? undefined : ({ kind: 'key', at: startAfter } as const);
  const after = token === null ? start : fromToken(token);
  const page = listKeys(bucket.objects.keys(), { prefix, delimiter, maxKeys, after }, exchange.isHidden);

  const encode = encoderOf(query.get('encoding-type'));
  const withRestore = header('x-amz-optional-object-attributes')?.includes('RestoreStatus') ?? false;
  const describe = { encode, withRestore, withOwner: query.get('fetch-owner') === 'true' };
  const objects = page.keys.map((key) => bucket.objects.get(key)).filter((object) => object !== undefined);
  return xmlAnswer([
    'ListBucketResult',
    [
      ['Name', bucket.name],
      ['Prefix', encode(prefix)],
      ...optional('StartAfter', startAfter === null ? undefined : encode(startAfter)),
      ...optional('ContinuationToken', token ?? undefined),
      ...optional('NextContinuationToken', page.next === undefined ? undefined : toToken(page.next)),
      ['KeyCount', page.keys.length + page.folders.length],
      ['MaxKeys', maxKeys],
      ...optional('Delimiter', delimiter === '' ? undefined : encode(delimiter)),
      ...optional('EncodingType', query.get('encoding-type') ?? undefined),
      ['IsTruncated', page.next !== undefined],
      ...objects.map((object) => contentsOf(object, describe)),
      ...page.folders.map((folder): XmlElement => ['CommonPrefixes', [['Prefix', encode(folder)]]]),
    ],
  ]);
}

type Describe = {
  readonly encode: (text: string) => string;
  readonly withRestore: boolean;
  readonly withOwner: boolean;
};

function contentsOf(object: ObjectVersion, { encode, withRestore, withOwner }: Describe): XmlElement {
  const { key, lastModified, etag, content, owner, headers } = object;
  const expiry = new Date(lastModified.getTime() + 7 * 86_400_000).toISOString();
  const restore: XmlElement = [
    'RestoreStatus',
    [
      ['IsRestoreInProgress', false],
      ['RestoreExpiryDate', expiry],
    ],
  ];
  return [
    'Contents',
    [
      ['Key', encode(key)],
      ['LastModified', lastModified.toISOString()],
      ['ETag', etag],
      ['Size', content.size],
      ...(withOwner ? [['Owner', [['ID', canonicalId(owner)]]] as const] : []),
      ['StorageClass', headers.storageClass],
      ...(withRestore && headers.restored === true ? [restore] : []),
    ],
  ];
}

function maxKeysOf(text: string | null): number {
  if (text === null || text === '') return MAX_KEYS;
  if (!/^\d{1,10}$/.test(text)) {
    throw new S3Error('InvalidArgument', {
      message: 'Provided max-keys not an integer or within integer range',
      elements: { ArgumentName: 'max-keys', ArgumentValue: text },
    });
  }
  return Math.min(MAX_KEYS, Number(text));
}

/** As S3 encodes: a space as `+`, slashes as they are. */
function encoderOf(encodingType: string | null): (text: string) => string {
  if (encodingType === null) return (text) => text;
  if (encodingType !== 'url') throw new S3Error('InvalidArgument', { message: 'Invalid Encoding Method specified' });
  return (text) =>
    encodeURIComponent(text)
      .replaceAll('%2F', '/')
      .replaceAll('%20', '+')
      .replaceAll(/[!'()]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
}

function optional(name: string, text: string | undefined): readonly XmlElement[] {
  return text === undefined ? [] : [[name, text]];
}

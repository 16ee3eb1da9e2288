// Canned ACLs: which are allowed in a bucket, and the grants GetObjectAcl tells of them.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#canned-acl
import { createHash } from 'node:crypto';

import { assertNever } from '@s3-connectors/common/protocol/errors.ts';

import { type Answer, xmlAnswer } from '../wire/answer.ts';
import { S3Error } from '../errors.ts';
import type { Bucket } from '../objects/store.ts';
import type { XmlElement } from '../wire/xml.ts';
import { bucketOf, type Exchange, objectOf } from './exchange.ts';

const ALL_USERS = 'http://acs.amazonaws.com/groups/global/AllUsers';
const AUTHENTICATED_USERS = 'http://acs.amazonaws.com/groups/global/AuthenticatedUsers';

type Grant = { readonly grantee: 'writer' | 'bucket owner' | 'all' | 'authenticated'; readonly permission: string };

const WRITER: Grant = { grantee: 'writer', permission: 'FULL_CONTROL' };
const CANNED_ACLS: Readonly<Record<string, readonly Grant[]>> = {
  private: [WRITER],
  'public-read': [WRITER, { grantee: 'all', permission: 'READ' }],
  'public-read-write': [WRITER, { grantee: 'all', permission: 'READ' }, { grantee: 'all', permission: 'WRITE' }],
  'authenticated-read': [WRITER, { grantee: 'authenticated', permission: 'READ' }],
  'aws-exec-read': [WRITER],
  'bucket-owner-read': [WRITER, { grantee: 'bucket owner', permission: 'READ' }],
  'bucket-owner-full-control': [WRITER, { grantee: 'bucket owner', permission: 'FULL_CONTROL' }],
};

/** @throws InvalidArgument for a word that is no canned ACL, AccessControlListNotSupported where ownership forbids it. */
export function checkAcl(acl: string | undefined, { ownership }: Bucket): void {
  if (acl === undefined) return;
  if (!Object.hasOwn(CANNED_ACLS, acl)) {
    throw new S3Error('InvalidArgument', { elements: { ArgumentName: 'x-amz-acl', ArgumentValue: acl } });
  }
  if (ownership === 'BucketOwnerEnforced' && acl !== 'bucket-owner-full-control') {
    throw new S3Error('AccessControlListNotSupported');
  }
}

/** Whose a written object is. */
export function ownerOf(acl: string | undefined, writer: string | undefined, bucket: Bucket): string {
  const { owner, ownership } = bucket;
  if (ownership === 'BucketOwnerEnforced') return owner;
  if (ownership === 'BucketOwnerPreferred' && acl === 'bucket-owner-full-control') return owner;
  return writer ?? owner;
}

export function getObjectAcl(exchange: Exchange): Answer {
  const bucket = bucketOf(exchange);
  const { owner, headers } = objectOf(exchange);
  const grants = bucket.ownership === 'BucketOwnerEnforced' ? undefined : CANNED_ACLS[headers.acl ?? 'private'];
  const elements = new Map<string, XmlElement>();
  for (const { grantee, permission } of grants ?? [WRITER]) {
    const who = granteeOf(grantee, owner, bucket);
    elements.set(`${who} ${permission}`, grantElement(who, permission));
  }
  return xmlAnswer([
    'AccessControlPolicy',
    [
      ['Owner', [['ID', canonicalId(owner)]]],
      ['AccessControlList', [...elements.values()]],
    ],
  ]);
}

/** The canonical user id of an account: here a digest of it. */
export function canonicalId(account: string): string {
  return createHash('sha256').update(account).digest('hex');
}

function granteeOf(grantee: Grant['grantee'], owner: string, bucket: Bucket): string {
  switch (grantee) {
    case 'all':
      return ALL_USERS;
    case 'authenticated':
      return AUTHENTICATED_USERS;
    case 'bucket owner':
      return canonicalId(bucket.owner);
    case 'writer':
      return canonicalId(owner);
    default:
      return assertNever(grantee);
  }
}

function grantElement(who: string, permission: string): XmlElement {
  const isGroup = who.startsWith('http');
  const type = isGroup ? 'Group' : 'CanonicalUser';
  const grantee: XmlElement = [
    `Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="${type}"`,
    [[isGroup ? 'URI' : 'ID', who]],
  ];
  return ['Grant', [grantee, ['Permission', permission]]];
}

// Connectors as the tests of permissions know them.
import {
  appendOnly,
  batchAccess,
  sourceAccess,
  statusOnly,
  streamingAccess,
  type Access,
} from '@s3-connectors/common/permissions/needs/access.ts';
import { parsePrincipal, type Principal } from '@s3-connectors/common/permissions/needs/arn.ts';
import type { WriteHeaders } from '@s3-connectors/common/s3/write.ts';

import { user } from '../../support/models/iam.ts';

export const place = { bucket: 'publisher-data', region: 'eu-central-1' };
export const kmsKey = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
export const withAcl: WriteHeaders = { acl: 'bucket-owner-full-control', encryption: { mode: 'bucket_default' } };
export const withTags: WriteHeaders = {
  ...withAcl,
  storageClass: 'STANDARD_IA',
  tags: [
    { key: 'team', value: 'data + ads' },
    { key: 'cost', value: '' },
  ],
};
const plain: WriteHeaders = { encryption: { mode: 'sse_s3' } };
export const withKey: WriteHeaders = {
  acl: 'bucket-owner-full-control',
  encryption: { mode: 'sse_kms', kmsKeyId: kmsKey },
};

const writing = { ...place, prefix: 'permutive/', headers: withAcl };

export const source = sourceAccess({ ...place, prefixes: ['exports/'] });
export const streaming = streamingAccess(writing);

export const owner = '111122223333';

export const accesses: Readonly<Record<string, Access>> = {
  source,
  'source of two prefixes': sourceAccess({ ...place, prefixes: ['exports/', 'dumps/daily/'] }),
  'source of the entire bucket': sourceAccess({ ...place, prefixes: [''] }),
  'source of a prefix with wildcards in its name': sourceAccess({ ...place, prefixes: ['a*b?c$d/'] }),
  streaming,
  'streaming without an ACL': streamingAccess({ ...writing, headers: plain }),
  'streaming with a KMS key': streamingAccess({ ...writing, headers: withKey }),
  'streaming with tags': streamingAccess({ ...writing, headers: withTags }),
  'batch with tags and a KMS key': batchAccess({ ...writing, headers: { ...withKey, ...withTags } }),
  'streaming into the root': streamingAccess({ ...writing, prefix: '' }),
  batch: batchAccess(writing),
  'batch with a KMS key': batchAccess({ ...writing, headers: withKey }),
  'source of a known account': { ...source, owner },
  'batch of a known account with a KMS key': { ...batchAccess({ ...writing, headers: withKey }), owner },
  'streaming, only appended': appendOnly(streaming),
  'batch, only appended, with a KMS key': appendOnly(batchAccess({ ...writing, headers: withKey })),
  'streaming, for status': statusOnly(streaming),
  'batch with a KMS key, for status': statusOnly(batchAccess({ ...writing, headers: withKey })),
  'streaming over http': { ...streaming, endpoint: 'http://s3.eu-central-1.amazonaws.com' },
  'source of another storage, of a known account': { ...source, owner, endpoint: 'https://storage.example.com' },
  'streaming at another storage with a KMS key': {
    ...streamingAccess({ ...writing, headers: withKey }),
    endpoint: 'https://storage.example.com',
  },
};

export function principalOf(text: string): Principal {
  const principal = parsePrincipal(text, 'aws');
  if (typeof principal === 'string') throw new Error(principal);
  return principal;
}

export const connector = principalOf(user);

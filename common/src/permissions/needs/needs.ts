// The exact permissions of a connector: (action, resource, request context). They follow from its uses of S3 (access.ts) and the
// actions of each operation (s3/address/operation.ts). Pure.
import { partitionOf } from '../../s3/address/address.ts';
import { asksOf, type Action, type Ask, type Operation } from '../../s3/address/operation.ts';
import type { WriteHeaders } from '../../s3/write.ts';
import { bucketArn, escapePattern, keyResource, objectsArn } from './arn.ts';
import { keyGuards, keyRequests, storageContext, storageGuards, type Guards, type RequestContext } from './guards.ts';
import type { Access, Use } from './access.ts';

/** One request as IAM sees it. */
export type IamRequest = { readonly action: Action; readonly resource: string; readonly context: RequestContext };

export type Need = {
  readonly action: Action;
  /** The bucket, all objects below a folder, or a KMS key. */
  readonly resource: string;
  /** The requested prefixes of s3:ListBucket, as patterns. Absent: any prefix. */
  readonly prefixes?: readonly string[];
  /** The canned ACL of each such request. */
  readonly acl?: string;
  /** The alias of the key, if its ARN is not known. */
  readonly keyAlias?: string;
  /** Conditions that are true for each such request, so a policy can require them. */
  readonly guards: Guards;
  readonly when: Use['when'];
  /** Examples of such requests. */
  readonly requests: readonly IamRequest[];
};

/** All needs of a connector, each (action, resource) once: for every sync, for replacing streams, and for advice. */
export function needsOf(access: Access): readonly Need[] {
  const needs = new Map<string, Need>();
  for (const use of access.uses) {
    for (const ask of asksWith(use.operation, use.headers)) {
      const need = needOf(ask, use, access);
      const name = `${need.action} ${need.resource} ${need.prefixes?.join(' ') ?? ''}`;
      const earlier = needs.get(name);
      needs.set(name, earlier === undefined ? need : joined(earlier, need));
    }
  }
  return [...needs.values()];
}

/** The IAM actions of a request of a connector that writes with these headers. */
export function asksWith(operation: Operation, { encryption, acl, tags }: Partial<WriteHeaders> = {}): readonly Ask[] {
  const isWrite = operation === 'PutObject' || operation === 'CopyObject';
  const kmsKeyId = encryption?.mode === 'sse_kms' ? encryption.kmsKeyId : undefined;
  return asksOf({ operation, acl: isWrite && acl !== undefined, tags: isWrite && tags !== undefined, kmsKeyId });
}

function joined(one: Need, other: Need): Need {
  const urgency = ['always', 'replacing', 'advice'] as const;
  const when = urgency.find((level) => one.when === level || other.when === level) ?? one.when;
  const requests = new Map([...one.requests, ...other.requests].map((request) => [JSON.stringify(request), request]));
  return { ...one, when, requests: [...requests.values()] };
}

function needOf([action, on]: Ask, use: Use, access: Access): Need {
  const { bucket, region } = access;
  const { folder, headers, when } = use;
  const partition = partitionOf(region);
  if (on === 'key') return keyNeed(action, use, access);
  const guards = storageGuards(access);
  const general = storageContext(access);
  if (on === 'bucket') {
    const resource = bucketArn(partition, bucket);
    if (action !== 's3:ListBucket')
      return { action, resource, guards, when, requests: [{ action, resource, context: general }] };
    const prefixes = folder === '' ? {} : { prefixes: [escapePattern(folder), `${escapePattern(folder)}*`] };
    const requests = use.examples.map((example) => {
      return { action, resource, context: { ...general, 's3:prefix': folder + example } };
    });
    return { action, resource, ...prefixes, guards, when, requests };
  }
  const isWrite = action === 's3:PutObject' || action === 's3:PutObjectAcl';
  const tags = (action === 's3:PutObjectTagging' ? headers?.tags : undefined) ?? [];
  const context = {
    ...general,
    ...(isWrite && headers !== undefined ? contextOf(headers) : {}),
    ...Object.fromEntries(tags.map(({ key, value }) => [`s3:RequestObjectTag/${key}`, value])),
  };
  const root = `${bucketArn(partition, bucket)}/${folder}`;
  return {
    action,
    resource: objectsArn(partition, bucket, folder),
    ...(isWrite && headers?.acl !== undefined ? { acl: headers.acl } : {}),
    guards,
    when,
    requests: use.examples.map((example) => ({ action, resource: root + example, context })),
  };
}

function keyNeed(action: Action, use: Use, access: Access): Need {
  const { headers, when } = use;
  const key = headers?.encryption.mode === 'sse_kms' ? headers.encryption.kmsKeyId : '*';
  const { resource, alias } = keyResource(partitionOf(access.region), access.region, key);
  const byAlias = alias === undefined ? {} : { 'kms:ResourceAliases': alias };
  const asked = resource.replace(/:\*:key\//u, ':123456789012:key/').replace(/\/\*$/u, '/1');
  return {
    action,
    resource,
    ...(alias === undefined ? {} : { keyAlias: alias }),
    guards: keyGuards(access, use.folder),
    when,
    requests: keyRequests(access, use).map((context) => ({
      action,
      resource: asked,
      context: { ...byAlias, ...context },
    })),
  };
}

/** The condition keys of a write with these headers. Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html */
function contextOf({ acl, encryption, storageClass }: WriteHeaders): RequestContext {
  const sse = { bucket_default: undefined, sse_s3: 'AES256', sse_kms: 'aws:kms' }[encryption.mode];
  return {
    ...(acl === undefined ? {} : { 's3:x-amz-acl': acl }),
    ...(storageClass === undefined ? {} : { 's3:x-amz-storage-class': storageClass }),
    ...(sse === undefined ? {} : { 's3:x-amz-server-side-encryption': sse }),
    ...(encryption.mode === 'sse_kms' ? { 's3:x-amz-server-side-encryption-aws-kms-key-id': encryption.kmsKeyId } : {}),
  };
}

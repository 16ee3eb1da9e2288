// The ARNs in a policy: buckets, objects, KMS keys, and principals as people write them. Pure.
import type { partitionOf } from '../../s3/address/address.ts';

export type AwsPartition = ReturnType<typeof partitionOf>;

/** `folder` is empty or ends with a slash. IAM's wildcards in it are escaped. */
export function objectsArn(partition: AwsPartition, bucket: string, folder: string): string {
  return `arn:${partition}:s3:::${bucket}/${escapePattern(folder)}*`;
}

export function bucketArn(partition: AwsPartition, bucket: string): string {
  return `arn:${partition}:s3:::${bucket}`;
}

/** Escapes a text for IAM's patterns. Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html */
export function escapePattern(text: string): string {
  return text.replaceAll(/[*?$]/gu, (char) => `\${${char}}`);
}

type KeyResource = {
  readonly resource: string;
  /** IAM policies name keys only by ARN. An alias is in a condition. */
  readonly alias?: string;
};

/** The KMS key of a config (ARN of a key or alias, ID, `alias/…`) as an IAM resource. */
export function keyResource(partition: AwsPartition, region: string, key: string): KeyResource {
  const [, place = `arn:${partition}:kms:${region}:*`, name = key] =
    /^(arn:[^:]*:kms:[^:]*:[^:]*):(.+)$/u.exec(key) ?? [];
  if (name.startsWith('alias/')) return { resource: `${place}:key/*`, alias: name };
  return { resource: `${place}:${name.startsWith('key/') ? name : `key/${name}`}` };
}

export type Principal = {
  readonly arn: string;
  readonly account: string;
  /** `account`: everyone whom the account's own policies allow. */
  readonly kind: 'user' | 'role' | 'session' | 'account';
};

const accountForm = /^\d{12}$/u;
const principalForm = /^arn:([\w-]+):(iam|sts)::(\d{12}):(root|user|role|assumed-role)(\/.+)?$/u;

/** The principal in `text`, or its mistake, in words that follow "The principal …". */
export function parsePrincipal(text: string, partition: AwsPartition): Principal | string {
  if (accountForm.test(text)) return { arn: `arn:${partition}:iam::${text}:root`, account: text, kind: 'account' };
  if (text === '*') return '"*" allows everyone: name a user, a role or an account';
  if (/^(AIDA|AROA|AKIA|ASIA)\w+$/u.test(text)) return `"${text}" is an ID: write the ARN of the user or role`;
  if (/^arn:[\w-]+:iam::\d{12}:group\//u.test(text)) {
    return `"${text}" is a group, which cannot be a principal: name its user, a role or the account`;
  }
  const [, named, service, account = '', type, path] = principalForm.exec(text) ?? [];
  const isWhole = type === 'root' ? path === undefined : path !== undefined;
  if (named === undefined || !isWhole || (service === 'sts') !== (type === 'assumed-role')) {
    return `"${text}" is not a principal: write the ARN of a user or role (arn:${partition}:iam::123456789012:user/NAME) or the 12 digits of an account`;
  }
  if (named !== partition) {
    return `"${text}" is in the partition ${named}, but the bucket is in ${partition}: name a principal in ${partition}`;
  }
  const kinds = { root: 'account', user: 'user', role: 'role', 'assumed-role': 'session' } as const;
  return { arn: text, account, kind: kinds[type as keyof typeof kinds] };
}

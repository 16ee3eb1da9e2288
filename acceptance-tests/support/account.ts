// An AWS account at ministack: buckets by the AWS SDK, users and roles by IAM's own protocol.
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';

export const region = 'us-east-1';
/** The account's administrator, whose secret and clock ministack never checks. */
export const administrator = { accessKeyId: 'test', secretAccessKey: 'test' };

/** The address of the server that run.ts has started. @throws Error when a test file is run without it. */
export function endpoint(): string {
  const address = process.env['ACCEPTANCE_ENDPOINT'];
  if (address === undefined) throw new Error('Start the acceptance tests by `npm run acceptance`.');
  return address;
}

/** A name that no other test uses. */
export function freshName(kind: string): string {
  return `${kind}-${randomBytes(6).toString('hex')}`;
}

export type Statement = {
  readonly Effect: 'Allow';
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: object;
};

export type User = {
  readonly arn: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
};

/** A user who may do what the statements say, and nothing without any. */
export async function createUser(...statements: readonly Statement[]): Promise<User> {
  const UserName = freshName('user');
  const arn = field(await iam('CreateUser', { UserName }), 'Arn');
  if (statements.length > 0) {
    await iam('PutUserPolicy', { UserName, PolicyName: 'policy', PolicyDocument: policy(statements) });
  }
  const key = await iam('CreateAccessKey', { UserName });
  const credentials = { accessKeyId: field(key, 'AccessKeyId'), secretAccessKey: field(key, 'SecretAccessKey') };
  return { arn, credentials };
}

/** A role that only `user`, with that external id, may take. @returns its ARN. */
export async function createRole(user: User, externalId: string, ...statements: readonly Statement[]): Promise<string> {
  const RoleName = freshName('role');
  const trust = {
    Effect: 'Allow',
    Principal: { AWS: user.arn },
    Action: 'sts:AssumeRole',
    Condition: { StringEquals: { 'sts:ExternalId': externalId } },
  };
  const arn = field(await iam('CreateRole', { RoleName, AssumeRolePolicyDocument: policy([trust]) }), 'Arn');
  await iam('PutRolePolicy', { RoleName, PolicyName: 'policy', PolicyDocument: policy(statements) });
  return arn;
}

function policy(statements: readonly object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

/** The signature is not looked at: see `administrator`. */
async function iam(Action: string, parameters: Readonly<Record<string, string>>): Promise<string> {
  const date = new Date().toISOString().replaceAll(/[-:]|\.\d+/gu, '');
  const scope = `${administrator.accessKeyId}/${date.slice(0, 8)}/${region}/iam/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=${'0'.repeat(64)}`;
  const body = new URLSearchParams({ Version: '2010-05-08', Action, ...parameters });
  const answer = await fetch(endpoint(), { method: 'POST', body, headers: { authorization, 'x-amz-date': date } });
  const xml = await answer.text();
  if (!answer.ok) throw new Error(`${Action}: ${answer.status} ${xml}`);
  return xml;
}

function field(xml: string, name: string): string {
  const [, value] = new RegExp(`<${name}>([^<]+)<`, 'u').exec(xml) ?? [];
  if (value === undefined) throw new Error(`no ${name} in ${xml}`);
  return value;
}

export async function createBucket(): Promise<string> {
  const Bucket = freshName('bucket');
  await asAdministrator((s3) => s3.send(new CreateBucketCommand({ Bucket })));
  return Bucket;
}

/** Replaces the policy of the bucket. */
export async function putBucketPolicy(Bucket: string, Policy: string): Promise<void> {
  await asAdministrator((s3) => s3.send(new PutBucketPolicyCommand({ Bucket, Policy })));
}

export async function putObject(Bucket: string, Key: string, Body: Uint8Array): Promise<void> {
  await asAdministrator((s3) => s3.send(new PutObjectCommand({ Bucket, Key, Body })));
}

/** The first thousand keys. */
export async function listKeys(Bucket: string): Promise<readonly string[]> {
  const { Contents = [] } = await asAdministrator((s3) => s3.send(new ListObjectsV2Command({ Bucket })));
  return Contents.map(({ Key = '' }) => Key);
}

/** Copies the objects below `prefix` into a folder. */
export async function download(Bucket: string, Prefix: string, folder: string): Promise<void> {
  await asAdministrator(async (s3) => {
    let token: string | undefined;
    do {
      const more = token === undefined ? {} : { ContinuationToken: token };
      const page = await s3.send(new ListObjectsV2Command({ Bucket, Prefix, ...more }));
      for (const { Key = '' } of page.Contents ?? []) {
        const path = join(folder, Key.slice(Prefix.length));
        await mkdir(dirname(path), { recursive: true });
        const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
        await writeFile(path, (await Body?.transformToByteArray()) ?? '');
      }
      token = page.NextContinuationToken;
    } while (token !== undefined);
  });
}

async function asAdministrator<T>(run: (s3: S3Client) => Promise<T>): Promise<T> {
  const s3 = new S3Client({ endpoint: endpoint(), region, credentials: administrator, forcePathStyle: true });
  try {
    return await run(s3);
  } finally {
    s3.destroy();
  }
}

// The operations on buckets themselves, without listing.
import { emptyAnswer, xmlAnswer } from '../wire/answer.ts';
import { bodyText } from '../wire/body.ts';
import { S3Error } from '../errors.ts';
import { xmlText } from '../wire/xml.ts';
import { bucketOf, type OperationHandler } from './exchange.ts';

const BUCKET_NAME = /^(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9](?:[a-z0-9.-]{1,61})[a-z0-9]$/;
const MAX_POLICY_BYTES = 20 * 1024;

export const createBucket: OperationHandler = ({ request, body, store, account }) => {
  if (!BUCKET_NAME.test(request.bucket)) {
    throw new S3Error('InvalidBucketName', { elements: { BucketName: request.bucket } });
  }
  const region = xmlText(bodyText(body), 'LocationConstraint');
  store.createBucket(request.bucket, {
    ...(region === undefined ? {} : { region }),
    ...(account === undefined ? {} : { owner: account }),
  });
  return emptyAnswer(200, { location: `/${request.bucket}` });
};

export const headBucket: OperationHandler = (exchange) =>
  emptyAnswer(200, { 'x-amz-bucket-region': bucketOf(exchange).region ?? exchange.region });

/** us-east-1 is reported as nothing. */
export const getBucketLocation: OperationHandler = (exchange) => {
  const region = bucketOf(exchange).region ?? exchange.region;
  return xmlAnswer(['LocationConstraint', region === 'us-east-1' ? '' : region]);
};

export const getBucketOwnershipControls: OperationHandler = (exchange) =>
  xmlAnswer(['OwnershipControls', [['Rule', [['ObjectOwnership', bucketOf(exchange).ownership]]]]]);

export const getPublicAccessBlock: OperationHandler = (exchange) => {
  const blocked = bucketOf(exchange).publicAccessBlocked;
  if (blocked === undefined) throw new S3Error('NoSuchPublicAccessBlockConfiguration');
  const settings = ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'] as const;
  return xmlAnswer(['PublicAccessBlockConfiguration', settings.map((name) => [name, blocked])]);
};

export const getBucketPolicy: OperationHandler = (exchange) => {
  const { policy, name } = bucketOf(exchange);
  if (policy === undefined) throw new S3Error('NoSuchBucketPolicy', { elements: { BucketName: name } });
  return { status: 200, headers: { 'content-type': 'application/json' }, body: { kind: 'text', text: policy } };
};

/** Only its form is looked at: a policy that says nonsense lets nobody in. */
export const putBucketPolicy: OperationHandler = (exchange) => {
  const bucket = bucketOf(exchange);
  const text = bodyText(exchange.body);
  if (text.length > MAX_POLICY_BYTES || !hasStatements(text)) throw new S3Error('MalformedPolicy');
  bucket.policy = text;
  return emptyAnswer(204);
};

function hasStatements(text: string): boolean {
  try {
    const policy: unknown = JSON.parse(text);
    return typeof policy === 'object' && policy !== null && 'Statement' in policy;
  } catch {
    return false;
  }
}

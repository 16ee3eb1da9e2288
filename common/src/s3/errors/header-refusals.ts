// Refusals of a header of a write: storages that imitate S3 do not support every header.
import type { RequestTarget } from '../address/operation.ts';
import { answerName } from './failure.ts';
import { row, said, type S3Refusal, type RefusalRow } from './refusal.ts';

export const aclRefused = row('S3_REQUEST_REFUSED', ({ target: { endpoint } }) => {
  return `the ${endpoint === undefined ? 'bucket' : 'storage'} does not accept ACLs. Set "acl" to "none"`;
});

export const tagsRefused = row('S3_REQUEST_REFUSED', ({ answer }) => {
  return `the storage refused the tags${said(answer.text)}. Correct "object_tags", or remove it`;
});

export const classRefused = row('S3_REQUEST_REFUSED', ({ answer }) => {
  return `the storage refused the storage class${said(answer.text)}. Correct "storage_class", or leave it empty`;
});

const conditionRefused = row('S3_REQUEST_REFUSED', ({ answer, target }) => {
  return `the storage answers a write with ${target.condition} with ${answerName(answer)}${said(answer.text)}. If it does not support conditional writes, set "conditional_writes" to false, and let only one run at a time write below the prefix${perhapsAcl(target)}`;
});

/** The storage names no header. Most storages lack ACLs. */
const unnamedRefused = row('S3_REQUEST_REFUSED', ({ answer, target }) => {
  return `the storage does not implement what the write asks for${said(answer.text)}${perhapsAcl(target)}`;
});

function perhapsAcl({ acl }: RequestTarget): string {
  return acl === true ? '. If it does not take ACLs, set "acl" to "none"' : '';
}

/** By the header that the storage names and does not support, or not with this value. */
export function rowByHeader({ answer: { text, status }, target }: S3Refusal): RefusalRow | undefined {
  if (target.acl === true && /\bacl\b/iu.test(text)) return aclRefused;
  if (target.tags === true && /tagging/iu.test(text)) return tagsRefused;
  const isWrite = target.operation === 'PutObject' || target.operation === 'CopyObject';
  if (isWrite && /storage-?class/iu.test(text)) return classRefused;
  if (target.condition !== undefined && (status === 501 || status === 400)) return conditionRefused;
  return target.acl === true && status === 501 ? unnamedRefused : undefined;
}

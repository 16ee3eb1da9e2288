// The findings about a policy: a closed list of codes, each with its severity. A finding names the statement, the place in the
// text, the mistake, and what to write instead.
import type { TextPlace } from './json-text.ts';

/** `error`: AWS refuses the policy, or the policy denies a need or is public. `warn`: the policy works. */
export const FINDING_CODES = {
  JSON_INVALID: 'error',
  KEY_TWICE: 'error',
  POLICY_FORM: 'error',
  VERSION_WRONG: 'error',
  VERSION_MISSING: 'warn',
  STATEMENT_MISSING: 'error',
  ELEMENT_UNKNOWN: 'error',
  ELEMENT_MISSING: 'error',
  EFFECT_WRONG: 'error',
  SID_TWICE: 'error',
  PRINCIPAL_MISSING: 'error',
  PRINCIPAL_FORBIDDEN: 'error',
  PRINCIPAL_FORM: 'error',
  PRINCIPAL_OTHER: 'error',
  PUBLIC_ACCESS: 'error',
  ACTION_PREFIX: 'error',
  ACTION_UNKNOWN: 'error',
  ACTION_OTHER_SERVICE: 'error',
  ARN_FORM: 'error',
  ARN_COLONS: 'error',
  ARN_REGION: 'error',
  ARN_PARTITION: 'error',
  ARN_SLASH: 'error',
  BUCKET_WRONG: 'error',
  OBJECT_RESOURCE_MISSING: 'error',
  BUCKET_RESOURCE_MISSING: 'error',
  PREFIX_OTHER: 'error',
  CONDITION_FORM: 'error',
  CONDITION_OPERATOR: 'error',
  CONDITION_FAILS: 'error',
  ACL_CONDITION_KEY: 'error',
  ACL_CONDITION_MISPLACED: 'error',
  ACL_CONDITION_OPERATOR: 'error',
  ACL_CONDITION_VALUE: 'error',
  ACL_CONDITION_MISSING: 'warn',
  ACL_NOT_SENT: 'error',
  PREFIX_CONDITION_MISPLACED: 'error',
  PREFIX_CONDITION_OPERATOR: 'error',
  PREFIX_CONDITION_VALUE: 'error',
  DENIED_EXPLICITLY: 'error',
  ACTION_MISSING: 'error',
  PUT_OBJECT_ACL_MISSING: 'warn',
  ACCOUNT_NAMED: 'warn',
  NOT_JUDGED: 'warn',
} as const satisfies Record<string, 'error' | 'warn'>;

export type FindingCode = keyof typeof FINDING_CODES;

export type PolicyFinding = {
  readonly code: FindingCode;
  readonly place: TextPlace;
  /** The statement's number, from 1. */
  readonly statement?: number;
  /** The mistake, and what to write instead. */
  readonly text: string;
};

// The operator verbs for permissions, which all connectors share. `policy` prints one JSON document to stdout and nothing else,
// so that its output can be piped into `aws s3api put-bucket-policy --policy file:///dev/stdin`.
import { Readable } from 'node:stream';

import type { OperatorArguments, OperatorVerb } from '../../protocol/connector.ts';
import { ConnectorError } from '../../protocol/errors.ts';
import type { Log } from '../../protocol/log.ts';
import { appendOnly, statusOnly, type Access } from '../needs/access.ts';
import type { Principal } from '../needs/arn.ts';
import { needsOf, type Need } from '../needs/needs.ts';
import { bucketPolicy, iamPolicy, keyPolicyStatement, trustPolicy } from '../policy/policy.ts';
import { principalOf } from './principal-option.ts';

const kinds = ['bucket', 'iam', 'kms', 'trust'] as const;

const appendOption = {
  'append-only': {
    type: 'boolean',
    describe: 'Leave out the permissions for replacing streams, such as s3:DeleteObject. Use it if you only append.',
  },
} as const;

/** Only for destinations. */
const statusOption = {
  'for-status': {
    type: 'boolean',
    describe: 'Include only the permissions of the verbs status and ddl, which list and read below the prefix.',
  },
} as const;

/** @param accessOf returns the S3 access of a connector with this config. */
export function policyVerbs<Config>(
  accessOf: (config: Config) => Access,
  { hasStatus = false }: { readonly hasStatus?: boolean } = {},
): readonly OperatorVerb<Config>[] {
  const narrowing = { ...appendOption, ...(hasStatus ? statusOption : {}) };
  return [
    {
      name: 'policy',
      describe: 'Print a policy that allows exactly what this configuration needs.',
      options: {
        principal: {
          type: 'string',
          describe: 'The principal to allow: the ARN of a user or role, or an account number.',
        },
        kind: {
          type: 'string',
          describe:
            'Kind of policy: bucket (the default), iam (for a user or role), kms (for the key) or trust (who may assume the role).',
        },
        ...narrowing,
        full: { type: 'boolean', describe: 'Print the broad form: List, Get, Delete and Put on the entire bucket.' },
      },
      run: (config, given, { log }) => {
        return Readable.from([{ json: policyOf(askedAccess(accessOf(config), given), given, log) }]);
      },
    },
    {
      name: 'policy validate',
      describe: 'Explain what is wrong with a policy, and whether it allows what this configuration needs.',
      positionals: { file: 'Path of the policy, or - for standard input.' },
      options: {
        principal: {
          type: 'string',
          describe: 'The principal to check. Needed if the policy does not name exactly one principal.',
        },
        kind: {
          type: 'string',
          describe: 'Kind of policy: bucket or iam. By default, a policy that names a principal is a bucket policy.',
        },
        fix: { type: 'boolean', describe: 'Print a corrected policy instead of the findings.' },
        ...narrowing,
      },
      async *run(config, given, context) {
        const { validation } = await import('./validate-verb.ts');
        yield* validation(askedAccess(accessOf(config), given), given, context);
      },
    },
  ];
}

function askedAccess(access: Access, given: OperatorArguments): Access {
  const asked = given['append-only'] === true ? appendOnly(access) : access;
  return given['for-status'] === true ? statusOnly(access) : asked;
}

function policyOf(access: Access, given: OperatorArguments, log: Log): object {
  const kind = kinds.find((known) => known === (given['kind'] ?? 'bucket'));
  if (kind === undefined) throw new ConnectorError('USAGE_INVALID', `--kind must be one of ${kinds.join(', ')}.`);
  return documentOf(needsOf(access), { ...given, kind }, access, log);
}

type Given = OperatorArguments & { readonly kind: (typeof kinds)[number] };

function documentOf(needs: readonly Need[], { kind, full, principal }: Given, access: Access, log: Log): object {
  const form = full === true ? 'full' : 'least';
  const isEncrypted = needs.some(({ action }) => action.startsWith('kms:'));
  if (kind === 'iam') return iamPolicy(needs, form);
  const named = principalOf(principal, access.region);
  if (kind === 'bucket') {
    log(
      'INFO',
      'If the principal and the bucket are in different accounts, the principal’s own IAM policy must allow this too (--kind iam).',
    );
    if (isEncrypted) log('INFO', 'The policy of the KMS key must allow its use too (--kind kms).');
    return bucketPolicy(needs, named, form);
  }
  if (kind === 'trust') return trustOf(access, named, log);
  const statement = keyPolicyStatement(needs, named);
  if (statement === undefined) {
    throw new ConnectorError(
      'USAGE_INVALID',
      'The config names no KMS key ("encryption.kms_key_id"), so there is nothing to allow. Omit --kind kms, or set the key.',
    );
  }
  log('INFO', 'Add this statement to the policy of the key; do not replace that policy.');
  return statement;
}

function trustOf({ role }: Access, named: Principal, log: Log): object {
  if (role === undefined) {
    throw new ConnectorError(
      'USAGE_INVALID',
      'The config assumes no role ("credentials.auth_type" is not assume_role), so there is nobody to trust. Omit --kind trust, or configure a role.',
    );
  }
  if (role.externalId === undefined) {
    log(
      'WARN',
      'The config has no "credentials.external_id". Set one if the principal assumes roles of several customers.',
    );
  }
  log('INFO', `This is the trust policy of ${role.arn}; --kind iam prints the policy that the role needs.`);
  return trustPolicy(role, named);
}

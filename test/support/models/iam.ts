// An independent IAM simulator, to compare our policies and our own judge with: its decision about a request under one policy
// alone.
import { runSimulation } from '@cloud-copilot/iam-simulate';

import type { IamRequest } from '@s3-connectors/common/permissions/needs/needs.ts';

export const account = '111122223333';
export const user = `arn:aws:iam::${account}:user/connector`;

type Asked = Omit<IamRequest, 'action'> & { readonly action: string; readonly principal?: string };

/** As AWS makes them: the key leaves it to the account's IAM policies who may use it. */
const keyPolicy = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: 'kms:*', Resource: '*' }],
};

/** The simulator has no key that ends in a name of the request: another key with the same actions and type replaces it. */
function known<T extends object>(value: T): T {
  const text = JSON.stringify(value).replaceAll(/kms:EncryptionContext:aws:s3:arn/giu, 'kms:RequestAlias');
  return JSON.parse(text) as T;
}

/** @throws Error if the policy is invalid, or the action has no such resource. */
export async function isAllowed(kind: 'bucket' | 'iam', given: object, asked: Asked): Promise<boolean> {
  const { action, resource, principal = user } = asked;
  const [context, policy] = [known(asked.context), known(given)];
  const resourcePolicy = kind === 'bucket' ? policy : action.startsWith('kms:') ? keyPolicy : undefined;
  const aliases = context['kms:ResourceAliases'];
  const result = await runSimulation(
    {
      request: {
        principal,
        action,
        resource: { resource, accountId: account },
        contextVariables: {
          'aws:SecureTransport': 'true',
          ...context,
          ...(aliases === undefined ? {} : { 'kms:ResourceAliases': [aliases] }),
          'aws:PrincipalArn': principal,
          'aws:PrincipalAccount': principal.split(':')[4] ?? '',
        },
      },
      identityPolicies: kind === 'iam' ? [{ name: 'policy', policy }] : [],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...(resourcePolicy === undefined ? {} : { resourcePolicy }),
    },
    {},
  );
  if (result.resultType === 'error') throw new Error(JSON.stringify(result.errors));
  return result.overallResult === 'Allowed';
}

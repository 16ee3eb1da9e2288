// Whether a user may do something: the bucket's policy and the user's own, judged by an IAM simulator.
import { anonymousPrincipal, runSimulation, type Simulation } from '@cloud-copilot/iam-simulate';

import type { Permission } from './permissions.ts';
import type { Bucket } from '../objects/store.ts';
import type { User } from '../types.ts';

const EVERYTHING = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

type Verdict = { readonly isAllowed: true } | { readonly isAllowed: false; readonly reason: { message?: string } };

/** @throws Error when a policy is none: a mistake in the test. */
export async function judge(permission: Permission, user: User | undefined, bucket: Bucket): Promise<Verdict> {
  const policies = user?.arn.endsWith(':root') === true ? [EVERYTHING] : (user?.policies ?? []);
  const simulation: Simulation = {
    request: {
      principal: user?.arn ?? anonymousPrincipal,
      action: permission.action,
      resource: { resource: permission.resource, accountId: bucket.owner },
      contextVariables: { ...permission.context, ...principalContext(user) },
    },
    identityPolicies: policies.map((policy, index) => ({ name: `policy ${index + 1}`, policy })),
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    ...(bucket.policy === undefined ? {} : { resourcePolicy: JSON.parse(bucket.policy) as unknown }),
  };
  const result = await runSimulation(simulation, {});
  if (result.resultType === 'error') throw new Error(`A policy cannot be judged: ${JSON.stringify(result.errors)}`);
  if (result.overallResult === 'Allowed') return { isAllowed: true };
  // AWS explains itself to callers of the bucket's own account only.
  const isExplained = user !== undefined && accountOf(user) === bucket.owner;
  if (!isExplained) return { isAllowed: false, reason: {} };
  const isExplicit = result.overallResult === 'ExplicitlyDenied';
  const byBucket =
    result.resultType === 'single' && result.result.analysis.resourceAnalysis?.result === 'ExplicitlyDenied';
  const denier = !isExplicit ? 'nobody' : byBucket ? 'resource' : 'identity';
  return { isAllowed: false, reason: { message: explain(permission, user, denier) } };
}

type Denier = 'nobody' | 'resource' | 'identity';

function explain({ action, resource }: Permission, { arn }: User, denier: Denier): string {
  const reasons: Readonly<Record<Denier, string>> = {
    nobody: `because no identity-based policy allows the ${action} action`,
    resource: 'with an explicit deny in a resource-based policy',
    identity: 'with an explicit deny in an identity-based policy',
  };
  const why = reasons[denier];
  return `User: ${arn} is not authorized to perform: ${action} on resource: "${resource}" ${why}`;
}

function accountOf({ arn }: User): string {
  return arn.split(':')[4] ?? '';
}

function principalContext(user: User | undefined): Record<string, string> {
  const always = { 'aws:SourceIp': '127.0.0.1', 'aws:SecureTransport': 'false' };
  if (user === undefined) return always;
  return { ...always, 'aws:PrincipalArn': user.arn, 'aws:PrincipalAccount': accountOf(user) };
}

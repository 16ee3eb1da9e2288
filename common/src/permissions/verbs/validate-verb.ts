// The verb `policy validate` reads a policy, and prints its findings or, with --fix, a corrected policy. Loaded on demand.
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';

import { fileFault } from '../../local-disk/file-fault.ts';
import type { OperatorArguments, Print, VerbContext } from '../../protocol/connector.ts';
import { ConnectorError } from '../../protocol/errors.ts';
import { standardInput } from '../../program/stdio/standard-input.ts';
import type { Access } from '../needs/access.ts';
import { fixPolicy } from '../validate/fix.ts';
import { principalOf } from './principal-option.ts';
import type { PolicyFinding } from '../validate/finding.ts';
import type { PolicyKind } from '../validate/policy-text.ts';
import { validatePolicy } from '../validate/validate.ts';
import { findingText, validationText } from '../validate/validation-text.ts';

const longestPolicy = 1024 * 1024; // AWS accepts 20 KB.

/** @throws POLICY_INSUFFICIENT after printing the findings; USAGE_INVALID for mistakes in the command line. */
export async function* validation(
  access: Access,
  given: OperatorArguments,
  { log, signal }: VerbContext,
): AsyncGenerator<Print> {
  const kind = kindOf(given['kind']);
  const named = given['principal'];
  const principal = named === undefined ? undefined : principalOf(named, access.region);
  const policy = await policyText(String(given['file']), signal);
  const result = validatePolicy(policy, { access, kind, principal });
  const broken = result.findings.find(({ code }) => code === 'JSON_INVALID' || code === 'POLICY_FORM');
  const isToBeFixed = given['fix'] === true;
  if (!isToBeFixed) yield validationText(result);
  if (broken !== undefined) throw unreadable(broken); // A corrected policy would lose all of its statements.
  if (!isToBeFixed) {
    if (!result.isGood)
      throw new ConnectorError(
        'POLICY_INSUFFICIENT',
        'The policy is insufficient. Fix the findings on standard output, or run the verb with --fix to print a corrected policy.',
      );
    return;
  }
  if (result.kind === 'bucket' && result.principal === undefined) principalOf(undefined, access.region);
  const fixed = fixPolicy(result, access, result.principal);
  for (const finding of result.findings) log('INFO', findingText(finding));
  for (const note of fixed.notes) log('WARN', `Check before you use the policy: ${note}.`);
  yield { json: fixed.policy };
}

function unreadable({ place, text }: PolicyFinding): ConnectorError {
  const where = `line ${place.line}, column ${place.column}`;
  const remedy = 'Correct it there and run the verb again, or print a new policy with the verb "policy".';
  return new ConnectorError('POLICY_INSUFFICIENT', `The policy cannot be read (${where}): ${text}. ${remedy}`);
}

function kindOf(text: string | boolean | undefined): PolicyKind | undefined {
  if (text === undefined || text === 'bucket' || text === 'iam') return text;
  throw new ConnectorError('USAGE_INVALID', '--kind must be one of bucket, iam.');
}

async function policyText(path: string, signal: AbortSignal): Promise<string> {
  const read = path === '-' ? text(standardInput(signal)) : readFile(path, 'utf8');
  const policy = await read.catch((error: unknown) => {
    signal.throwIfAborted();
    throw new ConnectorError('USAGE_INVALID', `The policy file "${path}" cannot be read: ${fileFault(error)}.`);
  });
  if (policy.length > longestPolicy)
    throw new ConnectorError(
      'USAGE_INVALID',
      `The policy file "${path}" has more than 1 MB. Name a file that contains only the policy.`,
    );
  return policy;
}

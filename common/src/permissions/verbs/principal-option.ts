// The option `--principal` of the operator verbs.
import { ConnectorError } from '../../protocol/errors.ts';
import { partitionOf } from '../../s3/address/address.ts';
import { parsePrincipal, type Principal } from '../needs/arn.ts';

/** @throws USAGE_INVALID that names the mistake. */
export function principalOf(text: string | boolean | undefined, region: string): Principal {
  if (typeof text !== 'string') {
    throw new ConnectorError(
      'USAGE_INVALID',
      '--principal is missing: write the ARN of the user or role that the connector runs as, or its account number.',
    );
  }
  const principal = parsePrincipal(text, partitionOf(region));
  if (typeof principal === 'string') throw new ConnectorError('USAGE_INVALID', `--principal: ${principal}.`);
  return principal;
}

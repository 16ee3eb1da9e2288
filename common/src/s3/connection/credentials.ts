// Makes the SDK's credentials from the config's. Providers that ask other services (STS, instance metadata) are loaded only when
// the config needs them.
import type { S3ClientConfig } from '@aws-sdk/client-s3';

import { assertNever, ConnectorError } from '../../protocol/errors.ts';
import { isAwsEndpoint, regionProblem } from '../address/address.ts';
import type { Handler } from './answer-guard.ts';
import { hasText } from './config.ts';
import type { Connection, Credentials } from './config.ts';
import { CredentialsFailure } from '../errors/failure.ts';

/** The handler of the S3 client, which is made later. */
type HandlerOf = () => Handler;
type Provider = Extract<NonNullable<S3ClientConfig['credentials']>, (...args: never[]) => unknown>;
type RoleCredentials = Extract<Credentials, { auth_type: 'assume_role' }>;

const roleSessionName = 's3-connectors';
const stsHomeRegion = 'us-east-1';

/** The request that needs credentials throws a failure to get them, as a CredentialsFailure. */
export function credentialsFor(
  connection: Connection,
  handlerOf: HandlerOf,
): Pick<S3ClientConfig, 'credentials' | 'signer'> {
  const { credentials } = connection;
  switch (credentials.auth_type) {
    case 'access_key':
      return { credentials: keyPair(credentials) };
    case 'assume_role':
      return { credentials: lazily(credentials.role_arn, () => roleProvider(connection, credentials, handlerOf)) };
    case 'default_chain':
      return { credentials: lazily(undefined, () => chainProvider(connection, handlerOf)) };
    case 'anonymous':
      return {
        credentials: { accessKeyId: '', secretAccessKey: '' },
        signer: { sign: (request) => Promise.resolve(request) },
      };
    default:
      return assertNever(credentials);
  }
}

function keyPair(credentials: Extract<Credentials, { auth_type: 'access_key' }>) {
  const { access_key_id: accessKeyId, secret_access_key: secretAccessKey, session_token: sessionToken } = credentials;
  return { accessKeyId, secretAccessKey, ...(hasText(sessionToken) ? { sessionToken } : {}) };
}

/** The SDK keeps the provider's credentials until shortly before they expire. */
function lazily(role: string | undefined, load: () => Promise<Provider>): Provider {
  let provider: Promise<Provider> | undefined;
  return async (identity) => {
    try {
      provider ??= load();
      return await (
        await provider
      )(identity);
    } catch (error) {
      if (error instanceof ConnectorError) throw error; // An endpoint that was refused.
      throw new CredentialsFailure(role, error);
    }
  };
}

async function chainProvider(connection: Connection, handlerOf: HandlerOf): Promise<Provider> {
  const { fromNodeProviderChain } = await import('@aws-sdk/credential-providers');
  return fromNodeProviderChain({ clientConfig: stsConfig(connection, handlerOf) });
}

async function roleProvider(connection: Connection, role: RoleCredentials, handlerOf: HandlerOf): Promise<Provider> {
  const { fromNodeProviderChain, fromTemporaryCredentials } = await import('@aws-sdk/credential-providers');
  const clientConfig = stsConfig(connection, handlerOf);
  const { access_key_id: accessKeyId, secret_access_key: secretAccessKey, external_id } = role;
  const ownKey = hasText(accessKeyId) && hasText(secretAccessKey);
  return fromTemporaryCredentials({
    masterCredentials: ownKey ? { accessKeyId, secretAccessKey } : fromNodeProviderChain({ clientConfig }),
    params: {
      RoleArn: role.role_arn,
      RoleSessionName: roleSessionName,
      ...(hasText(external_id) ? { ExternalId: external_id } : {}),
    },
    clientConfig: { ...clientConfig, ...stsEndpoint(connection.endpoint) },
  });
}

function stsConfig({ region }: Connection, handlerOf: HandlerOf) {
  const known = regionProblem(region, undefined) === undefined;
  return { region: known ? region : stsHomeRegion, requestHandler: handlerOf(), maxAttempts: 1 };
}

/** Storages that imitate AWS serve STS at the same endpoint. AWS_ENDPOINT_URL_STS overrides it. */
function stsEndpoint(endpoint: string | undefined): { readonly endpoint?: string } {
  if (endpoint === undefined || isAwsEndpoint(endpoint) || hasText(process.env['AWS_ENDPOINT_URL_STS'])) return {};
  return { endpoint };
}

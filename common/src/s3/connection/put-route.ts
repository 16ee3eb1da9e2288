// Learns from one of the SDK's own PutObjects how it addresses the objects of a bucket and signs requests. put-attempt.ts then
// repeats this for the other objects.
import type { S3Client } from '@aws-sdk/client-s3';

import type { Clock } from '../../streams/clock.ts';
import { fixedHeaders } from './fixed-headers.ts';

/** The SDK manages clock, endpoint and signature, so the route is learned again after this time. */
const freshMs = 60_000;
/** The headers that are the same for every object. */
const sameForAll = ['host', 'user-agent', 'x-amz-user-agent', ...fixedHeaders];

export type PutRoute = {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  /** The part of the path before the key, which ends with a slash. */
  readonly folder: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly scope: { readonly signingRegion: string; readonly signingService: string };
  readonly signer: Awaited<ReturnType<S3Client['config']['signer']>>;
};

type Sent = Pick<PutRoute, 'protocol' | 'hostname' | 'port' | 'headers'> & { readonly path: string };

/**
 * Watches the SDK's PutObjects, and learns the route from an accepted one.
 * @returns the route, or undefined if none was learned recently.
 */
export function watchPutRoute(client: S3Client, clock: Clock): () => PutRoute | undefined {
  let route: PutRoute | undefined;
  let freshUntil = 0;
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const result = await next(args);
        const { Key: key } = args.input as { readonly Key?: string };
        if (commandName !== 'PutObjectCommand' || key === undefined) return result;
        route = await routeOf(client, args.request as Sent, key);
        freshUntil = clock.elapsed() + freshMs;
        return result;
      },
    { step: 'finalizeRequest', priority: 'low', name: 'watchPutRoute' }, // After the middleware that signs.
  );
  return () => (clock.elapsed() < freshUntil ? route : undefined);
}

/** Undefined for unsigned requests, and for other signatures, such as those of directory buckets. */
async function routeOf(
  client: S3Client,
  { protocol, hostname, port, path, headers }: Sent,
  key: string,
): Promise<PutRoute | undefined> {
  const credential = /^AWS4-HMAC-SHA256 Credential=[^/]+\/\d{8}\/([^/]+)\/([^/]+)\//u;
  const [, signingRegion, signingService] = credential.exec(headers['authorization'] ?? '') ?? [];
  const encoded = encodeKey(key);
  const isUsual = headers['x-amz-s3session-token'] === undefined && path.endsWith(`/${encoded}`);
  if (signingRegion === undefined || signingService === undefined || !isUsual) return undefined;
  return {
    protocol,
    hostname,
    ...(port === undefined ? {} : { port }),
    folder: path.slice(0, -encoded.length),
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => sameForAll.includes(name))),
    scope: { signingRegion, signingService },
    signer: await client.config.signer({ name: 'sigv4', signingName: signingService, signingRegion, properties: {} }),
  };
}

/** The key, encoded for a path. */
export function encodeKey(key: string): string {
  return encodeURIComponent(key)
    .replaceAll('%2F', '/')
    .replaceAll(/[!'()*]/gu, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

// How the SDK reaches the objects of a bucket and signs what it sends there, learnt from a PutObject of its own, which
// put-attempt.ts repeats for the many others.
import type { S3Client } from '@aws-sdk/client-s3';

import type { Clock } from '../../streams/clock.ts';
import { fixedHeaders } from './fixed-headers.ts';

/** Clock, endpoint and signature are the SDK's business: after so long it is watched again. */
const freshMs = 60_000;
/** The headers that are the same for every object. */
const sameForAll = ['host', 'user-agent', 'x-amz-user-agent', ...fixedHeaders];

export type PutRoute = {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  /** What comes before the key in the path; ends with a slash. */
  readonly folder: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly scope: { readonly signingRegion: string; readonly signingService: string };
  readonly signer: Awaited<ReturnType<S3Client['config']['signer']>>;
};

type Sent = Pick<PutRoute, 'protocol' | 'hostname' | 'port' | 'headers'> & { readonly path: string };

/**
 * Watches the PutObjects that the SDK sends; one that S3 took shows the route.
 * @returns the route, or undefined when none was shown lately.
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
    { step: 'finalizeRequest', priority: 'low', name: 'watchPutRoute' }, // Behind the one that signs.
  );
  return () => (clock.elapsed() < freshUntil ? route : undefined);
}

/** Undefined for what is signed in a way of its own, as for directory buckets, or not at all. */
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

/** As the key stands in a path. */
export function encodeKey(key: string): string {
  return encodeURIComponent(key)
    .replaceAll('%2F', '/')
    .replaceAll(/[!'()*]/gu, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

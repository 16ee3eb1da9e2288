// An HTTP server on loopback with the answers that a test gives it: for servers that are not S3, or not only S3 (STS, proxies).
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

type CannedServer = AsyncDisposable & {
  readonly server: Server;
  readonly endpoint: string;
  readonly port: number;
};

const tls = join(import.meta.dirname, 'tls');
export const testCertificate = join(tls, 'certificate.pem');

/** With `secure` it serves https with the certificate of test/support/tls. */
export async function startCannedServer(
  listener: RequestListener,
  { secure = false }: { readonly secure?: boolean } = {},
): Promise<CannedServer> {
  const server = secure
    ? createSecureServer({ key: await readFile(join(tls, 'key.pem')), cert: await readFile(testCertificate) }, listener)
    : createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    server,
    port,
    endpoint: `${secure ? 'https' : 'http'}://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

export async function bodyText(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk as string;
  return text;
}

/** An S3 that lists one empty bucket. */
export const emptyListing =
  '<?xml version="1.0" encoding="UTF-8"?><ListBucketResult><IsTruncated>false</IsTruncated><KeyCount>0</KeyCount></ListBucketResult>';

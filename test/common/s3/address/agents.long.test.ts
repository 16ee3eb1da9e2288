import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request as forward } from 'node:http';
import { connect as connectSocket } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { suite, test } from 'node:test';
import { text } from 'node:stream/consumers';

import { emptyListing, startCannedServer, testCertificate } from '../../../support/canned-server.ts';

// Each case is a process of its own: Node reads NODE_EXTRA_CA_CERTS, and we the proxies, from its environment.
const program = join(import.meta.dirname, '../../../support/programs/list-bucket.ts');

async function list(endpoint: string, environment: Record<string, string>): Promise<string> {
  const child = spawn(process.execPath, [program, endpoint], {
    env: { ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
  });
  const [said, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (child.exitCode === null) await once(child, 'exit');
  assert.equal(errors, '');
  assert.equal(child.exitCode, 0, 'The program does not end.');
  return said.trim();
}

function startS3(secure: boolean) {
  return startCannedServer(
    (_request, response) => response.setHeader('content-type', 'application/xml').end(emptyListing),
    { secure },
  );
}

/** A proxy for which every host is one port of this machine. `seen` has the hosts it was asked for. */
async function startProxy(port: number) {
  const seen: string[] = [];
  const server = await startCannedServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    const path = new URL(request.url ?? '').pathname;
    const onward = forward({ host: '127.0.0.1', port, path, method: request.method }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  });
  server.server.on('connect', (request, client) => {
    seen.push(`${request.method} ${request.url}`);
    const upstream = connectSocket(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const)
      one.on('error', () => other.destroy());
  });
  return { ...server, seen };
}

/** Open until the client closes it. */
function hold(client: Duplex): Duplex {
  return client.resume().on('end', () => client.end());
}

suite('a certificate', () => {
  test('from an unknown authority is not trusted, and the error names the remedy', async () => {
    await using s3 = await startS3(true);
    const said = await list(s3.endpoint, {});
    assert.match(said, /^S3_ENDPOINT_UNREACHABLE .*DEPTH_ZERO_SELF_SIGNED_CERT.*NODE_EXTRA_CA_CERTS/);
  });

  test('named in NODE_EXTRA_CA_CERTS is trusted', async () => {
    await using s3 = await startS3(true);
    assert.equal(await list(s3.endpoint, { NODE_EXTRA_CA_CERTS: testCertificate }), 'listed');
  });

  test('is missing on a port that serves plain http, and the error names that', async () => {
    await using s3 = await startS3(false);
    assert.match(await list(s3.endpoint.replace('http:', 'https:'), {}), /^S3_ENDPOINT_UNREACHABLE .*serves https/);
  });
});

suite('a port', () => {
  test('that takes connections and sends nothing is named soon', async () => {
    await using silent = await startCannedServer(() => undefined);
    const said = await list(silent.endpoint, {});
    assert.match(said, /^S3_UNAVAILABLE .*accepts the connection but never answers/u);
  });

  test('that serves https is named when the endpoint says http', async () => {
    await using s3 = await startS3(true);
    const said = await list(s3.endpoint.replace('https:', 'http:'), {});
    assert.match(said, /^S3_ENDPOINT_UNREACHABLE .*without an answer.*write https:\/\//u);
  });
});

suite('a proxy', () => {
  test('is not blamed for an endpoint that is not reached through it, even on the same port', async () => {
    const said = await list('http://127.0.0.1:9', { HTTP_PROXY: 'http://proxy.example.test:9' });
    assert.match(said, /^S3_ENDPOINT_UNREACHABLE .*http:\/\/127\.0\.0\.1:9 cannot be reached/u);
  });

  test('of HTTPS_PROXY leads to an https endpoint, by a tunnel', async () => {
    await using s3 = await startS3(true);
    await using proxy = await startProxy(s3.port);
    const environment = { HTTPS_PROXY: proxy.endpoint, NODE_EXTRA_CA_CERTS: testCertificate };
    assert.equal(await list('https://s3.example.test', environment), 'listed');
    assert.deepEqual(proxy.seen, ['CONNECT s3.example.test:443']);
  });

  test('of http_proxy leads to an http endpoint', async () => {
    await using s3 = await startS3(false);
    await using proxy = await startProxy(s3.port);
    assert.equal(await list('http://s3.example.test', { http_proxy: proxy.endpoint }), 'listed');
    assert.match(proxy.seen.join(), /^GET http:\/\/s3\.example\.test/);
  });

  test('is not used for hosts in NO_PROXY, and for this machine', async () => {
    await using s3 = await startS3(false);
    await using proxy = await startProxy(s3.port);
    assert.equal(await list(s3.endpoint, { HTTP_PROXY: proxy.endpoint }), 'listed');
    const past = await list('http://s3.example.test', { HTTP_PROXY: proxy.endpoint, NO_PROXY: '.example.test' });
    assert.match(past, /^S3_ENDPOINT_UNREACHABLE/);
    assert.deepEqual(proxy.seen, []);
  });

  test('without a scheme is an http proxy, as for curl', async () => {
    await using s3 = await startS3(true);
    await using proxy = await startProxy(s3.port);
    const environment = { HTTPS_PROXY: `127.0.0.1:${proxy.port}`, NODE_EXTRA_CA_CERTS: testCertificate };
    assert.equal(await list('https://s3.example.test', environment), 'listed');
    assert.deepEqual(proxy.seen, ['CONNECT s3.example.test:443']);
  });

  for (const [what, value] of [
    ['of another kind', 'socks5://127.0.0.1:1080'],
    ['that is no address', 'http://:x'],
  ] as const) {
    test(`${what} is a mistake that names the variable, not the value`, async () => {
      const said = await list('https://s3.example.test', { HTTPS_PROXY: value });
      assert.match(said, /^CONFIG_INVALID .*HTTPS_PROXY.*http:\/\/host:port/u);
      assert.ok(!said.includes(value));
    });
  }

  test('where nothing listens is named as the cause, without its password, and S3 is not', async () => {
    const said = await list('https://s3.example.test', { HTTPS_PROXY: 'http://user:canary@127.0.0.1:9' });
    assert.match(
      said,
      /^S3_ENDPOINT_UNREACHABLE .*the proxy http:\/\/127\.0\.0\.1:9 .*nothing listens there.*HTTPS_PROXY/u,
    );
    assert.doesNotMatch(said, /canary|s3\.example\.test cannot be reached/u);
  });

  test('whose name does not exist is named as the cause', async () => {
    const said = await list('https://s3.example.test', { https_proxy: 'nobody.invalid:3128' });
    assert.match(
      said,
      /^S3_ENDPOINT_UNREACHABLE .*the proxy http:\/\/nobody\.invalid:3128 cannot be reached: .*https_proxy/u,
    );
  });

  test('that refuses the tunnel is named as the cause', async () => {
    await using proxy = await startCannedServer(() => undefined);
    proxy.server.on('connect', (_request, client) => client.end('HTTP/1.1 403 Forbidden\r\n\r\n'));
    const said = await list('https://s3.example.test', { HTTPS_PROXY: proxy.endpoint });
    assert.match(said, /^S3_ENDPOINT_UNREACHABLE .*proxy refused the connection.*HTTPS_PROXY/);
  });

  test('that refuses the tunnel and keeps the connection does not keep the program', async () => {
    await using proxy = await startCannedServer(() => undefined);
    proxy.server.on('connect', (_request, client) => hold(client).write('HTTP/1.1 407 Login\r\n\r\n'));
    const said = await list('https://s3.example.test', { HTTPS_PROXY: proxy.endpoint });
    assert.match(said, /^S3_ENDPOINT_UNREACHABLE .*proxy refused the connection.*HTTPS_PROXY/u);
  });

  test('that never answers does not keep the program', async () => {
    await using proxy = await startCannedServer(() => undefined);
    proxy.server.on('connect', (_request, client) => hold(client));
    const said = await list('https://s3.example.test', { HTTPS_PROXY: proxy.endpoint });
    assert.match(said, /^S3_ENDPOINT_UNREACHABLE .*no connection within the time limit.*HTTPS_PROXY/u);
  });

  test('that speaks no TLS is named as the cause if HTTPS_PROXY says https', async () => {
    await using proxy = await startCannedServer(() => undefined);
    const said = await list('https://s3.example.test', { HTTPS_PROXY: proxy.endpoint.replace('http:', 'https:') });
    assert.match(said, /^S3_ENDPOINT_UNREACHABLE .*the proxy https:\/\/127\.0\.0\.1:\d+ .*HTTPS_PROXY/u);
  });
});

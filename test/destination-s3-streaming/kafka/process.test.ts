// The program without a working broker. The acceptance tests have a real one.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { createServer as createTlsServer } from 'node:tls';

import { startS3Server } from '../../../tools/s3-server/server.ts';
import type { S3TestServer } from '../../../tools/s3-server/types.ts';
import { bucket, placeJson, type Json } from '../../support/destination-input.ts';
import { runProgram, type Ended } from '../../support/program.ts';
import { assertProtocolLines } from '../../support/models/protocol-schema.ts';

const program = join(import.meta.dirname, '../../../destination-s3-streaming/src/feed-kafka.ts');
const certificate = join(import.meta.dirname, '../../support/tls');

suite('feed-kafka without a broker', () => {
  let folder: string;
  let s3: S3TestServer;
  const servers: Server[] = [];
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 's3-connectors-feed-'));
    s3 = await startS3Server();
    s3.createBucket(bucket);
  });
  after(async () => {
    for (const server of servers) server.close();
    await s3.close();
    await rm(folder, { recursive: true });
  });

  async function listen(server: Server): Promise<string> {
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `localhost:${(server.address() as AddressInfo).port}`;
  }

  async function run(verb: string, kafka: Json): Promise<Ended> {
    const whole = { brokers: ['127.0.0.1:1'], topics: [{ topic: 'events' }], group_id: 'g', ...kafka };
    const config = join(folder, 'config.json');
    await writeFile(config, JSON.stringify({ ...placeJson(s3), kafka: whole }));
    return runProgram(program, [verb, '--config', config]);
  }

  test('run ends with an error that says which brokers do not answer, and what to change', async () => {
    const { stdout, stderr, exitCode } = await run('run', {});
    assert.deepEqual([stdout, exitCode], ['', 1]);
    assert.match(
      stderr,
      /No broker answers at 127\.0\.0\.1:1 \(ECONNREFUSED\)\. Correct kafka\.brokers\. \(KAFKA_UNREACHABLE\)/u,
    );
    assert.deepEqual(s3.objects(bucket, ''), []);
  });

  test('check answers FAILED for the same reason, without the secrets of the config', async () => {
    const sasl = { mechanism: 'PLAIN', username: 'user', password: 'kafka-canary' };
    const { stdout, exitCode } = await run('check', { sasl });
    const messages = assertProtocolLines(stdout);
    const status = messages.find((message) => message.type === 'CONNECTION_STATUS');
    assert.ok(status?.type === 'CONNECTION_STATUS' && status.connectionStatus.status === 'FAILED');
    assert.match(status.connectionStatus.message ?? '', /No broker answers/u);
    assert.doesNotMatch(stdout, /canary/u);
    assert.equal(exitCode, 0);
  });

  test('check says when the listener uses TLS and the config does not, and the other way round', async () => {
    const [key, cert] = await Promise.all(
      ['key.pem', 'certificate.pem'].map((name) => readFile(join(certificate, name))),
    );
    const secure = await listen(createTlsServer({ key, cert } as object));
    const silent = await listen(createServer((socket) => socket.once('data', () => socket.end())));
    const plain = await run('check', { brokers: [secure] });
    // A TLS server closes a connection without TLS. Whether it sends a message first depends on its kind.
    assert.match(plain.stdout, /listener uses TLS|is this the right port for kafka\.tls/u);
    const tls = await run('check', { brokers: [silent], tls: { mode: 'on' } });
    assert.match(tls.stdout, /does not use TLS. Set kafka\.tls to \{\\"mode\\": \\"off\\"\}/u);
    const untrusted = await run('check', { brokers: [secure], tls: { mode: 'on' } });
    assert.match(untrusted.stdout, /DEPTH_ZERO_SELF_SIGNED_CERT.*kafka\.tls\.ca/u);
  });
});

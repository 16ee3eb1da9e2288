// Starts a real Kafka broker (KRaft, one node) on loopback, with a listener for each way to connect: plain, TLS and SASL.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import { Admin } from '@platformatic/kafka';

import { type Daemon, freePort, startDaemon, untilUp } from '../../tools/daemon.ts';
import { findJava, findProgram } from './debian.ts';

const execute = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const pom = join(root, 'acceptance-tests/kafka/pom.xml');
const cache = join(root, 'node_modules/.cache/kafka');
const certificate = join(root, 'test/support/tls');
const startWithinMs = 120_000;

/** What the SASL listeners accept. */
export const kafkaUser = { username: 'feeder', password: 'kafka-canary' } as const;

export type Kafka = AsyncDisposable & {
  /** `host:port` by listener. */
  readonly plain: string;
  readonly tls: string;
  readonly sasl: string;
  /** Killed by -9, and there again after so long, with its data. */
  restart(awayMs: number): Promise<void>;
};

/** The broker's libraries, from Maven Central. @throws Error saying what to install. */
export async function prepareKafka(say: (text: string) => void): Promise<void> {
  await findJava(say);
  if (existsSync(cache)) return;
  const remedy =
    'The Kafka suite runs a real broker: install Maven (apt-get install maven) and let it reach Maven Central.';
  const mvn = await findProgram({ names: ['mvn'], debianPackage: 'maven', remedy }, say);
  say('Fetching Kafka from Maven Central …');
  const fresh = `${cache}-${process.pid}`;
  await mkdir(fresh, { recursive: true });
  const goal = ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${fresh}`];
  try {
    await execute(mvn, goal);
    await rename(fresh, cache);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    throw new Error(`${remedy}\n${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** @throws Error with its last output when it does not come up. Disposal ends it and waits. */
export async function startKafka(): Promise<Kafka> {
  const folder = await mkdtemp(join(tmpdir(), 's3-connectors-kafka-'));
  const ports = { plain: await freePort(), tls: await freePort(), sasl: await freePort() };
  const controller = await freePort();
  const file = join(folder, 'server.properties');
  await writeFile(file, await properties(folder, ports, controller));
  const { username, password } = kafkaUser;
  const scram = (hash: string): string => `${hash}=[name=${username},password=${password}]`;
  const format = ['kafka.tools.StorageTool', 'format', '-t', 'AAAAAAAAAAAAAAAAAAAAAQ', '-c', file];
  const users = ['--add-scram', scram('SCRAM-SHA-256'), '--add-scram', scram('SCRAM-SHA-512')];
  await execute('java', ['-cp', join(cache, '*'), ...format, ...users]);
  const { plain, tls, sasl } = ports;
  let broker = await launch(file, plain);
  return {
    plain: address(plain),
    tls: address(tls),
    sasl: address(sasl),
    async restart(awayMs) {
      await broker[Symbol.asyncDispose]();
      await sleep(awayMs);
      broker = await launch(file, plain);
    },
    async [Symbol.asyncDispose]() {
      await broker[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

async function launch(file: string, port: number): Promise<Daemon> {
  const args = ['-Xmx384m', '-cp', join(cache, '*'), 'kafka.Kafka', file];
  const daemon = startDaemon('java', args, { cwd: dirname(file) });
  try {
    const look = (): Promise<true | undefined> => isUp(address(port));
    await untilUp({ what: 'Kafka', daemons: [daemon], withinMs: startWithinMs, look });
    return daemon;
  } catch (error) {
    await daemon[Symbol.asyncDispose]();
    throw error;
  }
}

function address(port: number): string {
  return `localhost:${port}`;
}

async function isUp(broker: string): Promise<true | undefined> {
  const admin = new Admin({ clientId: 'up', bootstrapBrokers: [broker], retries: 0, connectTimeout: 1000 });
  try {
    await admin.listTopics();
    return true;
  } catch {
    return undefined;
  } finally {
    await admin.close();
  }
}

type Ports = Readonly<Record<'plain' | 'tls' | 'sasl', number>>;

async function properties(folder: string, { plain, tls, sasl }: Ports, controller: number): Promise<string> {
  const keystore = join(folder, 'keystore.pem');
  const [key, chain] = await Promise.all(
    ['key.pem', 'certificate.pem'].map((name) => readFile(join(certificate, name), 'utf8')),
  );
  await writeFile(keystore, `${key}${chain}`);
  const listeners = [`PLAIN://127.0.0.1:${plain}`, `TLS://127.0.0.1:${tls}`, `LOGIN://127.0.0.1:${sasl}`];
  const { username, password } = kafkaUser;
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    listeners: [...listeners, `CONTROLLER://127.0.0.1:${controller}`].join(','),
    'advertised.listeners': listeners.join(',').replaceAll('127.0.0.1', 'localhost'),
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAIN',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAIN:PLAINTEXT,TLS:SSL,LOGIN:SASL_PLAINTEXT',
    'listener.name.tls.ssl.keystore.type': 'PEM',
    'listener.name.tls.ssl.keystore.location': keystore,
    'listener.name.login.sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
    'listener.name.login.plain.sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required user_${username}="${password}";`,
    // Tokens without a signature, which a test can make.
    'listener.name.login.oauthbearer.sasl.jaas.config':
      'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";',
    ...Object.fromEntries(
      ['scram-sha-256', 'scram-sha-512'].map((name) => [
        `listener.name.login.${name}.sasl.jaas.config`,
        'org.apache.kafka.common.security.scram.ScramLoginModule required;',
      ]),
    ),
    'log.dirs': join(folder, 'data'),
    'num.partitions': 6,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'group.initial.rebalance.delay.ms': 0,
    // A member that was killed is missed within seconds, also in KIP-848, where the broker decides how soon.
    'group.consumer.min.session.timeout.ms': 3000,
    'group.consumer.session.timeout.ms': 6000,
    'group.consumer.min.heartbeat.interval.ms': 500,
    'group.consumer.heartbeat.interval.ms': 1000,
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

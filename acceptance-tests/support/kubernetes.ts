// Starts a control plane of Kubernetes on loopback: etcd, API server, controller manager and scheduler.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';

import { type Daemon, freePort, startDaemon, untilUp } from '../../tools/daemon.ts';
import { controlPlane } from './kubernetes-programs.ts';

const execute = promisify(execFile);
const startWithinMs = 180_000;
const token = 'test-administrator';
const controllers = ['job-controller', 'namespace-controller', 'garbage-collector-controller'];

type Answer = { readonly status: number; readonly body: unknown };

export type Cluster = AsyncDisposable & {
  /** @throws Error with what it said on standard error. @returns standard output. */
  kubectl(args: readonly string[], input?: string): Promise<string>;
  /** A PATCH is a merge patch. */
  call(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<Answer>;
};

/** @throws Error with the last output of what does not come up. Disposal ends all and waits. */
export async function startKubernetes(): Promise<Cluster> {
  const folder = await mkdtemp(join(tmpdir(), 's3-connectors-kubernetes-'));
  await using started = new AsyncDisposableStack();
  started.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  const [store, peer, port] = [await freePort(), await freePort(), await freePort()];
  const launch = (file: string, args: readonly string[]): Daemon => {
    return started.use(startDaemon(file, args, { cwd: folder }));
  };
  const [storeAddress, peerAddress] = [`http://127.0.0.1:${store}`, `http://127.0.0.1:${peer}`];
  launch('etcd', [
    '--data-dir=etcd',
    `--listen-client-urls=${storeAddress}`,
    `--advertise-client-urls=${storeAddress}`,
    `--listen-peer-urls=${peerAddress}`,
    `--initial-advertise-peer-urls=${peerAddress}`,
    `--initial-cluster=default=${peerAddress}`,
  ]);
  await execute('openssl', ['genrsa', '-out', 'key.pem', '2048'], { cwd: folder });
  await writeFile(join(folder, 'tokens.csv'), `${token},administrator,1,system:masters\n`);
  const server = launch(controlPlane, [
    'kube-apiserver',
    `--etcd-servers=${storeAddress}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    '--cert-dir=certificates',
    '--service-account-key-file=key.pem',
    '--service-account-signing-key-file=key.pem',
    '--service-account-issuer=https://kubernetes.default.svc',
    '--service-cluster-ip-range=10.96.0.0/16',
    '--authorization-mode=RBAC',
    '--token-auth-file=tokens.csv',
    '--disable-admission-plugins=ServiceAccount',
  ]);
  const call = await ready(server, folder, port);
  const config = ['--kubeconfig=kubeconfig', '--leader-elect=false', '--bind-address=127.0.0.1'];
  const own = [`--controllers=${controllers.join(',')}`, '--service-account-private-key-file=key.pem'];
  launch(controlPlane, ['kube-controller-manager', ...config, `--secure-port=${await freePort()}`, ...own]);
  launch(controlPlane, ['kube-scheduler', ...config, `--secure-port=${await freePort()}`]);
  const kept = started.move();
  return {
    call,
    async kubectl(args, input = '') {
      const child = execute('kubectl', args, { env: { ...process.env, KUBECONFIG: join(folder, 'kubeconfig') } });
      child.child.stdin?.end(input);
      return (await child).stdout;
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** Waits for the API server, which makes its certificate when it starts. */
async function ready(server: Daemon, folder: string, port: number): Promise<Cluster['call']> {
  const file = join(folder, 'certificates/apiserver.crt');
  const address = `https://127.0.0.1:${port}`;
  const look = async (): Promise<Cluster['call'] | undefined> => {
    if (!existsSync(file)) return undefined;
    const ca = await readFile(file, 'utf8');
    const call = callerOf(address, ca);
    const answer = await call('GET', '/readyz').catch(() => undefined);
    if (answer?.status !== 200) return undefined;
    await writeFile(join(folder, 'kubeconfig'), JSON.stringify(kubeconfig(address, ca)));
    return call;
  };
  return await untilUp({ what: 'Kubernetes', daemons: [server], withinMs: startWithinMs, look });
}

function kubeconfig(server: string, ca: string): object {
  const cluster = { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') };
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster }],
    users: [{ name: 'test', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  };
}

function callerOf(address: string, ca: string): Cluster['call'] {
  return async (method, path, body) => {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const headers = { authorization: `Bearer ${token}`, 'content-type': type };
    const asked = request(`${address}${path}`, { method, ca, headers });
    asked.end(body && JSON.stringify(body));
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    const said = await text(response);
    return { status: response.statusCode ?? 0, body: said.startsWith('{') ? JSON.parse(said) : {} };
  };
}

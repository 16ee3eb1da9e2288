// A node whose pods are processes of this machine. It does of a kubelet what pods of this repository need: volumes, environment, init
// containers, several containers, their exit codes. The paths in a container become paths in the folder of its pod. Everything else is
// Kubernetes' own: the API, the scheduling, when a pod is made again.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Cluster } from './kubernetes.ts';

const node = 'this-machine';
const pollMs = 300;
const beatEvery = 15;

export type Kubelet = AsyncDisposable & {
  /** Kills by -9 a running container of the pods whose labels have all these; `program`: the first program alone, not its shell. @returns how many. */
  kill(labels: Texts, container: string, what: 'container' | 'program'): number;
  readonly log: () => string;
};

type Texts = Readonly<Record<string, string>>;
type Named = { readonly name: string };
type Variable = Named & {
  readonly value?: string;
  readonly valueFrom?: { readonly fieldRef: { readonly fieldPath: string } };
};
type Container = Named & {
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly Variable[];
  readonly envFrom?: readonly { readonly secretRef: Named }[];
  readonly volumeMounts?: readonly (Named & { readonly mountPath: string })[];
};
type Content = {
  readonly secret?: { readonly name?: string; readonly secretName?: string };
  readonly configMap?: Named;
};
type Volume = Named & Content & { readonly projected?: { readonly sources: readonly Content[] } };
type Resource = {
  readonly metadata: Named & {
    readonly uid: string;
    readonly namespace: string;
    readonly labels?: Texts;
    readonly annotations?: Texts;
  };
  readonly spec: {
    readonly initContainers?: readonly Container[];
    readonly containers: readonly Container[];
    readonly volumes?: readonly Volume[];
  };
  readonly status: { readonly phase: string };
};
type Pod = { readonly resource: Resource; readonly containers: Map<string, ChildProcess> };
type Options = { readonly folder: string; readonly programs: Readonly<Record<string, string>> };

/** `programs`: the program of an image, by the last part of its name. */
export async function startKubelet(cluster: Cluster, options: Options): Promise<Kubelet> {
  const pods = new Map<string, Pod>();
  let log = '';
  const say = (line: string): void => void (log += `${line}\n`);
  await cluster.call('POST', '/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: node } });
  const stop = new AbortController();
  const looking = look();

  async function look(): Promise<void> {
    for (let turn = 0; !stop.signal.aborted; turn += 1) {
      if (turn % beatEvery === 0) await beat(cluster);
      const { body } = await cluster.call('GET', `/api/v1/pods?fieldSelector=spec.nodeName%3D${node}`);
      for (const resource of (body as { readonly items: readonly Resource[] }).items) {
        const { uid } = resource.metadata;
        if (pods.has(uid) || resource.status.phase !== 'Pending') continue;
        const pod = { resource, containers: new Map<string, ChildProcess>() };
        pods.set(uid, pod);
        runPod(cluster, pod, options, say).catch((error: unknown) =>
          say(`${resource.metadata.name}: ${String(error)}`),
        );
      }
      await sleep(pollMs);
    }
  }
  return {
    log: () => log,
    kill(labels, container, what) {
      let count = 0;
      for (const { resource, containers } of pods.values()) {
        const has = Object.entries(labels).every(([name, value]) => resource.metadata.labels?.[name] === value);
        if (has && killTree(containers.get(container), what)) count += 1;
      }
      return count;
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await looking;
      for (const { containers } of pods.values()) for (const child of containers.values()) killTree(child, 'container');
    },
  };
}

async function beat(cluster: Cluster): Promise<void> {
  const room = { cpu: '64', memory: '256Gi', 'ephemeral-storage': '1Ti', pods: '110' };
  const now = new Date().toISOString();
  const isReady = { type: 'Ready', status: 'True', reason: 'Ready', message: '', lastHeartbeatTime: now };
  const status = { capacity: room, allocatable: room, conditions: [{ ...isReady, lastTransitionTime: now }] };
  await cluster.call('PATCH', `/api/v1/nodes/${node}/status`, { status });
  await cluster.call('PATCH', `/api/v1/nodes/${node}`, { spec: { taints: null } });
}

function killTree(child: ChildProcess | undefined, what: 'container' | 'program'): boolean {
  if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return false;
  try {
    if (what === 'container') return process.kill(-child.pid, 'SIGKILL');
    const [inside] = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').split(' ');
    return inside !== undefined && inside !== '' && process.kill(Number(inside), 'SIGKILL');
  } catch {
    return false; // It ended meanwhile.
  }
}

async function runPod(cluster: Cluster, pod: Pod, options: Options, say: (line: string) => void): Promise<void> {
  const { metadata, spec } = pod.resource;
  const path = `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}/status`;
  const patch = (status: object): Promise<unknown> => cluster.call('PATCH', path, { status });
  const volumes = await mountVolumes(cluster, pod.resource, join(options.folder, metadata.uid));
  const startedAt = new Date().toISOString();
  const run = async (container: Container): Promise<number> => {
    const child = await startContainer(cluster, pod.resource, { container, volumes, programs: options.programs });
    pod.containers.set(container.name, child);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => say(`${metadata.name} ${container.name}: ${String(chunk).trimEnd()}`));
    }
    const [code] = await once(child, 'exit');
    say(`${metadata.name} ${container.name}: exit ${code ?? child.signalCode}`);
    return code ?? 137;
  };
  for (const container of spec.initContainers ?? []) {
    if ((await run(container)) !== 0) return void (await patch({ phase: 'Failed', startTime: startedAt }));
  }
  const statuses = (state: (index: number) => object): readonly object[] =>
    spec.containers.map(({ name, image }, index) => {
      return { name, image, imageID: '', ready: false, restartCount: 0, state: state(index) };
    });
  const running = spec.containers.map(run);
  await patch({
    phase: 'Running',
    startTime: startedAt,
    containerStatuses: statuses(() => ({ running: { startedAt } })),
  });
  const codes: readonly number[] = await Promise.all(running);
  const finishedAt = new Date().toISOString();
  const ended = statuses((index) => ({ terminated: { exitCode: codes[index], startedAt, finishedAt } }));
  const phase = codes.every((code) => code === 0) ? 'Succeeded' : 'Failed';
  await patch({ phase, containerStatuses: ended });
}

/** @returns the folder of each volume. */
async function mountVolumes(cluster: Cluster, pod: Resource, folder: string): Promise<ReadonlyMap<string, string>> {
  const { namespace } = pod.metadata;
  const volumes = new Map<string, string>();
  for (const volume of pod.spec.volumes ?? []) {
    const place = join(folder, volume.name);
    await mkdir(place, { recursive: true });
    volumes.set(volume.name, place);
    for (const { secret, configMap } of volume.projected?.sources ?? [volume]) {
      const kind = secret === undefined ? 'configmaps' : 'secrets';
      const name = configMap?.name ?? secret?.name ?? secret?.secretName;
      if (name === undefined) continue; // An empty folder.
      const { status, body } = await cluster.call('GET', `/api/v1/namespaces/${namespace}/${kind}/${name}`);
      if (status !== 200) throw new Error(`${kind}/${name}: ${status}`);
      for (const [file, value] of Object.entries(dataOf(body))) {
        await writeFile(join(place, file), secret === undefined ? value : Buffer.from(value, 'base64'));
      }
    }
  }
  return volumes;
}

/** Of a Secret or a ConfigMap. */
function dataOf(body: unknown): Texts {
  return (body as { readonly data?: Texts }).data ?? {};
}

type Start = Pick<Options, 'programs'> & {
  readonly container: Container;
  readonly volumes: ReadonlyMap<string, string>;
};

async function startContainer(
  cluster: Cluster,
  pod: Resource,
  { container, volumes, programs }: Start,
): Promise<ChildProcess> {
  const image = /([^/:@]+)(?:[:@][^/]*)?$/u.exec(container.image)?.[1] ?? '';
  const here = new Map([['/connector/main.mjs', programs[image] ?? '']]);
  for (const { name, mountPath } of container.volumeMounts ?? []) here.set(mountPath, volumes.get(name) ?? '');
  const paths = new RegExp([...here.keys()].join('|'), 'gu');
  const words = [...(container.command ?? ['node', '/connector/main.mjs']), ...(container.args ?? [])];
  const [file = '', ...args] = words.map((word) => word.replaceAll(paths, (inside) => here.get(inside) ?? inside));
  const home = here.get('/tmp') ?? '/';
  const path = `${dirname(process.execPath)}:${process.env['PATH']}`;
  const env = { PATH: path, HOME: home, TMPDIR: home, ...(await environment(cluster, pod, container)) };
  return spawn(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
}

async function environment(cluster: Cluster, pod: Resource, container: Container): Promise<Record<string, string>> {
  const env: Record<string, string> = {};
  for (const { secretRef } of container.envFrom ?? []) {
    const path = `/api/v1/namespaces/${pod.metadata.namespace}/secrets/${secretRef.name}`;
    const { body } = await cluster.call('GET', path);
    for (const [name, value] of Object.entries(dataOf(body))) env[name] = Buffer.from(value, 'base64').toString();
  }
  for (const { name, value, valueFrom } of container.env ?? []) {
    const [, map = '', key = ''] =
      /^metadata\.(labels|annotations)\['(.*)'\]$/u.exec(valueFrom?.fieldRef.fieldPath ?? '') ?? [];
    env[name] = value ?? pod.metadata[map as 'labels' | 'annotations']?.[key] ?? '';
  }
  return env;
}

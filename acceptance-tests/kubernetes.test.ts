// The manifests of deploy/kubernetes with a real API server, controller manager and scheduler: they are valid and confined, and a Job of
// eight whose processes are killed stores every row once. Run only when it is named, since the first run builds Kubernetes.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';

import { startS3Server } from '../tools/s3-server/server.ts';
import type { Call, S3TestServer } from '../tools/s3-server/types.ts';
import { type Kubelet, startKubelet } from './support/kubelet.ts';
import { kedaDefinitions } from './support/kubernetes-programs.ts';
import { type Cluster, startKubernetes } from './support/kubernetes.ts';
import { ask, executables, type Json, temporaryFolder } from './support/programs.ts';

const shipped = join(import.meta.dirname, '../deploy/kubernetes');
const [bucket, namespace, parts] = ['publisher-data', 'sync', 8];
const [files, rowsOfFile] = [96, 40];
const withinMs = 600_000;
const latest = 'permutive/_manifests/users/latest.json';
const jobLabel = 'batch.kubernetes.io/job-name';
const indexLabel = 'batch.kubernetes.io/job-completion-index';

suite('the manifests for Kubernetes', () => {
  let cluster: Cluster;
  let server: S3TestServer;
  let kubelet: Kubelet;
  before(async () => {
    [cluster, server] = await Promise.all([startKubernetes(), startS3Server()]);
    server.createBucket(bucket);
    // Kubernetes itself refuses a pod that is less confined.
    const labels = {
      'pod-security.kubernetes.io/enforce': 'restricted',
      'pod-security.kubernetes.io/warn': 'restricted',
    };
    const made = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } };
    await cluster.call('POST', '/api/v1/namespaces', made);
    await cluster.kubectl(['apply', '--server-side', '-f', kedaDefinitions]);
    await cluster.kubectl(['wait', '--for=condition=Established', 'crd/scaledobjects.keda.sh', '--timeout=60s']);
    const programs = { 'source-s3': executables.source, 'destination-s3-batch': executables.batch };
    kubelet = await startKubelet(cluster, { folder: await mkdtemp(join(await temporaryFolder(), 'node-')), programs });
  });
  after(async () => {
    await kubelet?.[Symbol.asyncDispose]();
    await cluster?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });

  const strictly = [
    'apply',
    '--dry-run=server',
    '--validate=strict',
    '--warnings-as-errors',
    '-n',
    namespace,
    '-f',
    '-',
  ];
  for (const folder of ['sync', 'feed-kafka', 'feed-kafka-keda']) {
    test(`are accepted by the API server as they are, without a warning: ${folder}`, async () => {
      const text = await cluster.kubectl(['kustomize', join(shipped, folder)]);
      const said = await cluster.kubectl(strictly, text);
      assert.equal(said.match(/ created \(server dry run\)$/gmu)?.length, text.match(/^kind: /gmu)?.length, said);
    });
  }

  const worse: readonly (readonly [what: string, from: RegExp, to: string, said: RegExp])[] = [
    ['a field that does not exist', /backoffLimitPerIndex/u, 'backoffLimitPerPart', /unknown field/u],
    ['a pod that may run as root', /runAsNonRoot: true/u, 'runAsNonRoot: false', /runAsNonRoot/u],
    ['a container that keeps its capabilities', /capabilities:\s+drop:\s+- ALL/u, 'privileged: false', /capabilities/u],
  ];
  for (const [what, from, to, said] of worse) {
    test(`would not be accepted with ${what}`, async () => {
      const text = await cluster.kubectl(['kustomize', join(shipped, 'sync')]);
      assert.match(text, from);
      await assert.rejects(cluster.kubectl(strictly, text.replace(from, to)), said);
    });
  }

  test('publish every row once, whatever is killed, and only complete sets before', async (context) => {
    const old = seedRows(server, 1);
    await applySync(cluster, server);
    await createJob(cluster, 'sync-1');
    assert.equal(await ended(cluster, 'sync-1'), 'Complete', kubelet.log());
    assert.deepEqual(published(server), { run: 'sync-1', rows: old });

    const whole = seedRows(server, 2);
    const kills: string[] = [];
    server.setHooks(killer(kubelet, 'sync-2', kills));
    await createJob(cluster, 'sync-2');
    const seen = new Set<string>();
    const verdict = await ended(cluster, 'sync-2', () => {
      const { run, rows } = published(server);
      assert.deepEqual(rows, run === 'sync-1' ? old : whole);
      seen.add(run);
    });
    assert.equal(verdict, 'Complete', kubelet.log());
    server.setHooks({});
    assert.deepEqual(published(server), { run: 'sync-2', rows: whole });
    assert.ok(seen.has('sync-1'));
    const every = Array.from({ length: parts }, (_, index) => `part ${index}`);
    assert.deepEqual(kills.toSorted(), ['after', 'before', ...every]);
    const { failed = 0, succeeded } = await jobStatus(cluster, 'sync-2');
    assert.ok(failed >= kills.length && succeeded === parts, `${failed} failed, ${succeeded} succeeded`);
    assert.deepEqual(server.objects(bucket, 'permutive/_staging/'), []);
    context.diagnostic(`${whole.length} rows; killed: ${kills.join(', ')}; ${failed} pods failed`);
  });

  test('leave everything as it is when a Job has the name of a published run', async () => {
    const before = server.object(bucket, latest)?.etag;
    await cluster.kubectl(['delete', 'job', 'sync-2', '-n', namespace]);
    await createJob(cluster, 'sync-2');
    assert.equal(await ended(cluster, 'sync-2'), 'Complete', kubelet.log());
    assert.equal(server.object(bucket, latest)?.etag, before);
  });
});

/** New files of the table, which replace those before. @returns the ids of their rows, sorted. */
function seedRows(server: S3TestServer, set: number): readonly number[] {
  const ids: number[] = [];
  for (let file = 0; file < files; file += 1) {
    const own = Array.from({ length: rowsOfFile }, (_, row) => set * 1_000_000 + file * 1000 + row);
    server.seed(bucket, `exports/users/${file}.jsonl`, own.map((id) => `${JSON.stringify({ id })}\n`).join(''));
    ids.push(...own);
  }
  return ids.sort((a, b) => a - b);
}

/** The base with the files of this test, and three pods at a time. */
async function applySync(cluster: Cluster, server: S3TestServer): Promise<void> {
  const place = { bucket, region: 'eu-central-1', endpoint: server.endpoint };
  const access = { credentials: { auth_type: 'default_chain' } };
  const format = { data_format: { format: 'jsonl' }, data_partitioning: { mode: 'partitioned' } };
  const source = { ...place, ...access, ...format, schema_prefixes: ['exports'] };
  const generation = { generation_id: 1, minimum_generation_id: 1, sync_id: 1 };
  const modes = { sync_mode: 'full_refresh', destination_sync_mode: 'overwrite' };
  const keys = { auth_type: 'access_key', access_key_id: 'AKIATEST', secret_access_key: 'secret-canary' };
  const { messages } = await ask('source', 'discover', { config: { ...source, credentials: keys } });
  const found = messages.find(({ type }) => type === 'CATALOG') as unknown as { catalog: { streams: readonly Json[] } };
  const folder = await mkdtemp(join(await temporaryFolder(), 'overlay-'));
  const contents: Json = {
    'source.json': source,
    'destination.json': { ...place, ...access, prefix: 'permutive', output_format: 'json' },
    'catalog.json': { streams: found.catalog.streams.map((stream) => ({ stream, ...modes, ...generation })) },
  };
  for (const [name, value] of Object.entries(contents)) await writeFile(join(folder, name), JSON.stringify(value));
  const login = { literals: ['AWS_ACCESS_KEY_ID=AKIATEST', 'AWS_SECRET_ACCESS_KEY=secret-canary'] };
  const logins = ['s3-sync-source-aws', 's3-sync-destination-aws'].map((name) => ({ name, ...login }));
  const overlay = {
    namespace,
    resources: [relative(folder, join(shipped, 'sync'))],
    secretGenerator: [
      replace('s3-sync-source', 'source.json'),
      replace('s3-sync-destination', 'destination.json'),
      ...logins,
    ],
    configMapGenerator: [replace('s3-sync-catalog', 'catalog.json')],
    patches: [
      {
        target: { kind: 'CronJob' },
        patch: JSON.stringify([{ op: 'replace', path: '/spec/jobTemplate/spec/parallelism', value: 3 }]),
      },
    ],
  };
  await writeFile(join(folder, 'kustomization.yaml'), JSON.stringify(overlay));
  await cluster.kubectl(['apply', '-k', folder, '--validate=strict', '--warnings-as-errors']);
}

function replace(name: string, file: string): object {
  return { name, behavior: 'replace', files: [file] };
}

async function createJob(cluster: Cluster, name: string): Promise<void> {
  await cluster.kubectl(['create', 'job', `--from=cronjob/s3-sync`, name, '-n', namespace]);
}

type JobStatus = {
  readonly failed?: number;
  readonly succeeded?: number;
  readonly conditions?: readonly { readonly type: string; readonly status: string }[];
};

async function jobStatus(cluster: Cluster, name: string): Promise<JobStatus> {
  const { body } = await cluster.call('GET', `/apis/batch/v1/namespaces/${namespace}/jobs/${name}`);
  return (body as { readonly status?: JobStatus }).status ?? {};
}

/** @returns whether the Job is Complete or Failed. */
async function ended(cluster: Cluster, name: string, look: () => void = () => undefined): Promise<string> {
  for (const deadline = Date.now() + withinMs; Date.now() < deadline; await sleep(250)) {
    look();
    const { conditions = [] } = await jobStatus(cluster, name);
    const verdict = conditions.find((one) => one.status === 'True' && ['Complete', 'Failed'].includes(one.type));
    if (verdict !== undefined) return verdict.type;
  }
  return 'not ended';
}

/** What a reader sees who follows latest.json: the run, and the ids, sorted. */
function published(server: S3TestServer): { readonly run: string; readonly rows: readonly number[] } {
  const manifest = JSON.parse(server.object(bucket, latest)?.body.toString() ?? assert.fail('no latest.json'));
  const rows = manifest.files.flatMap(({ key }: { readonly key: string }) => {
    const lines = gunzipSync(server.object(bucket, key)?.body ?? assert.fail(key))
      .toString()
      .trimEnd()
      .split('\n');
    return lines.map((line) => (JSON.parse(line) as { readonly id: number }).id);
  });
  return { run: manifest.run.id, rows: rows.sort((a: number, b: number) => a - b) };
}

type Labels = Readonly<Record<string, string>>;
type What = 'container' | 'program';

/**
 * Each part is killed once: while it reads (its reader, with or without its shell), while it stages, or when it has handed its part in;
 * and whoever commits once before and once after latest.json has changed.
 */
function killer(kubelet: Kubelet, run: string, kills: string[]) {
  const reads = new Map<number, number>();
  const never = new Promise<void>(() => undefined);
  /** A call of a process that is killed here is never answered. */
  const once = async (what: string, labels: Labels, container: string, how: What = 'container'): Promise<void> => {
    if (kills.includes(what) || kubelet.kill({ [jobLabel]: run, ...labels }, container, how) === 0) return;
    kills.push(what);
    await never;
  };
  const part = (index: number, container: string, how?: What): Promise<void> => {
    return once(`part ${index}`, { [indexLabel]: String(index) }, container, how);
  };
  return {
    async onRequest({ operation, key }: Call): Promise<void> {
      if (operation === 'GetObject' && key.startsWith('exports/')) {
        const index = createHash('sha256').update(key).digest().readUInt32BE(0) % parts;
        const count = (reads.get(index) ?? 0) + 1;
        reads.set(index, count);
        if (count >= 3 && index >= 4) await part(index, 'source', index < 6 ? 'container' : 'program');
      }
      const [, staged] = operation === 'PutObject' ? (/\/_staging\/[^/]+\/(\d+)-/u.exec(key) ?? []) : [];
      if (staged !== undefined && Number(staged) < 2) await part(Number(staged), 'destination');
      if (operation === 'PutObject' && key === latest) await once('before', {}, 'destination');
    },
    async onAnswer({ operation, key }: Call): Promise<void> {
      if (operation !== 'PutObject') return;
      const [, handed] = /\/_runs\/[^/]+\/parts\/(\d+)\.json$/u.exec(key) ?? [];
      if (handed === '2' || handed === '3') await part(Number(handed), 'destination');
      if (key === latest) await once('after', {}, 'destination');
    },
  };
}

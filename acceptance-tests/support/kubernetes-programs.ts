// Gets what a control plane of Kubernetes needs: etcd and kubectl, and the rest built from the published Go modules
// (acceptance-tests/kubernetes), once: this takes a quarter of an hour of processor time, then nothing.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { findProgram } from './debian.ts';

const execute = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const sources = join(root, 'acceptance-tests/kubernetes');
const cache = join(root, 'node_modules/.cache/kubernetes');
/** API server, controller manager and scheduler, by its first argument. */
export const controlPlane = join(cache, 'control-plane');
export const kedaDefinitions = join(cache, 'scaledobjects.yaml');
const builtFrom = join(cache, 'built-from.txt');
const version = 'v1.37.2';
const keda = 'github.com/kedacore/keda/v2@v2.21.0';
const oldestKubectl = 27;
const maxOutputLength = 20_000;

/** etcd, kubectl and the built programs. @throws Error saying what to install. */
export async function prepareKubernetes(say: (text: string) => void): Promise<void> {
  const why = 'The Kubernetes suite runs a real control plane:';
  const etcd = `${why} install etcd (apt-get install etcd-server).`;
  await findProgram({ names: ['etcd'], debianPackage: 'etcd-server', remedy: etcd }, say);
  const kubectl = `${why} install kubectl 1.${oldestKubectl} or newer (https://kubernetes.io/docs/tasks/tools/).`;
  const { stdout } = await execute('kubectl', ['version', '--client', '-o', 'json']).catch(() => ({ stdout: '{}' }));
  const found = JSON.parse(stdout) as { readonly clientVersion?: { readonly minor: string } };
  if (!(Number.parseInt(found.clientVersion?.minor ?? '', 10) >= oldestKubectl)) throw new Error(kubectl);
  const stamp = await stampOf();
  if (existsSync(builtFrom) && (await readFile(builtFrom, 'utf8')) === stamp) return;
  const go = `${why} install Go 1.26 or newer (https://go.dev/dl) and let it reach proxy.golang.org.`;
  await execute('go', ['version']).catch(() => {
    throw new Error(go);
  });
  say('Building Kubernetes from its Go modules: a quarter of an hour of processor time, once …');
  await build(go);
  await writeFile(builtFrom, stamp);
}

async function stampOf(): Promise<string> {
  const hash = createHash('sha256').update(`${version} ${keda}`);
  for (const file of ['go.mod', 'go.sum', 'main.go']) hash.update(await readFile(join(sources, file)));
  return hash.digest('hex');
}

async function build(remedy: string): Promise<void> {
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'build-'));
  await cp(sources, folder, { recursive: true });
  const [major, minor] = version.slice(1).split('.');
  const values = { gitVersion: version, gitMajor: major, gitMinor: minor };
  const flags = Object.entries(values).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`);
  const env = { ...process.env, GOFLAGS: '-p=2', CGO_ENABLED: '0' };
  const goBuild = ['go', 'build', '-trimpath', '-ldflags', `-s -w ${flags.join(' ')}`, '-o', 'control-plane', '.'];
  try {
    await execute('nice', ['-n', '10', ...goBuild], { cwd: folder, env, maxBuffer: 64 * 1024 * 1024 });
    const { stdout } = await execute('go', ['mod', 'download', '-json', keda], { cwd: folder, env });
    const { Dir } = JSON.parse(stdout) as { readonly Dir: string };
    await copyFile(join(Dir, 'config/crd/bases/keda.sh_scaledobjects.yaml'), kedaDefinitions);
    await rename(join(folder, 'control-plane'), controlPlane);
  } catch (error) {
    const { stderr = '' } = error as { readonly stderr?: string };
    throw new Error(`${remedy}\n${stderr.slice(-maxOutputLength)}`, { cause: error });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

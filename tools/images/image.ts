// `npm run image [-- <name>…]`: builds the images of the connectors and of `feed-kafka`, tagged s3-connectors/<name>:<version>, for this
// machine's kind of processor, and prints their sizes. Needs a Docker engine.
//
// BASE replaces the base image that tools/images/Dockerfile pins by its digest, and PREFIX the prefix `s3-connectors/` of the tags.
import { execFile } from 'node:child_process';
import { copyFile, cp, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { installConnector } from '../build.ts';
import { type ConnectorName, connectorNames, type ProgramName, programNames, programs } from '../generate.ts';

const execute = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const recipe = join(import.meta.dirname, 'Dockerfile');
export const baseImage = process.env['BASE'] ?? pinnedBase(await readFile(recipe, 'utf8'));

/** The query engine's packages, which a connector for Parquet needs in addition to its bundle. */
const enginePackages = ['node-api', 'node-bindings', `node-bindings-linux-${process.arch}`];

/** The base image. Dependabot updates it in the Dockerfile. */
function pinnedBase(dockerfile: string): string {
  const [, base] = /^ARG BASE=(\S+@sha256:[\da-f]{64})$/mu.exec(dockerfile) ?? [];
  if (base === undefined) throw new Error('tools/images/Dockerfile names no base image by its digest.');
  return base;
}

/** Programs that have an image. */
type ImageName = ConnectorName | ProgramName;
const imageNames: readonly ImageName[] = [...connectorNames, ...programNames];

/** @returns the tag of the image. @throws Error with the engine's output. */
export async function buildImage(name: ImageName): Promise<string> {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { readonly version: string };
  const image = `${process.env['PREFIX'] ?? 's3-connectors/'}${name}`;
  const context = await gather(name);
  try {
    const names = ['--build-arg', `BASE=${baseImage}`, '--build-arg', `NAME=${image}`];
    const how = ['--build-arg', `VERSION=${version}`, '-f', recipe];
    await docker('build', '-t', `${image}:${version}`, ...names, ...how, context);
  } finally {
    await rm(context, { recursive: true, force: true });
  }
  return `${image}:${version}`;
}

/** A folder with the content of the image, readable by everyone. */
async function gather(name: ImageName): Promise<string> {
  const program = programNames.find((one) => one === name);
  const owner = program === undefined ? (name as ConnectorName) : programs[program].owner;
  const dist = join(await installConnector(owner), '..');
  const cache = join(root, 'node_modules/.cache');
  await mkdir(cache, { recursive: true });
  const context = await mkdtemp(join(cache, 'image-'));
  await copyFile(join(dist, `${name}.mjs`), join(context, 'main.mjs'));
  await copyFile(join(dist, `${name}.mjs.map`), join(context, `${name}.mjs.map`)); // The name in the bundle.
  for (const file of ['metrics.mjs', 'metrics.mjs.map']) await copyFile(join(dist, file), join(context, file));
  for (const file of ['LICENSES.txt', 'sbom.cdx.json'])
    await copyFile(join(dist, program === undefined ? file : `${name}.${file}`), join(context, file));
  const { dependencies } = JSON.parse(await readFile(join(root, owner, 'package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  if ('@duckdb/node-api' in dependencies) {
    for (const engine of enginePackages) {
      const folder = join('node_modules/@duckdb', engine);
      await cp(join(root, folder), join(context, folder), { recursive: true, dereference: true });
    }
  }
  await removeSources(context);
  return context;
}

/** A program does not need the type declarations and source maps of packages. */
async function removeSources(context: string): Promise<void> {
  const modules = join(context, 'node_modules');
  const files = await readdir(modules, { recursive: true }).catch(() => []);
  for (const file of files) if (/\.(?:d\.ts|map)$/u.test(file)) await rm(join(modules, file));
}

/** Megabytes. */
export async function imageSize(image: string): Promise<number> {
  return Number(await docker('image', 'inspect', '--format', '{{.Size}}', image)) / 1e6;
}

export async function docker(...args: readonly string[]): Promise<string> {
  // A client without buildx needs an explicit setting for the older builder.
  const env = (await hasBuildx()) ? process.env : { ...process.env, DOCKER_BUILDKIT: '0' };
  const { stdout } = await execute('docker', args, { maxBuffer: 64 * 1024 * 1024, env });
  return stdout.trim();
}

async function hasBuildx(): Promise<boolean> {
  return execute('docker', ['buildx', 'version']).then(
    () => true,
    () => false,
  );
}

/** In one line why no image can be built here, in the engine's own words; undefined if one can. */
export async function imageObstacle(): Promise<string | undefined> {
  try {
    await docker('version', '--format', '{{.Server.Version}}');
    return undefined;
  } catch (error) {
    const { stderr = '', code } = error as { readonly stderr?: string; readonly code?: unknown };
    const said = stderr.trim().split('\n').at(-1) ?? '';
    return code === 'ENOENT' ? 'There is no "docker" on the path.' : said === '' ? String(code) : said;
  }
}

if (import.meta.main) {
  const obstacle = await imageObstacle();
  if (obstacle !== undefined) {
    process.stderr.write(`An image needs a Docker engine. ${obstacle}\n`);
    process.exit(1);
  }
  const asked = process.argv.slice(2);
  for (const name of imageNames.filter((candidate) => asked.length === 0 || asked.includes(candidate))) {
    const image = await buildImage(name);
    const [size, base] = [await imageSize(image), await imageSize(baseImage)];
    process.stdout.write(`${image}: ${size.toFixed(1)} MB, ${(size - base).toFixed(1)} MB above ${baseImage}\n`);
  }
}

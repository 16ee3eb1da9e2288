// The third-party packages in a bundle, by esbuild's input files: the texts of their licences, and a bill of materials. Both
// include the query engine, which is installed with the bundle.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** Licences that allow distribution in an MIT program with their text. */
export const allowedLicenses: ReadonlySet<string> = new Set([
  'MIT',
  'Apache-2.0',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
]);

type Package = { readonly name: string; readonly version: string; readonly license: string };
type BundledPackage = Package & { readonly text: string };

/**
 * The packages of `inputs`, files as in esbuild's metafile, by name.
 * @throws Error that names a package whose licence is not allowed or has no text.
 */
export async function bundledPackages(inputs: readonly string[]): Promise<readonly BundledPackage[]> {
  const folders = new Set(inputs.flatMap((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/u.exec(input)?.[0] ?? []));
  const found = await Promise.all(
    [...folders].sort().map(async (folder) => {
      const { name, version, license } = JSON.parse(
        await readFile(join(root, folder, 'package.json'), 'utf8'),
      ) as Package;
      return { name, version, license, text: await licenseText(join(root, folder)) };
    }),
  );
  // A package may be installed in several places.
  const once = new Map(found.map((one) => [`${one.name} ${one.version}`, one]));
  return [...once.values()].map(({ text, ...one }) => {
    const heading = `${one.name} ${one.version} (${one.license})`;
    if (!allowedLicenses.has(one.license))
      throw new Error(`The licence of ${heading} is not on the list of allowed licences.`);
    // A few packages of a family name their licence without its text.
    const known = text ?? found.find((other) => other.license === one.license && other.text !== undefined)?.text;
    if (known === undefined) throw new Error(`There is no licence text for ${heading}.`);
    return { ...one, text: known.trim() };
  });
}

async function licenseText(folder: string): Promise<string | undefined> {
  const file = (await readdir(folder)).find((name) => /^licen[cs]e/iu.test(name));
  return file === undefined ? undefined : readFile(join(folder, file), 'utf8');
}

export function licenseTexts(packages: readonly BundledPackage[]): string {
  const parts = packages.map(({ name, version, license, text }) => {
    const heading = `${name} ${version} (${license})`;
    return `${heading}\n${'='.repeat(heading.length)}\n\n${text}\n`;
  });
  return parts.join('\n\n');
}

type Locked = {
  readonly version: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
};
type Lock = { readonly packages: Readonly<Record<string, Locked>> };

/** @param external packages that are installed next to the bundle. @returns CycloneDX 1.6, the same for the same content. */
export async function billOfMaterials(
  product: Pick<Package, 'name' | 'version'>,
  bundled: readonly BundledPackage[],
  external: readonly string[],
): Promise<string> {
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as Lock;
  const components = [
    ...bundled.map((one) => component(one, lock, 'bundled')),
    ...[...withDependencies(external, lock)].sort().map((name) => {
      const { version = '', license = '' } = lock.packages[`node_modules/${name}`] ?? {};
      return component({ name, version, license }, lock, 'installed next to it');
    }),
  ];
  const content = {
    metadata: {
      component: {
        type: 'application',
        'bom-ref': purl(product),
        name: product.name,
        version: product.version,
        purl: purl(product),
        licenses: [{ license: { id: 'MIT' } }],
      },
    },
    components,
    dependencies: [{ ref: purl(product), dependsOn: components.map((one) => one['bom-ref']) }],
  };
  const serialNumber = `urn:uuid:${uuidOf(JSON.stringify(content))}`;
  const head = { bomFormat: 'CycloneDX', specVersion: '1.6', serialNumber, version: 1 };
  return `${JSON.stringify({ ...head, ...content }, null, 2)}\n`;
}

function withDependencies(names: readonly string[], lock: Lock, seen = new Set<string>()): Set<string> {
  for (const name of names) {
    const entry = lock.packages[`node_modules/${name}`];
    if (entry === undefined || seen.has(name)) continue;
    seen.add(name);
    withDependencies(Object.keys({ ...entry.dependencies, ...entry.optionalDependencies }), lock, seen);
  }
  return seen;
}

function component({ name, version, license }: Package, lock: Lock, how: string) {
  const locked = Object.entries(lock.packages).find(
    ([path, entry]) => path.endsWith(`node_modules/${name}`) && entry.version === version,
  );
  const [, hash] = /^sha512-(.+)$/u.exec(locked?.[1].integrity ?? '') ?? [];
  return {
    type: 'library',
    'bom-ref': purl({ name, version }),
    name,
    version,
    purl: purl({ name, version }),
    licenses: [{ license: { id: license } }],
    ...(hash === undefined
      ? {}
      : { hashes: [{ alg: 'SHA-512', content: Buffer.from(hash, 'base64').toString('hex') }] }),
    properties: [{ name: 's3-connectors:how', value: how }],
  };
}

function purl({ name, version }: Pick<Package, 'name' | 'version'>): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

/** A name-based UUID (version 8): the same content has the same UUID. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}

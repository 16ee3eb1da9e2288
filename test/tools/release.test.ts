// What a release publishes to npm: packages that need nothing of this repository.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';

import { connectorNames, programNames, programs, singerFaces } from '../../tools/generate.ts';
import { stagePackage } from '../../tools/release/packages.ts';
import { runProgram } from '../support/program.ts';

type Manifest = {
  readonly name: string;
  readonly private?: boolean;
  readonly homepage: string;
  readonly bugs: string;
  readonly keywords: readonly string[];
  readonly repository: { readonly url: string; readonly directory: string };
  readonly bin: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
};

suite('the packages of a release', () => {
  let folder: string;
  before(async () => {
    const cache = join(import.meta.dirname, '../../node_modules/.cache');
    await mkdir(cache, { recursive: true });
    folder = await mkdtemp(join(cache, 'release-'));
  });
  after(() => rm(folder, { recursive: true }));

  for (const name of connectorNames) {
    test(`hold ${name} whole: all programs, README, licences, and no source`, async () => {
      const place = await stagePackage(name, folder);
      const manifest = JSON.parse(await readFile(join(place, 'package.json'), 'utf8')) as Manifest;
      assert.deepEqual([manifest.name, manifest.private], [`@s3-connectors/${name}`, undefined]);
      const repository = 'https://github.com/s3-connectors/s3-connectors';
      assert.deepEqual(
        [manifest.homepage, manifest.bugs, manifest.repository],
        [
          `${repository}/tree/main/${name}#readme`,
          `${repository}/issues`,
          { type: 'git', url: `git+${repository}.git`, directory: name },
        ],
      );
      for (const word of ['airbyte', 's3', name]) assert.ok(manifest.keywords.includes(word), word);
      const others = programNames.filter((program) => programs[program].owner === name);
      assert.deepEqual(Object.keys(manifest.bin).sort(), [name, singerFaces[name].name, ...others].sort());
      for (const needed of Object.keys(manifest.dependencies)) assert.equal(needed, '@duckdb/node-api');
      assert.deepEqual((await readdir(place)).sort(), ['LICENSE', 'README.md', 'dist', 'package.json']);
      assert.ok((await readdir(join(place, 'dist'))).includes('LICENSES.txt'));
      const { stdout, exitCode } = await runProgram(join(place, manifest.bin[name] ?? ''), ['spec']);
      assert.equal(exitCode, 0);
      assert.match(stdout, /^\{"type":"SPEC"/u);
    });
  }
});

// The standard tests of Airbyte's CDK, through a shim that starts our executables, with the files that each package ships.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before } from 'node:test';
import { promisify } from 'node:util';

import { executables, type Json, temporaryFolder } from './support/programs.ts';
import { runnerProgram } from './support/python.ts';
import { runnerTest } from './support/runner-table.ts';
import {
  administratorConfig,
  batchConfig,
  destinationConfig,
  openSetting,
  type Setting,
  sourceConfig,
} from './support/setting.ts';

const root = join(import.meta.dirname, '..');
const suite = join(import.meta.dirname, 'python/cdk_standard_tests.py');
const hooks = 'airbyte_cdk.test.standard_tests.pytest_hooks';

let setting: Setting;
before(async () => {
  setting = await openSetting();
});

/** `idle`: tests that have nothing to do for the config that is to fail, by the sections that acceptance-test-config.yml lists it in. */
const connectors: readonly {
  readonly name: string;
  readonly executable: string;
  readonly config: () => Promise<Json>;
  readonly passed: number;
  readonly idle: number;
}[] = [
  {
    name: 'source-s3',
    executable: executables.source,
    config: async () => sourceConfig(setting),
    passed: 7, // spec, its fit to the config, check good and bad, discover, read, read with a bad catalog.
    idle: 4,
  },
  {
    name: 'destination-s3-streaming',
    executable: executables.destination,
    config: async () => destinationConfig(setting),
    passed: 3,
    idle: 1,
  },
  {
    name: 'destination-s3-batch',
    executable: executables.batch,
    config: async () => batchConfig(await administratorConfig()),
    passed: 3,
    idle: 1,
  },
];

for (const { name, executable, config, passed, idle } of connectors) {
  runnerTest({ runner: 'airbyte-cdk standard tests', connector: name }, `passes ${passed} tests`, async () => {
    const folder = join(await mkdtemp(join(await temporaryFolder(), 'cdk-')), name);
    await mkdir(join(folder, 'secrets'), { recursive: true });
    for (const file of ['acceptance-test-config.yml', 'integration_tests', 'metadata.yaml', 'spec.json']) {
      await cp(join(root, name, file), join(folder, file), { recursive: true });
    }
    await writeFile(join(folder, 'secrets/config.json'), JSON.stringify(await config()));
    // Those with docker in their names build an image of Airbyte's making around a Python connector.
    const args = ['-m', 'pytest', '-q', '-p', 'no:cacheprovider', '-p', hooks, '-rs', '-k', 'not docker', suite];
    const { stdout } = await promisify(execFile)(runnerProgram('airbyte-cdk', 'python'), args, {
      cwd: folder,
      env: { ...process.env, CONNECTOR: executable, PYTHONDONTWRITEBYTECODE: '1' },
    });
    assert.match(stdout, new RegExp(`^${passed} passed, ${idle} skipped, \\d+ deselected`, 'mu'), stdout);
  });
}

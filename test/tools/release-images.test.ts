// tools/release/scan.sh and tools/release/push.sh, with an engine and a registry that a script stands in for: what is pushed is what was
// scanned, or nothing.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, suite, test } from 'node:test';

const root = join(import.meta.dirname, '../..');

/** Its images are files named after them, which hold an id; what is pushed arrives as that id, unless `swapped` says another. */
const engine = `#!/usr/bin/env bash
echo "$*" >>"$STATE/calls"
name() { basename "\${1%%:*}"; }
case "$1 $2" in
  "image inspect")
    case "$4" in
      '{{.Id}}') cat "$STATE/image-$(name "$5")" ;;
      *) for at in "$STATE"/pushed-*; do if [ "$(cat "$at")" = "$5" ]; then echo "registry.test/$(basename "\${at#*pushed-}")@sha256:manifest"; fi; done ;;
    esac ;;
  "save --output") echo "$4" >"$3" ;;
  "run --rm") ! grep -q -F "$(cat "\${4%%:*}/image.tar")" "$STATE/weak" ;;
  "tag "*) echo "$2" >"$STATE/tagged-$(name "\${3#registry.test/}")" ;;
  "push "*) cp "$STATE/tagged-$(name "\${2#registry.test/}")" "$STATE/pushed-$(name "\${2#registry.test/}")" ;;
  "buildx imagetools") echo "{\\"config\\": {\\"digest\\": \\"$(cat "$STATE/swapped" 2>/dev/null || cat "$STATE/pushed-$(name "\${5#registry.test/}" | cut -d@ -f1)")\\"}}" ;;
esac
`;

const names = ['source-s3', 'destination-s3-streaming', 'destination-s3-batch', 'feed-kafka'];

suite('the images of a release', () => {
  let folder: string;
  let state: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 's3-connectors-release-'));
    await mkdir(join(folder, 'tools/release'), { recursive: true });
    await mkdir(join(folder, 'bin'));
    for (const script of ['scan.sh', 'push.sh'])
      await copyFile(join(root, 'tools/release', script), join(folder, 'tools/release', script));
    await copyFile(join(root, 'package.json'), join(folder, 'package.json'));
    await writeFile(join(folder, 'bin/docker'), engine);
    await chmod(join(folder, 'bin/docker'), 0o755);
  });
  after(() => rm(folder, { recursive: true }));
  beforeEach(async () => {
    state = await mkdtemp(join(folder, 'state-'));
    await rm(join(folder, 'tools/release/scanned'), { recursive: true, force: true });
    await writeFile(join(state, 'weak'), '');
    for (const name of names) await writeFile(join(state, `image-${name}`), `sha256:${name}-1\n`);
  });

  /** The exit code and the words on standard error. */
  function run(script: string, ...args: readonly string[]): Promise<{ code: number; stderr: string }> {
    const env = { PATH: `${join(folder, 'bin')}:${process.env['PATH']}`, STATE: state, PREFIX: 'registry.test/' };
    return new Promise((resolve) => {
      execFile(join(folder, 'tools/release', script), args, { env }, (error, _stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stderr });
      });
    });
  }

  const pushed = async (): Promise<readonly string[]> =>
    (await readdir(state)).filter((file) => file.startsWith('pushed-'));

  test('are pushed by the ids that were scanned, and their digests written down', async () => {
    assert.deepEqual(await run('scan.sh'), { code: 0, stderr: '' });
    assert.deepEqual(await run('push.sh', join(state, 'digests')), { code: 0, stderr: '' });
    assert.equal((await pushed()).length, names.length);
    for (const name of names) {
      const [file = ''] = (await readdir(join(state, 'digests'))).filter((entry) => entry.startsWith(name));
      assert.equal(await readFile(join(state, 'digests', file), 'utf8'), `registry.test/${name}@sha256:manifest\n`);
    }
    const calls = await readFile(join(state, 'calls'), 'utf8');
    assert.equal(calls.match(/^run --rm .*--exit-code 1/gmu)?.length, names.length);
  });

  test('do not pass with a weakness in one of them', async () => {
    await writeFile(join(state, 'weak'), 'sha256:destination-s3-batch-1\n');
    assert.equal((await run('scan.sh')).code, 1);
    assert.notEqual((await run('push.sh', join(state, 'digests'))).code, 0);
    assert.ok(!(await pushed()).includes('pushed-destination-s3-batch'));
  });

  test('are not pushed when they were built again after the scan', async () => {
    await run('scan.sh');
    await writeFile(join(state, 'image-source-s3'), 'sha256:source-s3-2\n');
    const { code, stderr } = await run('push.sh', join(state, 'digests'));
    assert.equal(code, 1);
    assert.match(stderr, /source-s3:\S+ is sha256:source-s3-2, but sha256:source-s3-1 was scanned/u);
    assert.deepEqual(await pushed(), []);
  });

  test('fail the release when the registry has another than was scanned', async () => {
    await run('scan.sh');
    await writeFile(join(state, 'swapped'), 'sha256:other');
    const { code, stderr } = await run('push.sh', join(state, 'digests'));
    assert.equal(code, 1);
    assert.match(stderr, /is not sha256:source-s3-1, which was scanned/u);
  });

  test('are not pushed without a scan', async () => {
    assert.notEqual((await run('push.sh', join(state, 'digests'))).code, 0);
    assert.deepEqual(await pushed(), []);
  });
});

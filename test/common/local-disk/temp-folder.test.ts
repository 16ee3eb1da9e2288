import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, mock, suite, test } from 'node:test';

import { diskFailure } from '@s3-connectors/common/local-disk/disk-failure.ts';
import {
  openTempFolder,
  rehearse,
  subfolder,
  type OwnTempFolder,
} from '@s3-connectors/common/local-disk/temp-folder.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import * as fc from 'fast-check';

import { startProgram, type Program } from '../../support/program.ts';

const holder = join(import.meta.dirname, '../../support/programs/hold-temp-folder.ts');
const advice = 'Set TMPDIR.';
let parent: string;
let said: string[];
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 's3-connectors-parent-'));
  said = [];
});
afterEach(() => rm(parent, { recursive: true }));

function open(place = parent): Promise<OwnTempFolder> {
  return openTempFolder({ parent: place, advice }, (level, message) => void said.push(`${level} ${message}`));
}

/** Another process with a folder below `parent`. */
async function hold(): Promise<Program & { readonly folder: string }> {
  const program = startProgram(holder, [parent]);
  const folder = await new Promise<string>((resolve) => {
    program.child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString()));
  });
  return { ...program, folder };
}

suite('a temporary folder', () => {
  test('is accessible only to its user, and removed after its use', async () => {
    {
      await using folder = await open();
      assert.equal((await stat(folder.path)).mode & 0o777, 0o700);
      await writeFile(join((await subfolder(folder, 'stream')).path, 'file'), 'x');
      await rehearse(folder);
    }
    assert.deepEqual([await readdir(parent), said], [[], []]);
  });

  test('is never removed while its process lives', async () => {
    await using other = await hold();
    for (let run = 0; run < 3; run += 1) {
      await using _ = await open();
    }
    await using first = await open();
    await using second = await open();
    const names = [other.folder, first.path, second.path].map((path) => path.slice(parent.length + 1));
    assert.deepEqual((await readdir(parent)).sort(), names.sort());
    other.child.stdin.end();
    assert.deepEqual(await other.exited, { exitCode: 0, signal: null });
    assert.equal((await readdir(parent)).length, 2);
  });

  test('that a killed process left is removed by the next run', async () => {
    const others = [await hold(), await hold()];
    for (const other of others) {
      await mkdir(join(other.folder, 'deep', 'deeper'), { recursive: true });
      await writeFile(join(other.folder, 'deep', 'deeper', 'rows'), 'x');
      other.child.kill('SIGKILL');
      await other.exited;
    }
    assert.equal((await readdir(parent)).length, 2);
    await using folder = await open();
    assert.deepEqual(await readdir(parent), [folder.path.slice(parent.length + 1)]);
    assert.deepEqual(said, ['INFO Removed 2 temporary folders of killed runs.']);
  });

  test('does not remove other things with a similar name', async () => {
    const elsewhere = join(parent, 'home');
    await mkdir(elsewhere);
    for (const name of ['precious', 'owner']) await writeFile(join(elsewhere, name), 'x');
    await symlink(elsewhere, join(parent, 's3-connectors-tmp-link00'));
    await writeFile(join(parent, 's3-connectors-tmp-file00'), 'x');
    await mkdir(join(parent, 's3-connectors-tmp-noown0'));
    await mkdir(join(parent, 's3-connectors-tmp-lnkown'));
    await symlink(join(elsewhere, 'owner'), join(parent, 's3-connectors-tmp-lnkown', 'owner'));
    await mkdir(join(parent, 's3-connectors-new-fresh0'));
    await mkdir(join(parent, 'mine'));
    const before = await readdir(parent, { recursive: true });
    {
      await using _ = await open();
    }
    assert.deepEqual((await readdir(parent, { recursive: true })).sort(), before.sort());
    assert.deepEqual((await readdir(elsewhere)).sort(), ['owner', 'precious']);
  });

  test('that was left before it was locked is removed an hour later', async () => {
    const path = join(parent, 's3-connectors-new-abcdef');
    await mkdir(path);
    await utimes(path, 0, Date.now() / 1000 - 3601);
    await using _ = await open();
    assert.ok(!(await readdir(parent)).includes('s3-connectors-new-abcdef'));
  });

  test('that another process is making stays, whatever the clock of this process', async () => {
    await mkdir(join(parent, 's3-connectors-new-fresh0'));
    const tomorrow = Date.now() + 24 * 60 * 60 * 1000;
    mock.method(Date, 'now', () => tomorrow);
    try {
      await using _ = await open();
    } finally {
      mock.restoreAll();
    }
    assert.deepEqual(await readdir(parent), ['s3-connectors-new-fresh0']);
  });

  test('does not fail the run if it cannot be removed at the end', async () => {
    const folder = await open();
    await rm(folder.path, { recursive: true });
    await folder[Symbol.asyncDispose]();
    assert.deepEqual(said, []);
  });
});

async function aFile(): Promise<string> {
  await writeFile(join(parent, 'file'), '');
  return join(parent, 'file');
}

async function aLink(to: string): Promise<string> {
  await symlink(to, join(parent, 'link'));
  return join(parent, 'link');
}

async function aFolder(name: string): Promise<string> {
  await mkdir(join(parent, name));
  return join(parent, name);
}

suite('a folder for temporary files that cannot be used', () => {
  /** Nothing helps but another folder, unless a remedy is there. */
  const create = 'Create it, and make sure that nothing removes it during a run, or ';
  type Case = readonly [what: string, path: () => Promise<string>, why: RegExp, remedy?: string];
  const cases: readonly Case[] = [
    [
      'is missing',
      () => Promise.resolve(join(parent, 'none')),
      /does not exist.*\(ENOENT\), its free space is unknown/u,
      create,
    ],
    ['is a file', () => aFile(), /not a folder \(ENOTDIR\)/u],
    ['is below a file', async () => join(await aFile(), 'below'), /not a folder \(ENOTDIR\)/u],
    ['is a link to nothing', () => aLink(join(parent, 'none')), /does not exist/u, create],
    ['is a link to itself', () => aLink(join(parent, 'link')), /form a loop \(ELOOP\)/u],
    ['has a name that is too long', () => Promise.resolve(join(parent, 'x'.repeat(300))), /too long \(ENAMETOOLONG\)/u],
    ['is taken for a pattern', () => aFolder('st*r'), /as a pattern/u],
  ];
  for (const [what, path, why, remedy] of cases) {
    test(`is named with the reason and the remedy when it ${what}`, async () => {
      const place = await path();
      await assert.rejects(open(place), (error: unknown) => {
        assert.ok(error instanceof ConnectorError && error.code === 'TEMP_FOLDER_UNUSABLE', String(error));
        const end = remedy === undefined ? advice : remedy + advice.replace('S', 's');
        assert.ok(error.message.includes(`"${place}"`) && error.message.endsWith(`. ${end}`), error.message);
        assert.doesNotMatch(error.message, /Free some space/u);
        assert.match(error.message, why);
        return true;
      });
    });
  }

  test('is named with its free space when it vanishes during the run', async () => {
    await using folder = await open();
    await rm(folder.path, { recursive: true });
    await assert.rejects(rehearse(folder), {
      code: 'TEMP_FOLDER_UNUSABLE',
      message: /was removed \(ENOENT\), [\d.]+ [MG]B of [\d.]+ [MG]B are free\. Create it, .*, or set TMPDIR\.$/u,
    });
    await assert.rejects(subfolder(folder, 'stream'), { code: 'TEMP_FOLDER_UNUSABLE' });
  });
});

test('a folder of any name is used, or refused with the one error', async () => {
  let used = 0;
  const part = fc
    .string({ unit: 'binary', minLength: 1, maxLength: 60 })
    .filter((name) => !/^\.{1,2}$|[/\0]/u.test(name));
  await fc.assert(
    fc.asyncProperty(part, async (name) => {
      const place = join(parent, name);
      try {
        await mkdir(place);
      } catch {
        return; // This file system has no such names.
      }
      try {
        await using folder = await open(place);
        await rehearse(folder);
        used += 1;
      } catch (error) {
        assert.ok(error instanceof ConnectorError && error.code === 'TEMP_FOLDER_UNUSABLE', String(error));
      }
      await rm(place, { recursive: true });
    }),
    { numRuns: 300, seed: 14, endOnFailure: true },
  );
  assert.ok(used > 200, `${used} were used`);
});

suite('a failure of the disk', () => {
  test('has a remedy by its cause', () => {
    const remedies: Readonly<Record<string, RegExp | undefined>> = {
      ENOSPC: /^Free some space$/u,
      EDQUOT: /^Free some space$/u,
      EFBIG: /ulimit -f/u,
      EROFS: /^Make it writable$/u,
      ENOENT: /^Create it/u,
      EACCES: /^Allow this user/u,
      EPERM: /^Allow this user/u,
      ENOTDIR: undefined,
      EIO: undefined,
    };
    for (const [code, expected] of Object.entries(remedies)) {
      const { remedy } = diskFailure(Object.assign(new Error(code), { code, syscall: 'open' })) ?? {};
      if (expected === undefined) assert.equal(remedy, undefined, code);
      else assert.match(remedy ?? '', expected, code);
    }
  });

  test('is recognised in the engine’s texts', () => {
    const texts: readonly (readonly [string, RegExp | undefined])[] = [
      ['IO Error: Could not write file "/tmp/a": No space left on device', /no space is left \(ENOSPC\)/u],
      ['IO Error: Cannot open file "/tmp/a": Permission denied', /EACCES/u],
      ['IO Error: Cannot open file "/tmp/a": Read-only file system', /EROFS/u],
      ['IO Error: Failed to create directory "/proc/none": No such file or directory', /ENOENT/u],
      ['IO Error: No files found that match the pattern "/tmp/a"', /ENOENT/u],
      [
        'Out of Memory Error: failed to offload data block of size 256.0 KiB (0 bytes/0 bytes used).',
        /engine \(ENOSPC\)/u,
      ],
      ["mkfifo: cannot create fifo '/tmp/lines.fifo': No space left on device", /ENOSPC/u],
      ['Out of Memory Error: could not allocate block of size 256.0 KiB (40.0 MiB/40.0 MiB used)', undefined],
      ['Conversion Error: Could not convert string "No space left on device" to INT32', undefined],
      ['Invalid Input Error: a row says: IO Error: No space left on device', undefined],
      ['IO Error: Could not read enough bytes', undefined],
    ];
    for (const [message, why] of texts) {
      const found = diskFailure(new Error(`${message}\nNo space left on device`));
      if (why === undefined) assert.equal(found, undefined, message);
      else assert.match(found?.why ?? '', why, message);
    }
  });

  test('is not one of the network, of a program that is missing, or of a defect', () => {
    const others = [
      Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' }),
      Object.assign(new Error('spawn mkfifo ENOENT'), { code: 'ENOENT', syscall: 'spawn mkfifo' }),
      new TypeError('x is not a function'),
      'thrown text',
    ];
    for (const other of others) assert.equal(diskFailure(other), undefined);
  });
});

test('the owner of a folder that is no longer accessible does not block others', async () => {
  await using other = await hold();
  await chmod(other.folder, 0);
  {
    await using _ = await open();
  }
  await chmod(other.folder, 0o700);
  assert.deepEqual(await readdir(other.folder), ['owner']);
});

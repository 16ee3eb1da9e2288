// The site is built from the Markdown with the exact packages of its lock file. A dead link fails the build.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, suite, test } from 'node:test';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const root = join(import.meta.dirname, '..');
const site = join(root, 'tools/site');
const built = join(site, '.vitepress/dist');

suite('the site', () => {
  before(async () => {
    await execute('npm', ['ci', '--no-audit', '--no-fund'], { cwd: site });
    await execute('npm', ['run', 'build'], { cwd: site });
  });

  test('has a page for each page of docs and each README of a connector', () => {
    const paths = globSync(['README.md', '{source,destination}-s3*/README.md', 'docs/**/*.md'], { cwd: root });
    assert.ok(paths.length > 50, String(paths.length));
    for (const path of paths) {
      assert.ok(existsSync(join(built, path.replace(/README\.md$/u, 'index.md').replace(/\.md$/u, '.html'))), path);
    }
  });

  test('loads nothing from another server', async () => {
    for (const path of globSync('**/*.html', { cwd: built })) {
      const page = await readFile(join(built, path), 'utf8');
      assert.doesNotMatch(
        page,
        /<(?:script|link|img|source|iframe)\b[^>]*\b(?:src|href|srcset)="(?:https?:)?\/\//u,
        path,
      );
    }
  });
});

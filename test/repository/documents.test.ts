import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { suite, test } from 'node:test';

import { generatedFiles } from '../../tools/generate.ts';

const root = join(import.meta.dirname, '../..');

function textOf(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

const { scripts } = JSON.parse(textOf('package.json')) as { readonly scripts: Readonly<Record<string, string>> };

suite('generated files', () => {
  test('are what the code makes them: npm run build writes them', async () => {
    for (const [path, text] of await generatedFiles()) assert.equal(textOf(path), text, path);
  });

  test('let a browser run the script and the style of the setup page, by their hashes', () => {
    const page = textOf('docs/setup/index.html');
    const [, policy = ''] = /http-equiv="Content-Security-Policy" content="([^"]*)"/u.exec(page) ?? [];
    for (const [, text = ''] of page.matchAll(/<(?:script|style)>(.*?)<\/(?:script|style)>/gsu)) {
      assert.ok(policy.includes(`'sha256-${createHash('sha256').update(text).digest('base64')}'`), text.slice(0, 80));
    }
  });
});

/** The anchors that GitHub makes of the headings of a page. */
function anchorsOf(markdown: string): ReadonlySet<string> {
  const headings = markdown.replaceAll(/^```.*?^```$/gmsu, '').matchAll(/^#+ (.*)$/gmu);
  const slugs = Array.from(headings, ([, heading = '']) =>
    heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/gu, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M}\p{Pc} -]/gu, '')
      .replaceAll(' ', '-'),
  );
  return new Set(slugs);
}

suite('the documents', () => {
  test('name every script in the README', () => {
    const readme = textOf('README.md');
    for (const name of Object.keys(scripts)) {
      assert.match(readme, new RegExp(`npm (?:run )?${name}\\b`, 'u'), name);
    }
  });

  test('name no script that does not exist', () => {
    for (const path of ['README.md', 'CONTRIBUTING.md']) {
      const named = textOf(path).matchAll(/npm run ([\w-]+)/gu);
      for (const [, name = ''] of named) assert.ok(name in scripts, `${path}: npm run ${name}`);
    }
  });

  test('link to files and headings that exist', () => {
    for (const path of globSync(['*.md', '*/*.md', 'docs/**/*.md', '.github/**/*.md'], { cwd: root })) {
      for (const [, link = ''] of textOf(path).matchAll(/\]\(([^)\s]+)[^)]*\)/gu)) {
        if (/^[a-z]+:/u.test(link)) continue;
        const [file = '', heading] = link.split('#');
        const target = file === '' ? path : join(dirname(path), file);
        assert.ok(existsSync(join(root, target)), `${path}: ${link}`);
        if (heading !== undefined) assert.ok(anchorsOf(textOf(target)).has(heading), `${path}: ${link}`);
      }
    }
  });

  test('name only files and folders of the code that exist', () => {
    const names = new Set(
      globSync('{common,source-s3,destination-s3-*,tools,test,acceptance-tests}/**/*.ts', { cwd: root }).map((path) =>
        basename(path),
      ),
    );
    for (const path of globSync(['*.md', 'docs/**/*.md'], { cwd: root })) {
      for (const [, named = ''] of textOf(path).matchAll(/`((?:[\w-]+\/)*(?:[\w-]+\.ts|[\w-]+\/src\/[\w/-]*))`/gu)) {
        if (named.includes('/src/')) assert.ok(existsSync(join(root, named)), `${path}: ${named}`);
        else assert.ok(names.has(basename(named)), `${path}: ${named}`);
      }
    }
  });

  test('name each page of docs in the index', () => {
    const index = textOf('docs/README.md');
    for (const path of globSync(['docs/*.md', 'docs/{tutorial,how-to,reference,explanation}/*.md'], { cwd: root })) {
      const name = path.slice('docs/'.length);
      if (name !== 'README.md') assert.ok(index.includes(`](${name})`), name);
    }
  });

  test('begin the title of each how-to page with a verb', () => {
    for (const path of globSync('docs/how-to/*.md', { cwd: root })) {
      assert.match(textOf(path), /^# (?:Add|Choose|Feed|Grant|Monitor|Query|Read|Scale|See|Use) /u, path);
    }
  });

  test('number the decision records without gaps, each with its title, status and date', () => {
    const records = globSync('docs/adr/*.md', { cwd: root }).sort();
    for (const [index, path] of records.entries()) {
      const number = String(index + 1).padStart(4, '0');
      assert.match(path, new RegExp(`/${number}-[a-z\\d-]+\\.md$`, 'u'));
      assert.match(
        textOf(path),
        new RegExp(
          `^# ${number} \\S.*\\n\\nStatus: (?:accepted|replaced by \\d{4})\\. Date: \\d{4}-\\d{2}-\\d{2}\\.\\n`,
          'u',
        ),
        path,
      );
    }
  });
});

suite('the comparison with peers', () => {
  const text = textOf('docs/explanation/comparison.md');
  const links = new Map(
    Array.from(text.matchAll(/^\[([\w-]+)\]: (\S+)$/gmu), ([, name = '', url = '']) => [name, url]),
  );
  const owners: readonly (readonly [name: string, documents: RegExp])[] = [
    ['Vector', /^https:\/\/(?:vector\.dev|github\.com\/vectordotdev)\//u],
    ['Kafka Connect', /^https:\/\/(?:docs\.confluent\.io|github\.com\/confluentinc)\//u],
    ['Airbyte', /^https:\/\/(?:docs\.airbyte\.com|github\.com\/airbytehq)\//u],
    ['Fivetran', /^https:\/\/fivetran\.com\/docs\//u],
    ['dlt', /^https:\/\/(?:dlthub\.com\/docs|github\.com\/dlt-hub)\//u],
  ];

  for (const section of ['Reading tables from S3', 'Writing to S3', 'Security']) {
    const [, body = ''] = new RegExp(`^## ${section}\\n(.*?)(?:^## |^\\[)`, 'msu').exec(text) ?? [];
    const [head = [], , ...rows] = (body.match(/^\|.*\|$/gmu) ?? []).map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

    test(`has only full rows in the table "${section}"`, () => {
      assert.ok(head.length >= 5 && rows.length >= 11, `${head.length} columns, ${rows.length} rows`);
      for (const cells of rows) {
        assert.ok(cells.length === head.length && cells.every((cell) => cell !== ''), cells[0]);
      }
    });

    test(`proves every claim about a peer in the table "${section}" by a link to the peer's own pages`, () => {
      const documents = head.slice(2).map((peer) => owners.find(([name]) => peer.includes(name))?.[1] ?? /$^/u);
      for (const [feature = '', , ...peers] of rows) {
        for (const [index, cell] of peers.entries()) {
          const named = Array.from(cell.matchAll(/\]\[([\w-]+)\]/gu), ([, name = '']) => links.get(name) ?? '');
          if (cell !== 'Not described' && feature !== 'Speed and memory') {
            assert.ok(named.length > 0, `${feature}: ${cell}`);
          }
          for (const url of named) assert.match(url, documents[index] ?? /$^/u, `${feature}: ${cell}`);
        }
      }
    });
  }
});

suite('continuous integration', () => {
  test('runs .ci/run and nothing else', () => {
    const commands = Array.from(
      textOf('.github/workflows/ci.yml').matchAll(/^\s*(?:- )?run: (.*)$/gmu),
      ([, run]) => run,
    );
    assert.deepEqual(commands, ['.ci/run']);
  });

  test('runs what check runs, and the demo and the acceptance tests', () => {
    const steps = Array.from(textOf('.ci/run').matchAll(/^step (.*)$/gmu), ([, step]) => step);
    const check = scripts['check']?.split(' && ') ?? [];
    const [install, quick, long, ...others] = steps;
    assert.deepEqual([install, quick, long], ['npm ci', 'npm test', 'npm test -- --long']);
    const wanted = new Set([...check, 'npm run acceptance', 'npm run demo']);
    wanted.delete('npm test');
    assert.deepEqual(new Set(others), wanted);
    assert.ok(statSync(join(root, '.ci/run')).mode & 0o100);
  });

  test('starts every script after the check of the Node version', () => {
    for (const [name, command] of Object.entries(scripts)) {
      if (command.startsWith('node')) assert.match(command, /^node -r \.\/tools\/node-version\.cjs \S+\.ts$/u, name);
    }
  });
});

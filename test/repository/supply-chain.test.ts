// Whatever is fetched to build, test or publish is named by its hash, and no job may do more than it needs.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';

const root = join(import.meta.dirname, '../..');
const workflows = readdirSync(join(root, '.github/workflows'));
const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');

type Job = { readonly workflow: string; readonly name: string; readonly text: string };

/** A workflow's jobs by their indentation, which actionlint holds to. */
const jobs: readonly Job[] = workflows.flatMap((workflow) => {
  const [, text = ''] = textOf(`.github/workflows/${workflow}`).split(/^jobs:$/mu);
  return text
    .split(/^ {2}(?=[\w-]+:$)/mu)
    .slice(1)
    .map((job) => ({ workflow, name: job.slice(0, job.indexOf(':')), text: job }));
});

suite('the workflows', () => {
  test('name every action by its commit, with the version in a comment', () => {
    let seen = 0;
    for (const workflow of workflows) {
      for (const [line] of textOf(`.github/workflows/${workflow}`).matchAll(/^\s*(?:- )?uses:.*$/gmu)) {
        assert.match(line, /uses: [\w-]+\/[\w-]+@[\da-f]{40} # v\d+\.\d+\.\d+\b/u, `${workflow}: ${line}`);
        seen += 1;
      }
    }
    assert.ok(seen > 10);
  });

  test('name one commit for each action', () => {
    const pins = workflows.flatMap((workflow) =>
      Array.from(textOf(`.github/workflows/${workflow}`).matchAll(/uses: (\S+)@(\S+)/gu), ([, action, commit]) => [
        action,
        commit,
      ]),
    );
    const byAction = Map.groupBy(pins, ([action]) => action);
    for (const [action, uses] of byAction) assert.equal(new Set(uses.map(([, commit]) => commit)).size, 1, action);
  });

  test('give no permission to a whole workflow, and each job its own', () => {
    for (const workflow of workflows)
      assert.match(textOf(`.github/workflows/${workflow}`), /^permissions: \{\}$/mu, workflow);
    for (const { workflow, name, text } of jobs) assert.match(text, /^ {4}permissions:$/mu, `${workflow}: ${name}`);
  });

  test('let only jobs sign or publish that run no code of the repository', () => {
    const mighty = jobs.filter(({ text }) => /id-token: write|contents: write/u.test(text));
    assert.deepEqual(
      mighty.map(({ workflow, name }) => `${workflow} ${name}`),
      ['release.yml manifests', 'release.yml npm', 'release.yml files'],
    );
    for (const { name, text } of mighty)
      assert.doesNotMatch(text, /actions\/checkout|npm (?:ci|run|install|exec)/u, name);
  });

  test('keep no credentials in a checkout, and know no secret but the job’s own', () => {
    for (const { workflow, name, text } of jobs) {
      const checkouts = text.match(/actions\/checkout@/gu)?.length ?? 0;
      assert.equal(text.match(/persist-credentials: false/gu)?.length ?? 0, checkouts, `${workflow}: ${name}`);
      for (const [secret] of text.matchAll(/secrets\.\w+/gu)) assert.equal(secret, 'secrets.GITHUB_TOKEN');
      assert.doesNotMatch(text, /run:.*\$\{\{/u, `${workflow}: ${name}`); // What an event says would be run.
    }
  });

  test('publish to npm with provenance and without a token, and sign images by their digests', () => {
    const text = textOf('.github/workflows/release.yml');
    assert.match(text, /npm publish --provenance/u);
    assert.doesNotMatch(text, /NODE_AUTH_TOKEN|NPM_TOKEN/u);
    assert.match(text, /cosign sign --yes --recursive "\$image@\$digest"/u);
    assert.match(text, /cosign attest --yes --type cyclonedx .* "\$image@\$digest"/u);
  });
});

suite('what is fetched', () => {
  test('are images by their digests', () => {
    const files = [
      'tools/images/Dockerfile',
      'tools/release/scan.sh',
      ...workflows.map((name) => `.github/workflows/${name}`),
    ];
    for (const file of files) {
      const images = textOf(file).matchAll(/(?:^ARG BASE=|^scanner=|^FROM |docker:\/\/)(?!\$)(\S+)/gmu);
      for (const [, image = ''] of images) assert.match(image, /@sha256:[\da-f]{64}$/u, `${file}: ${image}`);
    }
    assert.match(textOf('tools/images/Dockerfile'), /^ARG BASE=node:24\.\d+\.\d+-bookworm-slim@sha256:/mu);
    assert.match(textOf('tools/release/scan.sh'), /^scanner=aquasec\/trivy:\S+@sha256:/mu);
  });

  const folder = 'acceptance-tests/python';
  const pins = [
    'requirements.txt',
    'data.txt',
    ...readdirSync(join(root, folder, 'runners')).map((name) => `runners/${name}`),
  ];
  for (const file of pins) {
    test(`are the packages of ${file} by version and hash`, () => {
      const text = textOf(`${folder}/${file}`).replaceAll(/\\\n/gu, '');
      const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
      assert.ok(lines.length > 5);
      for (const line of lines)
        assert.match(line, /^[\w.-]+(?:\[[\w,-]+\])?==\S+(?: ;.*?)?(?:\s+--hash=sha256:[\da-f]{64})+$/u);
    });
  }

  test('are the npm packages of the acceptance tests by their lock file', () => {
    const text = textOf('acceptance-tests/npm/package-lock.json');
    const { packages } = JSON.parse(text) as {
      readonly packages: Readonly<Record<string, { readonly integrity?: string }>>;
    };
    const entries = Object.entries(packages).filter(([path]) => path !== '');
    assert.ok(entries.length >= 2);
    for (const [path, { integrity }] of entries) assert.match(integrity ?? '', /^sha512-/u, path);
  });

  test('are the Python packages that people wrote down, at the versions they wrote down', () => {
    const locked = textOf(`${folder}/requirements.txt`);
    const written = textOf(`${folder}/requirements.in`).match(/^[\w.-]+==\S+/gmu) ?? [];
    assert.ok(written.length > 10);
    for (const pin of written) {
      const [name = '', version = ''] = pin.split('==');
      assert.ok(locked.includes(`\n${name.toLowerCase().replaceAll(/[._]/gu, '-')}==${version} `), pin);
    }
  });
});

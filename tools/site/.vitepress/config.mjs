// A static site of the repository's Markdown as it is: the READMEs, CHANGELOG, CONTRIBUTING, SECURITY and docs/.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { defineConfig } from 'vitepress';

const root = join(import.meta.dirname, '../../..');
const repository = 'https://github.com/s3-connectors/s3-connectors';
const packages = ['source-s3', 'destination-s3-streaming', 'destination-s3-batch'];

/** A link to a page, named by the page's first line. */
function link(path) {
  const [, text = path] = /^# (.*)$/m.exec(readFileSync(join(root, path), 'utf8')) ?? [];
  return { text, link: `/${path.replace(/(?:README)?\.md$/, '')}` };
}

function section(text, folder) {
  const items = globSync(`docs/${folder}*.md`, { cwd: root }).sort().map(link);
  return { text, items, collapsed: folder === 'adr/' };
}

export default defineConfig({
  title: 'S3 connectors',
  description: 'Move first-party data in and out of Amazon S3.',
  srcDir: root,
  srcExclude: ['**/node_modules/**', '{test,acceptance-tests,tools,common,meltano,.*}/**'],
  outDir: join(import.meta.dirname, 'dist'),
  cacheDir: join(import.meta.dirname, 'cache'),
  rewrites: (path) => path.replace(/README\.md$/, 'index.md'),
  cleanUrls: true,
  // Folders of the repository, and a page that is no Markdown. All other links are held by the build, and by test/repository.
  ignoreDeadLinks: [/\/(?:adr|setup|meltano)\/index$/, /\/(?:examples|deploy)\//],
  // The pages are outside of this package; what they import is in it.
  vite: { resolve: { alias: { vue: join(import.meta.dirname, '../node_modules/vue') } } },
  themeConfig: {
    search: { provider: 'local' },
    socialLinks: [{ icon: 'github', link: repository }],
    sidebar: [
      { text: 'Start', items: [link('README.md')] },
      section('Tutorials', 'tutorial/'),
      { text: 'Connectors', items: packages.map((name) => link(`${name}/README.md`)) },
      section('How to', 'how-to/'),
      section('Reference', 'reference/'),
      section('Explanation', 'explanation/'),
      section('Decisions', 'adr/'),
      section('More', ''),
    ],
  },
});

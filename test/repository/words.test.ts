// Plain English in all pages, also in generated ones, in the settings, and in comments and texts of the code: they contain no word of the
// glossary. In pages, code blocks, inline code and addresses are not prose.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import { glossaryFindings } from '../support/models/glossary.ts';

const root = join(import.meta.dirname, '../..');
const folders = [
  '*.md',
  '{docs,test,tools,meltano,acceptance-tests,common,examples,deploy,.github}/**/*.{md,yml,yaml,sh,py}',
  '{source,destination}-*/*.md',
  '{source,destination}-*/spec.json',
  'meltano/*.yml',
  'docs/monitoring/*',
  'tools/setup-page/page.{html,ts}',
];

/** With as many lines as the page, so that a finding has its line. */
function proseOf(page: string): string {
  const blank = (text: string): string => text.replaceAll(/[^\n]/gu, ' ');
  return page
    .replaceAll(/^ *(`{3,})[^\n]*\n[\s\S]*?^ *\1$/gmu, blank)
    .replaceAll(/(`+)[^`]+?\1/gu, blank)
    .replaceAll(/\]\([^)\s]*\)|^\[[\w-]+\]: \S+|https?:\/\/\S+/gmu, blank);
}

/** A phrase may continue on the next line: a line break counts as a space. */
function findings(path: string, page: string): readonly string[] {
  const prose = proseOf(page);
  const text = prose.replaceAll(/\n *(?:[-*] )?/gu, (gap) => ' '.repeat(gap.length));
  return glossaryFindings(text).map(({ found, index, instead }) => {
    const line = prose.slice(0, index).split('\n').length;
    return `${path}:${line}: "${found}": write ${instead}`;
  });
}

/** These quote the glossary, or policies with mistakes. */
const quoting = /\/(?:words\.test|user-texts\.test|glossary|broken-policies)\.ts$/u;

/** A comment may continue on the next line. */
function codeFindings(path: string): readonly string[] {
  const text = readFileSync(join(root, path), 'utf8').replaceAll(/\n\s*(?:\/\/|\*) /gu, (gap) =>
    gap.replaceAll(/[/*]/gu, ' '),
  );
  return findings(path, text.replaceAll('`', ' '));
}

suite('plain English', () => {
  const pages = globSync(folders, { cwd: root, exclude: ['**/node_modules/**'] });

  test('is all that the pages have: they contain no word of the glossary', () => {
    assert.ok(pages.length > 60, String(pages.length));
    const found = pages.sort().flatMap((path) => findings(path, readFileSync(join(root, path), 'utf8')));
    assert.deepEqual(found, [], `\n${found.join('\n')}`);
  });

  test('is all that comments and texts of the code have: they contain no word of the glossary', () => {
    const all = globSync(['*/src/**/*.ts', '{test,acceptance-tests,tools}/**/*.ts'], {
      cwd: root,
      exclude: ['**/node_modules/**'],
    });
    const found = all.filter((path) => !quoting.test(path)).flatMap((path) => codeFindings(path));
    assert.ok(all.length > 1000, String(all.length));
    assert.deepEqual(found, [], `\n${found.join('\n')}`);
  });

  test('is judged on prose alone, over line breaks, with the line and the replacement', () => {
    const page = 'A file is passed\nover here.\n\n```sh\nmend\n```\n\n`anew` [a](mend.md), 11 files, 1 files.\n';
    assert.deepEqual(findings('a.md', page), [
      'a.md:1: "passed over": write skipped, ignored',
      'a.md:8: "1 files": write the singular',
    ]);
  });
});

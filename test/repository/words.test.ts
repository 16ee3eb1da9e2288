// Plain English in all Markdown that people write: words that were hard to read once do not come back. Code blocks, inline code and
// addresses are not prose; generated pages and tables get their words from the code.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';

const root = join(import.meta.dirname, '../..');
const generated: ReadonlySet<string> = new Set([
  'docs/benchmarks.md',
  'docs/reference/errors.md',
  'docs/reference/formats.md',
]);
const folders = ['*.md', '{docs,test,tools,meltano,acceptance-tests,common}/**/*.md', '{source,destination}-*/*.md'];

/** Each pattern, and what to write instead. */
const glossary: readonly (readonly [RegExp, string])[] = [
  [/\bmend(?:s|ed|ing)?\b/iu, 'fix, remedy'],
  [/\b(?:lies?|lay) (?:above|at|below|beside|between|in|on|outside|there)\b/iu, 'is, is stored'],
  [/\bstands? (?:above|around|at|behind|below|beside|between|in|on|there)\b/iu, 'is'],
  [/\b(?:is|are|was|were) told\b/iu, 'reports, logs, returns'],
  [/\bpass(?:es|ed)? over\b/iu, 'skip, ignore'],
  [/\bleft out\b/iu, 'omitted, skipped'],
  [/\b(?:takes?|taken|took|taking) back\b/iu, 'roll back'],
  [/\bputs? in order\b/iu, 'clean up'],
  [/\banew\b/iu, 'again'],
  [/\bbeside\b/u, 'next to, with'],
  [/\bbehind (?:a|each|every|it|that|the|them|this)\b/iu, 'after'],
  [/\b(?:no|without) leave\b/iu, 'is not allowed, not needed'],
  [/\bthat (?:are|is) none\b/iu, 'is not a …'],
  [/\bwhole (?:files?|runs?|streams?|tables?)\b/iu, 'complete, intact'],
  [/\bwhat (?:lay|was) there\b/iu, 'the previous data'],
  [/\bcomes? again\b/iu, 'are repeated, are replayed'],
  [/\bexchanged\b|\bmakes? way\b/iu, 'replaced'],
  [/\bof (?:its|our|their) own making\b|\bof ours\b/iu, 'written by this connector'],
  [/\bends? with (?:0|1|130|143)\b/iu, 'exits with …'],
  [/\bmid-file\b/iu, 'partway through a file'],
  [/\b(?:go|goes|going|gone|went) on\b/iu, 'continue, resume'],
  [/\b(?:arrive|arrives|come|comes|stored) as (?:it|they) (?:were|was|came|come)\b/iu, 'byte for byte'],
  [/\bdo(?:es)? not do\b/iu, 'is insufficient'],
  [/\bsome \d/iu, 'about'],
  [/(?<=[.:;] )Of (?:an?|each|the|these|what)\b/u, 'the subject first'],
  [/(?<![\d.,])1 (?:files|folders|messages|records|requests|rows|states|streams|tables)\b/iu, 'the singular'],
];

/** With as many lines as the page, so that a finding has its line. */
function proseOf(page: string): string {
  const blank = (text: string): string => text.replaceAll(/[^\n]/gu, ' ');
  return page
    .replaceAll(/<!-- settings[\s\S]*?<!-- end of settings -->/gu, blank)
    .replaceAll(/^ *(`{3,})[^\n]*\n[\s\S]*?^ *\1$/gmu, blank)
    .replaceAll(/(`+)[^`]+?\1/gu, blank)
    .replaceAll(/\]\([^)\s]*\)|^\[[\w-]+\]: \S+|https?:\/\/\S+/gmu, blank);
}

/** A phrase may continue on the next line: a line break counts as a space. */
function findings(path: string, page: string): readonly string[] {
  const prose = proseOf(page);
  const text = prose.replaceAll(/\n *(?:[-*] )?/gu, (gap) => ' '.repeat(gap.length));
  return glossary.flatMap(([pattern, replacement]) =>
    Array.from(text.matchAll(new RegExp(pattern, `${pattern.flags}g`)), ({ 0: found, index }) => {
      const line = prose.slice(0, index).split('\n').length;
      return `${path}:${line}: "${found}": write ${replacement}`;
    }),
  );
}

suite('plain English', () => {
  const pages = globSync(folders, { cwd: root, exclude: ['**/node_modules/**'] }).filter(
    (path) => !generated.has(path),
  );

  test('is all that the Markdown has: no word of the glossary comes back', () => {
    assert.ok(pages.length > 60, String(pages.length));
    const found = pages.sort().flatMap((path) => findings(path, readFileSync(join(root, path), 'utf8')));
    assert.deepEqual(found, [], `\n${found.join('\n')}`);
  });

  test('is judged on prose alone, over line breaks, with the line and the replacement', () => {
    const page = 'A file is passed\nover here.\n\n```sh\nmend\n```\n\n`anew` [a](mend.md), 11 files, 1 files.\n';
    assert.deepEqual(findings('a.md', page), [
      'a.md:1: "passed over": write skip, ignore',
      'a.md:8: "1 files": write the singular',
    ]);
  });
});

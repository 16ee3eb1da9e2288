// Which test files share a process: starting one for each small file takes more CPU time than its tests.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const mostInGroup = 8;
/** In a file, or in what it imports from `test/`: it changes its process or looks at it, or has hooks for the tests of all files. */
const needsOwnProcess =
  /worker_threads|globalThis|\bmock\b|\bprocess\.(?!(?:execPath|env|platform)\b)\w|\bprocess\.env\[[^\]]*\] =(?!=)|^(?:before|after)Each\(/mu;
const imported = /(?:from|import) '(?<path>\.[^']+)'/gu;

/**
 * Writes modules (not in TypeScript, which Node refuses below node_modules) that import the files of a group into the emptied
 * `folder`. @param files paths below `root`. @returns the files to run, also relative to `root`: modules of groups, and files that
 * stay alone.
 */
export function groupFiles(root: string, files: readonly string[], folder: string): readonly string[] {
  const scan = scanner(root);
  const small = files.filter((path) => !isLong(path) && !scan(path)).toSorted();
  if (small.length <= mostInGroup) return files;
  rmSync(join(root, folder), { recursive: true, force: true });
  mkdirSync(join(root, folder), { recursive: true });
  const count = Math.ceil(small.length / mostInGroup);
  const groups = Array.from({ length: count }, (_, index) => {
    const [from, to] = [index, index + 1].map((part) => Math.round((part * small.length) / count));
    const members = small.slice(from, to);
    const path = join(folder, `group-${index + 1}.mjs`);
    const lines = members.map((member) => `import ${JSON.stringify(join(root, member))};\n`);
    writeFileSync(join(root, path), lines.join(''));
    return path;
  });
  const grouped = new Set(small);
  return [...files.filter((path) => !grouped.has(path)), ...groups];
}

/** Whether a test file sweeps through many cases, kills or megabytes: it runs by `npm test -- --long`, or by a word of its path. */
export function isLong(path: string): boolean {
  return path.endsWith('.long.test.ts');
}

/** @returns whether a file needs a process of its own. */
function scanner(root: string): (path: string) => boolean {
  const known = new Map<string, boolean>();
  const scan = (path: string): boolean => {
    const found = known.get(path);
    if (found !== undefined) return found;
    known.set(path, false); // For imports in a cycle, one decides for all.
    if (!path.startsWith('test/') || !existsSync(join(root, path))) return false;
    const text = readFileSync(join(root, path), 'utf8');
    const paths = [...text.matchAll(imported)].map(({ groups }) => join(dirname(path), groups?.['path'] ?? ''));
    const needs = needsOwnProcess.test(text) || paths.some(scan);
    known.set(path, needs);
    return needs;
  };
  return scan;
}

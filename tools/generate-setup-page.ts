// docs/setup/index.html: the setup page as one file that needs no server and no network. Its own policy lets the browser run
// this very script and style and fetch nothing.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { build } from 'esbuild';

const folder = join(import.meta.dirname, 'setup-page');

export async function setupPage(): Promise<string> {
  const template = await readFile(join(folder, 'page.html'), 'utf8');
  const [script, style] = await Promise.all([bundled('page.ts'), bundled('page.css')]);
  const policy = `default-src 'none'; script-src '${hashOf(script)}'; style-src '${hashOf(style)}'; base-uri 'none'; form-action 'none'`;
  const parts: Readonly<Record<string, string>> = { script, style, policy };
  return template.replaceAll(/\{\{(\w+)\}\}/gu, (_mark, name: string) => parts[name] ?? '');
}

async function bundled(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(folder, entry)],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    charset: 'utf8',
    logLevel: 'warning',
  });
  return (outputFiles[0]?.text ?? '').trim().replaceAll('</', String.raw`<\/`);
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

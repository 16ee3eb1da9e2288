// docs/setup/index.html: the setup page as one file that needs no server and no network. Its own policy lets the browser run
// this very script and style and fetch nothing.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { pageBase } from '@s3-connectors/common/program/page/style.ts';
import { build, transform } from 'esbuild';

const folder = join(import.meta.dirname, 'setup-page');
const common = { minify: true, charset: 'utf8', logLevel: 'warning' } as const;

export async function setupPage(): Promise<string> {
  const template = await readFile(join(folder, 'page.html'), 'utf8');
  const [script, style] = await Promise.all([bundledScript(), pageStyle()]);
  const policy = `default-src 'none'; script-src '${hashOf(script)}'; style-src '${hashOf(style)}'; base-uri 'none'; form-action 'none'`;
  const parts: Readonly<Record<string, string>> = { script, style, policy };
  return template.replaceAll(/\{\{(\w+)\}\}/gu, (_mark, name: string) => parts[name] ?? '');
}

async function bundledScript(): Promise<string> {
  const { outputFiles } = await build({
    ...common,
    entryPoints: [join(folder, 'page.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
  });
  return inElement(outputFiles[0]?.text ?? '');
}

async function pageStyle(): Promise<string> {
  const own = await readFile(join(folder, 'page.css'), 'utf8');
  return inElement((await transform(pageBase + own, { ...common, loader: 'css', target: 'es2022' })).code);
}

function inElement(text: string): string {
  return text.trim().replaceAll('</', String.raw`<\/`);
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

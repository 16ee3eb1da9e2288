// A page as one file without a script. Its content security policy allows only its own style.
import { createHash } from 'node:crypto';

import type { Html, HtmlTag } from './html.ts';
import { pageStyle } from './style.ts';

export function pageOf(markup: HtmlTag, title: string, body: readonly Html[]): string {
  const hash = createHash('sha256').update(pageStyle).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  const style = { text: `<style>${pageStyle}</style>` } as Html; // Escaping or indenting it would change its hash.
  return markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="${{ text: policy } as Html}" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        ${style}
      </head>
      <body>
        <main>${body}</main>
      </body>
    </html>`.text;
}

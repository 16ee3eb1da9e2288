// The style of all pages, for light and dark mode.

/** The colours and the body, which the setup page also uses. */
export const pageBase = `
:root {
  color-scheme: light dark;
  --text: light-dark(#1b1f24, #e8eaed);
  --muted: light-dark(#4d5561, #b3bac4);
  --back: light-dark(#ffffff, #14171b);
  --field: light-dark(#f4f6f8, #1f242a);
  --line: light-dark(#6b7480, #8a94a1);
  --key: light-dark(#0a4fb3, #8ab8ff);
  --good: light-dark(#0b6b32, #7ddb9b);
  --error: light-dark(#a11414, #ff9d94);
  --warning: light-dark(#7a4a00, #f2c26b);
  --none: light-dark(#e6eaee, #262c33);
  --heat1: light-dark(#b9d7f5, #1d3f63);
  --heat2: light-dark(#7db3e8, #2a6299);
  --heat3: light-dark(#3f87cf, #4a90d0);
  --heat4: light-dark(#0a4fb3, #9cc9f5);
}
body { margin: 0; background: var(--back); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
`;

export const pageStyle = `${pageBase}
main { max-width: 72rem; margin: 0 auto; padding: 1rem; }
h1, h2, h3, td, th, li, dd { overflow-wrap: anywhere; }
p, small, figcaption { color: var(--muted); }
section { border-top: 1px solid var(--line); margin-top: 1.5rem; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: 0.9rem; }
th, td { padding: 0.3rem 0.5rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
td.number, th.number { text-align: right; white-space: nowrap; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.2rem 1rem; }
dt { font-weight: 600; }
dd { margin: 0; }
figure { margin: 1rem 0; }
.finding { margin-bottom: 0.6rem; }
.error strong { color: var(--error); }
.warning strong { color: var(--warning); }
code { font: 0.85rem/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
svg { display: block; }
svg text { fill: var(--muted); font: 10px system-ui, sans-serif; }
svg .bar { fill: var(--heat3); }
svg .h0 { fill: var(--none); }
svg .h1 { fill: var(--heat1); }
svg .h2 { fill: var(--heat2); }
svg .h3 { fill: var(--heat3); }
svg .h4 { fill: var(--heat4); }
svg .gap { fill: var(--back); stroke: var(--error); stroke-width: 2; }
`;

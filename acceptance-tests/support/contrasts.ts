// How well the texts of a page can be read.
import assert from 'node:assert/strict';

import type { Browser } from './browser.ts';

/** In the page: the contrast of each text with its background, by WCAG 2. */
const contrastsOf = `(() => {
  const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = (color) => {
    const [r, g, b] = numbers(color).map((value) => value / 255).map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor;
      if (numbers(color)[3] !== 0) return color;
    }
    return 'rgb(255, 255, 255)';
  };
  return [...document.querySelectorAll('body *')]
    .filter((node) => node.checkVisibility() && [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim() !== ''))
    .filter((node) => node.tagName !== 'SCRIPT')
    .map((node) => {
      const [a, b] = [light(getComputedStyle(node).color), light(behind(node))].sort((x, y) => y - x);
      return { text: node.textContent.trim().slice(0, 40), ratio: (a + 0.05) / (b + 0.05) };
    });
})()`;

/** Every visible text has a contrast of 4.5 and more, and the page is in the scheme that is asked for. */
export async function assertReadable(browser: Browser, scheme: 'light' | 'dark'): Promise<void> {
  const contrasts = await browser.evaluate<readonly { text: string; ratio: number }[]>(contrastsOf);
  assert.ok(contrasts.length > 15);
  assert.deepEqual(
    contrasts.filter(({ ratio }) => ratio < 4.5),
    [],
  );
  const back = await browser.evaluate<string>('getComputedStyle(document.body).backgroundColor');
  assert.equal(back === 'rgb(255, 255, 255)', scheme === 'light');
}

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { picture } from '../../../../tools/bench/report/picture.ts';
import { result, timed } from './results.ts';

const fast = timed('fast & <small>', 1, { usages: [] });
const peer = timed('peer', 20, { isPeer: true });
const read = result('read', { title: 'Reading', compared: [fast, peer] });

function bars(svg: string): readonly string[] {
  const rectangles = svg.matchAll(/<rect class="(\w+)" x="(\d+)" y="\d+" width="(\d+)" height="12" rx="2" \/>/gu);
  return Array.from(rectangles, ([, kind, x, width]) => `${kind} ${x} ${width}`).slice(3);
}

suite('the picture of the benchmarks', () => {
  test('has bars in proportion to the fastest and to the largest of each case', () => {
    assert.deepEqual(bars(picture([read])), [
      'own 190 135',
      'own 590 19',
      'limit 190 270',
      'peer 190 14',
      'peer 590 190',
    ]);
  });

  test('leaves out cases without a title or a comparison', () => {
    const alone = [result('untitled', { compared: [fast] }), result('alone', { title: 'Alone' })];
    assert.equal(picture([read, ...alone]), picture([read]));
  });

  test('writes names as text and has colours for a dark page', () => {
    const svg = picture([read]);
    assert.match(svg, />fast &amp; &lt;small&gt;</u);
    assert.match(svg, /@media \(prefers-color-scheme: dark\)/u);
    assert.match(svg, />not measured</u);
  });

  test('has room for all of its bars', () => {
    const svg = picture(Array.from({ length: 9 }, () => read));
    const [, height] = /viewBox="0 0 860 (\d+)"/u.exec(svg) ?? [];
    const lowest = Math.max(...Array.from(svg.matchAll(/ y="(\d+)"/gu), ([, y]) => Number(y)));
    assert.ok(lowest < Number(height) && Number(height) < lowest + 40, `${lowest} of ${height}`);
  });
});

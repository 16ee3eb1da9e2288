import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { benchmarkFiles, pageOf } from '../../../../tools/bench/report/page.ts';
import { here, result, timed } from './results.ts';

const peer = timed('peer', 20, { isPeer: true });
const read = result('read', { title: 'Reading', compared: [peer] });

suite('the page of benchmarks', () => {
  test('begins with the picture, the machine and the table; the cases are in the details', () => {
    const page = pageOf([read, result('small')]);
    assert.match(
      page,
      /^# Benchmarks\n\n!\[[^\]]+\]\(benchmarks\.svg\)\n\nAll figures are of 2026-11-30, a machine\.\n\n\| work/u,
    );
    assert.match(page, /\n## Details\n[^]*\n### read\n[^]*\n### small\n/u);
    assert.ok(page.indexOf('## Details') < page.indexOf('### read'));
  });

  test('reports figures of several machines or days', () => {
    const page = pageOf([read, result('old', { place: { ...here, day: '2026-11-29' } })]);
    assert.match(
      page,
      /\*\*These figures are of several machines or days \(2026-11-30, a machine; 2026-11-29, a machine\)/u,
    );
    assert.match(pageOf([]), /No case has been measured\./u);
  });

  test('comes with the picture and the table of the README', () => {
    const readme = '# Name\n\n<!-- benchmarks: written by npm run build -->\nold\n<!-- end of benchmarks -->\n\nrest\n';
    const files = benchmarkFiles([read], readme);
    assert.deepEqual([...files.keys()], ['docs/benchmarks.md', 'docs/benchmarks.svg', 'README.md']);
    assert.match(files.get('README.md') ?? '', /^# Name\n[^]*\| Reading[^]*10 ×[^]*rest\n$/u);
    assert.doesNotMatch(files.get('README.md') ?? '', /old/u);
  });
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { parseSingerArguments, type SingerInvocation } from '@s3-connectors/common/singer/command-line.ts';

function parse(kind: 'tap' | 'target', line: string): Promise<SingerInvocation> {
  const argv = line.split(' ').filter((word) => word !== '');
  return parseSingerArguments(argv, { name: `${kind}-x`, version: '1.2.3', kind });
}

const understood: readonly (readonly [kind: 'tap' | 'target', line: string, invocation: SingerInvocation])[] = [
  ['tap', '--config a.json --discover', { verb: 'discover', config: ['a.json'] }],
  ['tap', '--config a.json --state s.json --discover', { verb: 'discover', config: ['a.json'] }],
  ['tap', '--config a.json --test', { verb: 'test', config: ['a.json'] }],
  ['tap', '--config a.json --test=schema', { verb: 'test', config: ['a.json'] }],
  ['tap', '--config a.json', { verb: 'sync', config: ['a.json'], catalog: undefined, state: undefined }],
  [
    'tap',
    '--config a.json --config=ENV --catalog c.json --state s.json',
    { verb: 'sync', config: ['a.json', 'ENV'], catalog: 'c.json', state: 's.json' },
  ],
  ['target', '--config a.json', { verb: 'sync', config: ['a.json'], catalog: undefined, state: undefined }],
  ['tap', '--about --format=json', { verb: 'about', format: 'json' }],
  ['target', '--about', { verb: 'about', format: 'text' }],
  ['target', '--version', { verb: 'show', text: 'target-x 1.2.3' }],
];

const refused: readonly (readonly [kind: 'tap' | 'target', line: string, words: RegExp])[] = [
  ['tap', '', /--config is missing.*tap-x --help/u],
  ['target', '--config a.json --catalog c.json', /catalog/u],
  ['tap', '--config', /config/u],
  ['tap', '--config a.json --catalog c.json --catalog d.json', /--catalog is given more than once/u],
  ['tap', '--config a.json --about --format=html', /format/u],
];

suite('the command line of a tap or target', () => {
  for (const [kind, line, invocation] of understood) {
    test(`understands a ${kind}'s ${line}`, async () => assert.deepEqual(await parse(kind, line), invocation));
  }

  for (const [kind, line, words] of refused) {
    test(`refuses a ${kind}'s "${line}"`, async () => {
      await assert.rejects(parse(kind, line), { code: 'USAGE_INVALID', message: words });
    });
  }

  test('describes its options', async () => {
    const help = await parse('tap', '--help');
    assert.ok(help.verb === 'show');
    for (const option of ['config', 'catalog', 'state', 'discover', 'test', 'about', 'version']) {
      assert.match(help.text, new RegExp(`--${option}`, 'u'));
    }
  });
});

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';

import { parseArguments, readJsonFile, type Verb } from '@s3-connectors/common/program/cli.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

const source: readonly Verb[] = ['spec', 'check', 'discover', 'read'];

function parse(line: string, verbs = source): ReturnType<typeof parseArguments> {
  return parseArguments(line.split(' ').filter(Boolean), { name: 'source-s3', version: '1.2.3', verbs });
}

async function usageError(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(() => 'accepted').catch((error: unknown) => error);
  assert.ok(error instanceof ConnectorError, `no ConnectorError: ${String(error)}`);
  assert.equal(error.code, 'USAGE_INVALID');
  return error.message;
}

suite('the command line', () => {
  test('gives the verb and its files', async () => {
    const none = { config: '', catalog: '', state: undefined };
    assert.deepEqual(await parse('spec'), { ...none, verb: 'spec' });
    assert.deepEqual(await parse('check --config c.json'), { ...none, verb: 'check', config: 'c.json' });
    assert.deepEqual(await parse('read --config c.json --catalog=d.json --state 7'), {
      verb: 'read',
      config: 'c.json',
      catalog: 'd.json',
      state: '7',
    });
  });

  const mistakes: Readonly<Record<string, RegExp>> = {
    '': /Name a verb: spec, check, discover, read/u,
    sync: /Unknown verb "sync": use one of spec, check, /u,
    'raed --config c': /Unknown verb "raed": use one of /u,
    write: /Unknown verb "write": use one of /u,
    'read check --config c --catalog d': /Unknown argument: check/u,
    check: /Missing required argument: config/u,
    'read --config c': /Missing required argument: catalog/u,
    'check --config c --catalog d': /Unknown argument: catalog/u,
    'check --config': /--config needs the path of a file/u,
    'check --config a --config b': /--config is given more than once/u,
  };
  for (const [line, message] of Object.entries(mistakes)) {
    test(`refuses "${line}" in one line`, async () => {
      const text = await usageError(parse(line));
      assert.match(text, message);
      assert.doesNotMatch(text, /\n/u);
    });
  }

  test('shows its help and its version', async () => {
    const help = await parse('--help');
    assert.ok(help.verb === 'help');
    for (const verb of source) assert.match(help.text, new RegExp(`source-s3 ${verb} `, 'u'));
    assert.deepEqual(await parse('--version'), { verb: 'help', text: '1.2.3' });
    const readHelp = await parse('read --help');
    assert.ok(readHelp.verb === 'help');
    assert.match(readHelp.text, /--state/u);
    const discoverHelp = await parse('discover --help');
    assert.ok(discoverHelp.verb === 'help');
    assert.match(discoverHelp.text, /--configured .*--mode .*full_refresh_overwrite/su);
  });
});

suite('a JSON file', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 's3-connectors-cli-'));
  });
  after(() => rm(folder, { recursive: true }));

  async function readText(text: string): Promise<unknown> {
    const path = join(folder, 'file.json');
    await writeFile(path, text);
    return readJsonFile(path, 'config');
  }

  test('is read, with or without a byte order mark', async () => {
    assert.deepEqual(await readText('{"a": [1]}'), { a: [1] });
    assert.deepEqual(await readText('\uFEFF{"a": [1]}'), { a: [1] });
  });

  test('that is missing, or a folder, is named', async () => {
    assert.match(
      await usageError(readJsonFile(join(folder, 'no'), 'state')),
      /state file ".*no" cannot be read: it does not exist \(ENOENT\)/u,
    );
    assert.match(await usageError(readJsonFile(folder, 'state')), /cannot be read: it is a folder \(EISDIR\)/u);
  });

  test('with the messages of a connector is a list of them, without a cut one', async () => {
    const [log, state] = [{ type: 'LOG' }, { type: 'STATE', state: {} }];
    const text = `${JSON.stringify(log)}\n\n${JSON.stringify(state)}\n`;
    assert.deepEqual(await readText(text), [log, state]);
    assert.deepEqual(await readText(`${text}{"type":"STA`), [log, state]);
    assert.deepEqual(await readText(`${JSON.stringify(state)}\n{"type":"STA`), [state]);
    assert.deepEqual(await readText(`${JSON.stringify(state)}\n`), state);
    for (const other of ['{"a":1}\n{"a":2}\n', '{"type":"LOG"}\n7\n', `${text}canary\n`]) {
      assert.match(await usageError(readText(other)), /is not valid JSON/u);
    }
  });

  test('that is JSON itself is refused without a word of it', async () => {
    for (const text of ['{"key": "canary"}', ' [canary', '\uFEFF{"key": "canary"}']) {
      const message = await usageError(readJsonFile(text, 'config'));
      assert.match(
        message,
        /^The name of the config file is JSON\. Write the JSON into a file, and name that file\.$/u,
      );
    }
  });

  test('that is not JSON is named with the place of the mistake, and never quoted', async () => {
    for (const text of ['{"key": canary}', '{"key": "canary', 'canary', '{"a": 1}\n{"canary": 2}']) {
      const message = await usageError(readText(text));
      assert.match(message, /config file ".*" is not valid JSON/u);
      assert.doesNotMatch(message, /canary/u);
    }
    assert.match(await usageError(readText('{"a": 1,\n"b": 2 3}')), /\(line 2 column 8\)/u);
    for (const text of ['', ' \n']) assert.match(await usageError(readText(text)), /config file ".*" is empty\.$/u);
    for (const text of ['bucket: canary\nregion: x\n', '# mine\nstreams:\n  - canary\n']) {
      const message = await usageError(readText(text));
      assert.match(message, /must be JSON, but looks like YAML\. Convert it to JSON\.$/u);
      assert.doesNotMatch(message, /canary/u);
    }
  });
});

import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { suite, test } from 'node:test';

import { files, importsOf, reachableFrom, sources } from './imports.ts';

const connectors = ['source-s3', 'destination-s3-streaming', 'destination-s3-batch'];

suite('imports', () => {
  test('point from the connectors to common and from common nowhere', () => {
    for (const path of sources) {
      const [owner = ''] = path.split('/');
      for (const target of importsOf(path)) {
        const [package_ = ''] = target.split('/');
        if (package_ === 'test' || package_ === 'acceptance-tests') assert.fail(`${path} imports ${target}`);
        if ([...connectors, 'common'].includes(package_)) {
          assert.ok(package_ === owner || package_ === 'common', `${path} imports ${target}`);
        }
      }
    }
  });

  test('find the files they name', () => {
    for (const path of files.keys()) {
      for (const target of importsOf(path))
        if (target.endsWith('.ts')) assert.ok(files.has(target), `${path}: ${target}`);
    }
  });

  test('of the AWS SDK are only in common/src/s3', () => {
    for (const path of sources) {
      if (path.startsWith('common/src/s3/')) continue;
      assert.deepEqual(
        importsOf(path).filter((target) => /^@(?:aws-sdk|smithy|aws)\//u.test(target)),
        [],
        path,
      );
    }
  });

  test('of what deletes and copies objects are in common/src/destination alone, which proves their keys', () => {
    const sends = /\b(?:deleteObjects|copyObject)\b/u;
    for (const path of sources) {
      const text = files.get(path) ?? '';
      if (/\bas OwnKey\b/u.test(text)) assert.match(path, /\/own-keys\.ts$/u);
      if (sends.test(text)) assert.match(path, /^common\/src\/(?:destination|s3)\//u);
      if (/\bnew (?:DeleteObjects|CopyObject)Command\b/u.test(text)) assert.match(path, /\/s3\/(?:delete|write)\.ts$/u);
    }
  });

  test('never lead from the streaming destination to the query engine', () => {
    const reached = [...reachableFrom('destination-s3-streaming/src/main.ts')];
    assert.ok(reached.includes('common/src/program/run.ts'));
    assert.deepEqual(
      reached.filter((target) => target.startsWith('@duckdb/')),
      [],
    );
  });

  test('lead to the Kafka client from feed-kafka alone, and there only from what its verbs load', () => {
    const isClient = (path: string): boolean => path === '@platformatic/kafka';
    for (const name of ['main', 'target']) {
      assert.ok(![...reachableFrom(`destination-s3-streaming/src/${name}.ts`)].some(isClient), name);
    }
    assert.ok([...reachableFrom('destination-s3-streaming/src/feed-kafka.ts')].some(isClient));
    for (const path of sources) {
      const isFeed = path.startsWith('destination-s3-streaming/src/kafka/');
      if (!isFeed || /\/(?:connector|config)\.ts$/u.test(path)) assert.ok(!importsOf(path).some(isClient), path);
    }
  });

  test('of the built programs by acceptance tests go through their executables only', () => {
    for (const path of files.keys()) {
      if (!path.startsWith('acceptance-tests/')) continue;
      assert.deepEqual(
        importsOf(path).filter((target) => /^[\w-]+\/src\//u.test(target)),
        [],
        path,
      );
    }
  });
});

suite('the code', () => {
  test('stays below 300 lines a file', () => {
    for (const [path, text] of files) assert.ok(text.split('\n').length <= 301, path);
  });

  test('has at most 15 source files in a folder', () => {
    const folders = Map.groupBy(sources, (path) => dirname(path));
    for (const [folder, paths] of folders) assert.ok(paths.length <= 15, folder);
  });

  test('gives a name to one exported type only', () => {
    const owners = new Map<string, string>();
    for (const [path, text] of files) {
      if (!/^(?:[\w-]+\/src|tools)\//u.test(path)) continue;
      for (const [, name = ''] of text.matchAll(/^export (?:type|class|interface) (\w+)/gmu)) {
        assert.equal(owners.get(name), undefined, `${name} in ${path}`);
        owners.set(name, path);
      }
    }
    assert.ok(owners.size > 400);
  });

  test('reads JSON in one place, as V8 mistakes names that are escaped', () => {
    for (const path of sources) {
      const code = (files.get(path) ?? '').replaceAll(/^ *(?:\/\/|\/?\*).*$/gmu, '');
      if (path !== 'common/src/json/parse-json.ts') assert.doesNotMatch(code, /\bJSON\.parse\b/u, path);
    }
  });

  test('writes to local disk in one place, where a write is complete or fails', () => {
    const writing =
      /\b(?:writeFile(?:Sync)?|appendFile(?:Sync)?|createWriteStream|writev(?:Sync)?|writeSync|copyFile(?:Sync)?)\b|(?<!LocalFile\.)\bopen(?:Sync)?\([^()]*, (?!'r'\))|\.write\([^()]*, ?\d|\bFileHandle\b/u;
    const temporary = /\bmkdtemp/u;
    const allowed = new Set([
      'common/src/local-disk/local-file.ts',
      'common/src/program/stdio/standard-output.ts', // By the same function.
      'source-s3/src/engine/line-pipe.ts', // A pipe, which its socket writes to.
    ]);
    for (const path of sources) {
      const text = files.get(path) ?? '';
      if (!/from 'node:fs(?:\/promises)?'/u.test(text)) continue;
      if (!allowed.has(path)) assert.doesNotMatch(text, writing, path);
      if (path !== 'common/src/local-disk/temp-folder.ts') assert.doesNotMatch(text, temporary, path);
    }
  });

  test('reads the time from the clock that it is given, and the wall clock elsewhere only to stamp messages', () => {
    const stamping = new Set([
      'common/src/protocol/messages.ts',
      'common/src/program/run.ts',
      'common/src/singer/tap.ts',
      'common/src/singer/target-lines.ts',
      'common/src/s3/put-attempt.ts', // The date of a signature, as the SDK has it.
    ]);
    for (const path of sources) {
      if (path === 'common/src/streams/clock.ts') continue;
      const text = files.get(path) ?? '';
      assert.doesNotMatch(text, /\bperformance\.now\b|\bnode:timers\/promises'.*\bsetTimeout|\bsetInterval\(/u, path);
      if (!stamping.has(path)) assert.doesNotMatch(text, /\bDate\.now\(|\bnew Date\(\)/u, path);
    }
  });

  test('opens each source file with its job', () => {
    for (const path of sources) assert.match(files.get(path) ?? '', /^(?:\/\/|\/\*\*) ?\S/u, path);
  });

  test('skips no test and silences no check', () => {
    const banned =
      /\b(?:test|suite|it|describe)\.(?:skip|only|todo)\b|\b(?:skip|only|todo): true\b|@ts-|oxlint-disable|eslint-disable/u;
    for (const [path, text] of files) {
      if (path !== 'test/repository/code.test.ts') assert.doesNotMatch(text, banned, path);
    }
  });

  test('leaves nothing to do', () => {
    for (const path of sources) assert.doesNotMatch(files.get(path) ?? '', /\b(?:TODO|FIXME|XXX)\b/u, path);
  });

  test('never ends the process by force', () => {
    for (const path of sources) assert.doesNotMatch(files.get(path) ?? '', /process\.exit\(|console\./u, path);
  });
});

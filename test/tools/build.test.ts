import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { suite, test } from 'node:test';

import { ERROR_CODES } from '@s3-connectors/common/protocol/codes/error-codes.ts';

import { connectorNames, loadConnector, singerFaces } from '../../tools/generate.ts';
import { feedKafka } from '../../destination-s3-streaming/src/kafka/connector.ts';
import { buildOnce } from '../support/build-once.ts';
import { runProgram } from '../support/program.ts';
import { assertProtocolLines, traceErrors } from '../support/models/protocol-schema.ts';

for (const name of connectorNames) {
  suite(`the executable of ${name}`, () => {
    test('is one executable file, with a source map next to it', async () => {
      const file = await buildOnce(name);
      const { mode, size } = await stat(file);
      assert.equal(mode & 0o777, 0o755);
      assert.ok(size < 3_000_000, `${size} bytes`);
      assert.ok((await readFile(file, 'utf8')).startsWith('#!/usr/bin/env node\n'));
      const { sources } = JSON.parse(await readFile(`${file}.map`, 'utf8')) as { sources: readonly string[] };
      assert.ok(sources.some((source) => source.endsWith(`${name}/src/connector.ts`)));
    });

    test('answers spec and help', async () => {
      const file = await buildOnce(name);
      const answer = await runProgram(file, ['spec']);
      const [message] = assertProtocolLines(answer.stdout);
      assert.ok(message?.type === 'SPEC');
      assert.deepEqual(message.spec, JSON.parse(JSON.stringify((await loadConnector(name)).spec)));
      assert.deepEqual([answer.stderr, answer.exitCode], ['', 0]);
      const help = await runProgram(file, ['--help']);
      assert.match(help.stdout, new RegExp(`^${name} <verb> \\[options\\]`, 'u'));
      const { stdout } = await runProgram(file, ['read']);
      assert.match(stdout, /Missing required arguments: config, catalog|Unknown verb/u);
    });

    test('is next to its Singer face, which describes itself', async () => {
      const file = join(dirname(await buildOnce(name)), `${singerFaces[name].name}.mjs`);
      assert.equal((await stat(file)).mode & 0o777, 0o755);
      const { stdout, stderr, exitCode } = await runProgram(file, ['--about', '--format=json']);
      assert.deepEqual([stderr, exitCode], ['', 0]);
      const { settings } = JSON.parse(stdout) as { readonly settings: unknown };
      assert.deepEqual(settings, (await loadConnector(name)).spec.connectionSpecification);
    });

    test('says in one line and one TRACE that Node is too old, before anything else is loaded', async () => {
      const file = await buildOnce(name);
      const imports = (await readFile(file, 'utf8')).match(/^import\b.*$/gmu);
      assert.deepEqual(imports, ["import { createRequire as requireFrom } from 'node:module';"]);
      const older = join(dirname(file), 'older.cjs');
      await writeFile(older, "Object.defineProperty(process, 'versions', { value: { node: '20.20.2' } });");
      const env = { NODE_OPTIONS: `-r ${older}` };
      const { stdout, stderr, exitCode } = await runProgram(file, ['spec'], { env });
      const text = `needs Node.js 24 or newer, this is 20.20.2 (${process.execPath}).`;
      assert.deepEqual([stderr, exitCode], [`${name} ${text}\n`, 1]);
      const errors = traceErrors(assertProtocolLines(stdout));
      assert.deepEqual(
        errors.map(({ message, failure_type, internal_message }) => [message, failure_type, internal_message]),
        [[`${name} ${text}`, ERROR_CODES.NODE_OUTDATED.failureType, 'NODE_OUTDATED']],
      );
      // What is not Airbyte's has its own form on standard output, or none.
      const singer = singerFaces[name].name;
      const others = [
        [singer, join(dirname(file), `${singer}.mjs`), '--about'],
        [name, file, 'policy'],
        [name, file, '--help'],
      ] as const;
      for (const [program, path, argument] of others) {
        const ended = await runProgram(path, [argument], { env });
        assert.deepEqual([ended.stdout, ended.stderr, ended.exitCode], ['', `${program} ${text}\n`, 1]);
      }
    });

    test('has what sends metrics in a file next to it, and none of its code', async () => {
      const file = await buildOnce(name);
      const { size } = await stat(join(dirname(file), 'metrics.mjs'));
      assert.ok(size < 300_000, `${size} bytes`);
      for (const program of [name, singerFaces[name].name]) {
        const map = await readFile(join(dirname(file), `${program}.mjs.map`), 'utf8');
        assert.doesNotMatch(map, /@opentelemetry|metrics\/worker\.ts/u, program);
      }
    });

    test('comes with the licences of what is bundled', async () => {
      const text = await readFile(join(dirname(await buildOnce(name)), 'LICENSES.txt'), 'utf8');
      for (const bundled of ['@aws-sdk/client-s3', '@opentelemetry/sdk-metrics', '@smithy/core', 'yargs', 'zod']) {
        assert.match(text, new RegExp(`^${bundled} \\d+\\.\\d+\\.\\d+ \\(`, 'mu'));
      }
      assert.doesNotMatch(text, /duckdb|typescript|esbuild/iu);
    });
  });
}

test('the streaming destination does not load the query engine', async () => {
  assert.doesNotMatch(await readFile(await buildOnce('destination-s3-streaming'), 'utf8'), /@duckdb\//u);
});

suite('the executable of feed-kafka', () => {
  test('is one file with a map and licences of its own, whose client the other programs are without', async () => {
    const folder = dirname(await buildOnce('destination-s3-streaming'));
    const file = join(folder, 'feed-kafka.mjs');
    const { mode, size } = await stat(file);
    assert.equal(mode & 0o777, 0o755);
    assert.ok(size < 4_500_000, `${size} bytes`);
    await stat(`${file}.map`);
    const licences = await readFile(join(folder, 'feed-kafka.LICENSES.txt'), 'utf8');
    for (const bundled of [
      '@aws-sdk/client-s3',
      '@opentelemetry/sdk-metrics',
      '@platformatic/kafka',
      '@platformatic/wasm-utils',
      'zod',
    ]) {
      assert.match(licences, new RegExp(`^${bundled} \\d+\\.\\d+\\.\\d+ \\(`, 'mu'));
    }
    for (const name of ['destination-s3-streaming.mjs', 'target-s3-streaming.mjs', 'LICENSES.txt', 'sbom.cdx.json']) {
      assert.doesNotMatch(await readFile(join(folder, name), 'utf8'), /platformatic/u, name);
    }
  });

  test('answers spec without the Kafka client, and names its verbs', async () => {
    const file = join(dirname(await buildOnce('destination-s3-streaming')), 'feed-kafka.mjs');
    const { stdout, stderr, exitCode } = await runProgram(file, ['spec']);
    const [message] = assertProtocolLines(stdout);
    assert.ok(message?.type === 'SPEC');
    assert.deepEqual(message.spec, JSON.parse(JSON.stringify(feedKafka.spec)));
    assert.deepEqual([stderr, exitCode], ['', 0]);
    const help = await runProgram(file, ['--help']);
    for (const verb of ['spec', 'check', 'run', 'status', 'policy'])
      assert.match(help.stdout, new RegExp(` ${verb} `, 'u'));
    assert.doesNotMatch(help.stdout, / write /u);
  });
});

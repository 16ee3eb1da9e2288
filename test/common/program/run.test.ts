import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { type Ended, type Program, runProgram, startProgram } from '../../support/program.ts';
import {
  assertProtocolLines,
  ofType,
  type ProtocolMessage,
  traceErrors,
} from '../../support/models/protocol-schema.ts';

const fixture = join(import.meta.dirname, '../../support/programs/fixture-connector.ts');
const canary = 'canary "secret" \\ value';
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 's3-connectors-run-'));
  await writeFile(join(folder, 'catalog.json'), '{"streams": []}');
});
after(() => rm(folder, { recursive: true }));

/** The arguments of a verb whose config is `config`. */
async function argumentsOf(verb: string, config: unknown): Promise<readonly string[]> {
  const path = join(await mkdtemp(join(folder, 'config-')), 'config.json');
  await writeFile(
    path,
    typeof config === 'string' ? config : JSON.stringify({ api_key: canary, ...(config as object) }),
  );
  const catalog = verb === 'read' || verb === 'write' ? ['--catalog', join(folder, 'catalog.json')] : [];
  return [verb, '--config', path, ...catalog];
}

async function run(
  verb: string,
  config: unknown,
  options: Parameters<typeof runProgram>[2] = {},
): Promise<Ended & { messages: readonly ProtocolMessage[] }> {
  const ended = await runProgram(fixture, await argumentsOf(verb, config), options);
  assert.equal(ended.stderr, '');
  assert.doesNotMatch(ended.stdout, /canary/u);
  return { ...ended, messages: assertProtocolLines(ended.stdout) };
}

async function start(verb: string, config: unknown): Promise<Program> {
  return startProgram(fixture, await argumentsOf(verb, config));
}

suite('running a verb', () => {
  test('spec prints one SPEC', async () => {
    const { stdout, stderr, exitCode } = await runProgram(fixture, ['spec']);
    const messages = assertProtocolLines(stdout);
    assert.deepEqual([messages.length, messages[0]?.type, stderr, exitCode], [1, 'SPEC', '', 0]);
  });

  test('check prints one CONNECTION_STATUS', async () => {
    const { messages, exitCode } = await run('check', { behaviour: 'lines' });
    assert.deepEqual(messages, [{ type: 'CONNECTION_STATUS', connectionStatus: { status: 'SUCCEEDED' } }]);
    assert.equal(exitCode, 0);
  });

  test('discover prints one CATALOG', async () => {
    const { messages, exitCode } = await run('discover', { behaviour: 'lines' });
    const names = ofType(messages, 'CATALOG').map(({ catalog }) => catalog.streams.map(({ name }) => name));
    assert.deepEqual([names, messages.length, exitCode], [[['rows']], 1, 0]);
  });

  test('read prints what the connector yields', async () => {
    for (const behaviour of ['lines', 'messages']) {
      const { messages, exitCode } = await run('read', { behaviour, count: 250 });
      assert.deepEqual(
        ofType(messages, 'RECORD').map(({ record }) => record.data['index']),
        Array.from({ length: 250 }, (_, index) => index),
      );
      assert.equal(exitCode, 0);
    }
  });

  test('write answers while its input is still open', async () => {
    await using program = await start('write', { behaviour: 'lines' });
    const lines = createInterface({ input: program.child.stdout })[Symbol.asyncIterator]();
    for (const chunk of ['one\n', 'two\n', 'three\n']) {
      program.child.stdin.write(chunk);
      const { value } = await lines.next();
      assert.equal(assertProtocolLines(`${value}\n`)[0]?.type, 'STATE');
    }
    program.child.stdin.end();
    assert.deepEqual(await program.exited, { exitCode: 0, signal: null });
  });

  test('help and version print text and do not fail', async () => {
    const help = await runProgram(fixture, ['--help']);
    assert.match(help.stdout, /fixture <verb> \[options\]/u);
    const version = await runProgram(fixture, ['--version']);
    assert.deepEqual([version.stdout, help.exitCode, version.exitCode], ['1.2.3\n', 0, 0]);
  });
});

suite('a failure', () => {
  test('is one TRACE ERROR with its failure type, and exit code 1', async () => {
    const behaviours = { config_error: 'config_error', transient_error: 'transient_error', defect: 'system_error' };
    for (const [behaviour, failureType] of Object.entries(behaviours)) {
      for (const verb of ['read', 'write']) {
        const { messages, exitCode } = await run(verb, { behaviour });
        const errors = traceErrors(messages);
        assert.deepEqual([errors.length, errors[0]?.failure_type, exitCode], [1, failureType, 1]);
        assert.equal(errors[0]?.stack_trace !== undefined, behaviour === 'defect');
      }
    }
  });

  test('that the user can fix is FAILED and exit code 0 in check, any other is a TRACE ERROR', async () => {
    const failed = await run('check', { behaviour: 'config_error' });
    assert.deepEqual(failed.messages, [
      {
        type: 'CONNECTION_STATUS',
        connectionStatus: { status: 'FAILED', message: 'There is no bucket; the key was ****.' },
      },
    ]);
    assert.equal(failed.exitCode, 0);
    for (const behaviour of ['transient_error', 'defect']) {
      const { messages, exitCode } = await run('check', { behaviour });
      assert.deepEqual(
        [traceErrors(messages).length, ofType(messages, 'CONNECTION_STATUS').length, exitCode],
        [1, 0, 1],
      );
    }
  });

  test('of one stream lets the others continue', async () => {
    const { messages, exitCode } = await run('read', { behaviour: 'one_stream_fails' });
    assert.deepEqual(traceErrors(messages)[0]?.stream_descriptor, { name: 'bad' });
    assert.deepEqual([ofType(messages, 'RECORD').length, exitCode], [1, 1]);
  });

  test('outside the flow of the verb is reported once', async () => {
    for (const behaviour of ['stray_rejection', 'stray_throw']) {
      const { messages, exitCode } = await run('read', { behaviour });
      const errors = traceErrors(messages);
      assert.deepEqual([errors.length, errors[0]?.failure_type, exitCode], [1, 'system_error', 1]);
    }
  });

  const wrongConfigs: Readonly<Record<string, unknown>> = {
    'with three mistakes': { behaviour: 'none', count: 'many', api_key: 12345 },
    'that is no object': '["canary"]',
    'that is no JSON': '{"api_key": canary',
  };
  for (const [what, config] of Object.entries(wrongConfigs)) {
    test(`of a config ${what} is one message: FAILED in check, config_error elsewhere`, async () => {
      const check = await run('check', config);
      assert.deepEqual([check.exitCode, check.messages.length], [0, 1]);
      const [status] = ofType(check.messages, 'CONNECTION_STATUS');
      assert.ok(status?.connectionStatus.status === 'FAILED');
      const read = await run('read', config);
      const [error] = traceErrors(read.messages);
      assert.deepEqual([read.exitCode, read.messages.length, error?.failure_type], [1, 1, 'config_error']);
      assert.equal(error?.message.replace(/"\/\S*"/u, ''), status.connectionStatus.message.replace(/"\/\S*"/u, ''));
    });
  }

  test('of the command line is a config_error', async () => {
    const wrong = [[], ['sync'], ['read'], ['check', '--config', '/nowhere/config.json', '--catalog', 'x']];
    for (const args of wrong) {
      const { stdout, stderr, exitCode } = await runProgram(fixture, args);
      const messages = assertProtocolLines(stdout);
      assert.deepEqual([messages.length, traceErrors(messages)[0]?.failure_type], [1, 'config_error']);
      assert.deepEqual([stderr, exitCode], ['', 1]);
    }
  });
});

suite('a signal', () => {
  for (const [name, exitCode] of [
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const) {
    test(`${name} ends a verb that waits, with exit code ${exitCode} and no error`, async () => {
      for (const verb of ['read', 'write']) {
        await using program = await start(verb, { behaviour: 'idle' });
        if (verb === 'write') program.child.stdin.write('a line\n');
        const chunks: string[] = [];
        program.child.stdout.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
        await once(program.child.stdout, 'data');
        program.child.kill(name);
        await once(program.child.stdout, 'end');
        assert.deepEqual(await program.exited, { exitCode, signal: null });
        assert.deepEqual(traceErrors(assertProtocolLines(chunks.join(''))), []);
      }
    });
  }

  test('ends a program whose output nobody reads, and standard error names the reason', async () => {
    for (const behaviour of ['lines', 'messages']) {
      await using program = await start('read', { behaviour, count: 2_000_000_000 });
      await once(program.child.stdout, 'readable');
      await sleep(200); // Until the pipe is full.
      program.child.kill('SIGTERM');
      const timeout = sleep(15_000, 'still runs', { ref: false });
      const stderr = text(program.child.stderr);
      assert.notEqual(await Promise.race([program.exited, timeout]), 'still runs');
      assert.match(await stderr, /^Stopped by SIGTERM\. The output was not read .*\(OUTPUT_CLOSED\)\n$/u);
    }
  });

  test('given twice ends a verb that does not listen', async () => {
    await using program = await start('read', { behaviour: 'stubborn' });
    await once(program.child.stdout, 'data');
    program.child.kill('SIGTERM');
    const again = setInterval(() => program.child.kill('SIGTERM'), 50);
    try {
      assert.deepEqual(await program.exited, { exitCode: null, signal: 'SIGTERM' });
    } finally {
      clearInterval(again);
    }
  });
});

suite('the reader of the output', () => {
  for (const behaviour of ['lines', 'messages']) {
    test(`may be slow: nothing is lost and ${behaviour} don't pile up in memory`, async () => {
      await using program = await start('read', { behaviour, count: 100_000 });
      await once(program.child.stdout, 'readable');
      await sleep(1000); // Time enough to make all 110 MB, if nothing held the program back.
      const { stdout, exitCode } = await program.ended();
      assert.equal(exitCode, 0);
      const lines = stdout.split('\n');
      assert.deepEqual([lines.length, lines.pop()], [100_002, '']);
      const [log] = ofType(assertProtocolLines(`${lines.at(-1)}\n`), 'LOG');
      const peakKiB = Number(/peak (\d+) KiB/u.exec(log?.log.message ?? '')?.[1]);
      assert.ok(peakKiB < 180 * 1024, `peak ${peakKiB} KiB`);
    });
  }

  test('may exit: the program ends at once, silently and with exit code 1', async () => {
    for (const behaviour of ['lines', 'messages']) {
      await using program = await start('read', { behaviour, count: 2_000_000_000 });
      await once(program.child.stdout, 'data');
      program.child.stdout.destroy();
      assert.deepEqual(await program.exited, { exitCode: 1, signal: null });
      assert.equal(program.child.stderr.read(), null);
    }
  });

  test('may exit while a verb waits for input', async () => {
    await using program = await start('write', { behaviour: 'lines' });
    program.child.stdin.write('a line\n');
    await once(program.child.stdout, 'data');
    program.child.stdout.destroy();
    const more = setInterval(() => program.child.stdin.write('more\n'), 20);
    try {
      assert.deepEqual(await program.exited, { exitCode: 1, signal: null });
    } finally {
      clearInterval(more);
    }
  });
});

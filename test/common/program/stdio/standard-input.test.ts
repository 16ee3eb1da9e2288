import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';

const file = pathToFileURL(join(import.meta.dirname, '../../../../common/src/program/stdio/standard-input.ts')).href;
const program = (body: string): string => `
  import { createHash } from 'node:crypto';
  import { standardInput } from ${JSON.stringify(file)};
  const stop = new AbortController();
  ${body}`;
/** Prints the SHA-1 of all that came. */
const digest = program(`
  const sha1 = createHash('sha1');
  for await (const chunk of standardInput(stop.signal)) {
    sha1.update(chunk);
    if (Math.random() < 0.2) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  console.log(sha1.digest('hex'));`);

function start(body: string): ChildProcess & { readonly stdin: NonNullable<ChildProcess['stdin']> } {
  const child = spawn(process.execPath, ['--input-type=module', '-e', body], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.on('error', () => undefined); // The program may end before it has read all.
  return child;
}

async function answerOf(child: ChildProcess): Promise<string> {
  const [said] = await Promise.all([child.stdout === null ? '' : text(child.stdout), once(child, 'exit')]);
  assert.equal(child.exitCode, 0);
  return said.trim();
}

suite('standard input', () => {
  test('is read completely from a socket, a pipe and a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'standard-input-test-'));
    try {
      const path = join(folder, 'input');
      const bytes = Buffer.alloc(5_000_000, 'some bytes that do not repeat in step with any chunk; ');
      await writeFile(path, bytes);
      const expected = spawn('sha1sum', [path]);
      const [sum = ''] = (await text(expected.stdout)).split(' ');
      const socket = start(digest);
      socket.stdin.end(bytes);
      assert.equal(await answerOf(socket), sum);
      const shell = (line: string): ChildProcess => {
        return spawn('sh', ['-c', line, process.execPath, digest, path], { stdio: ['ignore', 'pipe', 'inherit'] });
      };
      assert.equal(await answerOf(shell('cat "$2" | "$0" --input-type=module -e "$1"')), sum);
      assert.equal(await answerOf(shell('"$0" --input-type=module -e "$1" < "$2"')), sum);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('is empty when nothing comes', async () => {
    const child = start(program(`for await (const chunk of standardInput(stop.signal)) console.log(chunk.length);`));
    child.stdin.end();
    assert.equal(await answerOf(child), '');
  });

  test('ends with the abort while nothing comes, and keeps no program alive', async () => {
    const child = start(
      program(`
        try {
          for await (const chunk of standardInput(stop.signal)) {
            console.log(String(chunk));
            setImmediate(() => stop.abort(new Error('stopped')));
          }
        } catch (error) {
          console.log(error.name, stop.signal.aborted);
        }`),
    );
    child.stdin.write('first');
    assert.equal(await answerOf(child), 'first\nAbortError true');
    child.stdin.destroy();
  });

  test('is closed when its reader stops, and keeps no program alive', async () => {
    const child = start(
      program(`for await (const chunk of standardInput(stop.signal)) { console.log(String(chunk)); break; }`),
    );
    child.stdin.write('first');
    assert.equal(await answerOf(child), 'first');
    child.stdin.destroy();
  });
});

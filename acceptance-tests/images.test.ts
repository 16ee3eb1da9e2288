// The images as Airbyte runs them: another user than root, a root that is read-only, one processor and 2 GiB, its command line
// by `eval` in a shell. Where no container engine answers, or has no base image, one test says so and the table shows it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { before } from 'node:test';

import { baseImage, buildImage, docker, imageObstacle, imageSize } from '../tools/images/image.ts';
import { freshName } from './support/account.ts';
import { type Json, temporaryFolder } from './support/programs.ts';
import { notRun, runnerTest } from './support/runner-table.ts';
import {
  administratorConfig,
  batchConfig,
  catalogOf,
  openSetting,
  type Setting,
  sourceConfig,
} from './support/setting.ts';

/** What an image may have above its base, in megabytes: the query engine's library alone has 70. */
const connectors = [
  { name: 'source-s3', megabytes: 120 },
  { name: 'destination-s3-streaming', megabytes: 15 },
  { name: 'destination-s3-batch', megabytes: 120 },
] as const;
const stopWithinMs = 25_000;
const limits = ['--memory', '2g', '--cpus', '1', '--read-only', '--network', 'host'];

const obstacle = await whyNotHere();
if (obstacle === undefined) registerTests();
else runnerTest({ runner: 'images', connector: 'all' }, `${notRun}: ${obstacle}`, async () => undefined);

/** The engine's own words, or undefined when images can be built here. */
async function whyNotHere(): Promise<string | undefined> {
  const obstacle = await imageObstacle();
  if (obstacle !== undefined) return obstacle;
  try {
    await docker('image', 'inspect', baseImage).catch(() => docker('pull', '-q', baseImage));
    return undefined;
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).split('\n').slice(-2).join(' ').trim();
  }
}

type Ran = {
  readonly lines: readonly string[];
  readonly exitCode: number | null;
  readonly firstRecordMs: number | undefined;
  readonly peakMegabytes: number;
  readonly stopMs: number | undefined;
};

type RunOptions = {
  readonly files?: Readonly<Record<string, Json>>;
  readonly input?: string;
  /** SIGTERM after the first record, or, for what prints none, once the container has read its input so far. */
  readonly stop?: boolean;
};

/** Runs a verb as Airbyte's workers do, with its files in a folder that is mounted. */
async function run(image: string, verb: string, { files = {}, input, stop = false }: RunOptions = {}): Promise<Ran> {
  const folder = join(await temporaryFolder(), freshName('files'));
  const scratch = join(folder, 'tmp');
  await mkdir(scratch, { recursive: true });
  await chmod(folder, 0o755);
  await chmod(scratch, 0o777); // A disk, as Airbyte's workers have it: a spool in memory would be refused.
  const args = [verb];
  for (const [name, json] of Object.entries(files)) {
    await writeFile(join(folder, `${name}.json`), JSON.stringify(json), { mode: 0o644 });
    args.push(`--${name}`, `/files/${name}.json`);
  }
  const name = freshName('container');
  const options = [
    'run',
    '--rm',
    '-i',
    '--name',
    name,
    ...limits,
    '-v',
    `${folder}:/files:ro`,
    '-v',
    `${scratch}:/tmp`,
  ];
  const shell = [
    '--workdir',
    '/files',
    '--entrypoint',
    'sh',
    image,
    '-c',
    'eval "$AIRBYTE_ENTRYPOINT $0"',
    args.join(' '),
  ];
  const begun = performance.now();
  const child = spawn('docker', [...options, ...shell], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.on('error', () => undefined);
  if (input !== undefined) child.stdin.write(input);
  if (!(stop && input !== undefined)) child.stdin.end();
  const exited = once(child, 'exit');
  let firstRecordMs: number | undefined;
  let stopped: number | undefined;
  let peakMegabytes = 0;
  const poll = setInterval(
    () => void peakOf(name).then((peak) => (peakMegabytes = Math.max(peak, peakMegabytes))),
    250,
  );
  const kill = async (): Promise<void> => {
    stopped = performance.now();
    await docker('kill', '--signal', 'TERM', name);
  };
  if (stop && input !== undefined) setTimeout(() => void kill(), 3000);
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('{"type":"RECORD"')) {
      firstRecordMs ??= performance.now() - begun;
      if (stop && stopped === undefined) await kill();
    } else lines.push(line);
  }
  await exited;
  clearInterval(poll);
  const stopMs = stopped === undefined ? undefined : performance.now() - stopped;
  return { lines, exitCode: child.exitCode, firstRecordMs, peakMegabytes, stopMs };
}

/** The most resident memory of the container's process, in megabytes; 0 while there is none. */
async function peakOf(container: string): Promise<number> {
  const pid = await docker('inspect', '--format', '{{.State.Pid}}', container).catch(() => '0');
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmHWM:\s+(\d+) kB$/mu.exec(status)?.[1] ?? 0) / 1000;
}

function registerTests(): void {
  const images = new Map<string, string>();
  const imageOf = (name: string): string => images.get(name) ?? assert.fail(`${name} was not built`);
  let setting: Setting;
  let place: Json;
  before(async () => {
    setting = await openSetting();
    place = await administratorConfig();
    for (const { name } of connectors) images.set(name, await buildImage(name));
  });

  for (const { name, megabytes } of connectors) {
    const subject = { runner: 'images', connector: name } as const;
    runnerTest(subject, `is at most ${megabytes} MB above its base, and without npm`, async (context) => {
      const above = (await imageSize(imageOf(name))) - (await imageSize(baseImage));
      context.diagnostic(`${above.toFixed(1)} MB above ${baseImage}`);
      assert.ok(above <= megabytes, `${above} MB`);
      await assert.rejects(docker('run', '--rm', '--entrypoint', 'npm', imageOf(name), '--version'));
    });

    runnerTest(subject, 'answers spec as a user who is not root', async () => {
      const { lines, exitCode } = await run(imageOf(name), 'spec');
      assert.equal(exitCode, 0);
      assert.match(lines[0] ?? '', /^\{"type":"SPEC"/u);
      const user = await docker('image', 'inspect', '--format', '{{.Config.User}}', imageOf(name));
      assert.equal(user, '1000:1000');
      const labels = await docker('image', 'inspect', '--format', '{{json .Config.Labels}}', imageOf(name));
      const { 'io.airbyte.name': repository, 'io.airbyte.version': tag } = JSON.parse(labels) as Record<string, string>;
      assert.equal(`${repository}:${tag}`, imageOf(name));
    });
  }

  runnerTest({ runner: 'images', connector: 'source-s3' }, 'reads, and ends by SIGTERM in time', async (context) => {
    const config = sourceConfig(setting);
    const { lines: found } = await run(imageOf('source-s3'), 'discover', { files: { config } });
    const message = found.find((line) => line.startsWith('{"type":"CATALOG"')) ?? assert.fail(found.join('\n'));
    const { catalog: discovered } = JSON.parse(message) as { readonly catalog: { readonly streams: readonly Json[] } };
    const catalog = catalogOf(...discovered.streams);
    const read = await run(imageOf('source-s3'), 'read', { files: { config, catalog } });
    assert.equal(read.exitCode, 0, read.lines.join('\n'));
    context.diagnostic(
      `source-s3: first record after ${Math.round(read.firstRecordMs ?? 0)} ms, peak ${Math.round(read.peakMegabytes)} MB`,
    );
    const stopped = await run(imageOf('source-s3'), 'read', { files: { config, catalog }, stop: true });
    assert.equal(stopped.exitCode, 143);
    assert.ok((stopped.stopMs ?? Infinity) < stopWithinMs);
    context.diagnostic(`source-s3: SIGTERM to exit ${Math.round(stopped.stopMs ?? 0)} ms`);
  });

  for (const name of ['destination-s3-streaming', 'destination-s3-batch'] as const) {
    runnerTest({ runner: 'images', connector: name }, 'writes, and ends by SIGTERM in time', async (context) => {
      const config = name === 'destination-s3-batch' ? batchConfig(place) : { ...place, prefix: 'permutive' };
      const catalog = catalogOf({
        name: 'rows',
        json_schema: { type: 'object', properties: { id: { type: 'integer' } } },
      });
      const record = JSON.stringify({
        type: 'RECORD',
        record: { stream: 'rows', data: { id: 1 }, emitted_at: Date.now() },
      });
      const state = { stream_descriptor: { name: 'rows' }, stream_state: { n: 1 } };
      const stateLine = JSON.stringify({ type: 'STATE', state: { type: 'STREAM', stream: state } });
      const input = `${`${record}\n`.repeat(10_000)}${stateLine}\n`;
      const written = await run(imageOf(name), 'write', { files: { config, catalog }, input });
      assert.equal(written.exitCode, 0, written.lines.join('\n'));
      assert.equal(written.lines.filter((line) => line.startsWith('{"type":"STATE"')).length, 1);
      const stopped = await run(imageOf(name), 'write', { files: { config, catalog }, input, stop: true });
      assert.equal(stopped.exitCode, 143);
      assert.ok((stopped.stopMs ?? Infinity) < stopWithinMs);
      context.diagnostic(
        `peak ${Math.round(written.peakMegabytes)} MB; SIGTERM to exit ${Math.round(stopped.stopMs ?? 0)} ms`,
      );
    });
  }
}

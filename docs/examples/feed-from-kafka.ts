// Feeds a topic of Kafka to destination-s3-streaming, one consumer (kcat) per partition, so that no crash loses a message:
//
//   node feed-from-kafka.ts --brokers B --topic T --partitions 0,1 --stream events --config destination.json
//     --catalog catalog.json --offsets offsets.json [-- destination-s3-streaming]
//
// Every second a STATE says which offset comes next in each partition. The destination prints it when all messages before it
// are in S3; only then is it saved in the file of offsets, where the next start begins. docs/queues.md explains it.
import { isUtf8 } from 'node:buffer';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { parseArgs } from 'node:util';

type Offsets = Readonly<Record<string, number>>;

const stateEveryMs = 1000;
const newline = 0x0a;
const space = 0x20;

const names = ['brokers', 'topic', 'partitions', 'stream', 'config', 'catalog', 'offsets'] as const;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
});
const [brokers, topic, partitions, stream, config, catalog, offsetsFile] = names.map((name) => {
  const value = values[name];
  if (typeof value !== 'string') throw new Error(`--${name} is missing.`);
  return value;
}) as [string, string, string, string, string, string, string];
const [command = 'destination-s3-streaming', ...args] = positionals;

const next: Record<string, number> = existsSync(offsetsFile)
  ? (JSON.parse(await readFile(offsetsFile, 'utf8')) as Record<string, number>)
  : {};

const destination = spawn(command, [...args, 'write', '--config', config, '--catalog', catalog], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
const ended = once(destination, 'close') as Promise<[number | null]>;
destination.stdin.on('error', () => undefined); // It ended; its exit code tells.

const consumers = partitions.split(',').map((partition) => {
  const from = String(next[partition] ?? 'beginning');
  // An offset that Kafka no longer has must be an error; by default kcat would go on at the end of the topic.
  const options = ['-C', '-q', '-u', '-b', brokers, '-t', topic, '-p', partition, '-o', from];
  const format = ['-X', 'topic.auto.offset.reset=error', '-f', '%o %S\\n%s\\n'];
  return { partition, program: spawn('kcat', [...options, ...format], { stdio: ['ignore', 'pipe', 'inherit'] }) };
});

let stated = '';
function state(): void {
  const offsets = JSON.stringify(next);
  if (offsets === stated || destination.stdin.writableEnded) return;
  stated = offsets;
  const descriptor = `{"stream_descriptor":${JSON.stringify({ name: stream })},"stream_state":${offsets}}`;
  destination.stdin.write(`{"type":"STATE","state":{"type":"STREAM","stream":${descriptor}}}\n`);
}

let stopping = false;
function stop(): void {
  stopping = true;
  for (const { program } of consumers) program.kill();
}

const timer = setInterval(state, stateEveryMs);
process.once('SIGTERM', stop).once('SIGINT', stop);
void ended.then(stop);
const feeding = consumers.map(async ({ partition, program }) => {
  await feed(partition, program, destination.stdin);
  if (stopping) return;
  process.exitCode = 1; // By itself it ends only when something is wrong: the others must not go on without it.
  stop();
});
const saving = save(destination.stdout);
await Promise.all(feeding);
clearInterval(timer);
state();
destination.stdin.end();
await saving;
const [code] = await ended;
if (code !== 0) process.exitCode = code ?? 1;

/** Messages as `offset size`, a newline, the payload, a newline; the payload may have newlines of its own. */
async function feed(partition: string, { stdout }: ChildProcess, to: Writable): Promise<void> {
  let rest = Buffer.alloc(0);
  for await (const chunk of stdout as Readable) {
    let bytes = Buffer.concat([rest, chunk as Buffer]);
    const lines: Buffer[] = [];
    for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline)) {
      const [offset = 0, size = 0] = bytes.toString('latin1', 0, end).split(' ').map(Number);
      const after = end + 1 + Math.max(0, size);
      if (bytes.length <= after) break;
      if (size >= 0) lines.push(recordLine(bytes.subarray(end + 1, after))); // Below 0: a tombstone.
      next[partition] = offset + 1;
      bytes = bytes.subarray(after + 1);
    }
    rest = bytes;
    if (lines.length > 0 && !to.write(Buffer.concat(lines)) && !to.destroyed)
      await Promise.race([once(to, 'drain'), ended]);
  }
}

/** What is no JSON object in UTF-8 is kept as text: one broken message must not stop the topic for ever. */
function recordLine(payload: Buffer): Buffer {
  const data = isObject(payload)
    ? payload.map((byte) => (byte === newline ? space : byte))
    : JSON.stringify({ unreadable: payload.toString() });
  const head = `{"type":"RECORD","record":{"stream":${JSON.stringify(stream)},"emitted_at":${Date.now()},"data":`;
  return Buffer.concat([Buffer.from(head), Buffer.from(data), Buffer.from('}}\n')]);
}

function isObject(payload: Buffer): boolean {
  if (!isUtf8(payload)) return false;
  try {
    const json: unknown = JSON.parse(payload.toString());
    return typeof json === 'object' && json !== null && !Array.isArray(json);
  } catch {
    return false;
  }
}

/** Saves each STATE that comes back, whole or not at all; everything else is for the log. */
async function save(printed: Readable): Promise<void> {
  for await (const line of createInterface({ input: printed })) {
    const message = JSON.parse(line) as { type: string; state?: { stream: { stream_state: Offsets } } };
    if (message.state === undefined) process.stderr.write(`${line}\n`);
    else {
      const offsets = JSON.stringify(message.state.stream.stream_state);
      await writeFile(`${offsetsFile}.new`, offsets, { flush: true });
      await rename(`${offsetsFile}.new`, offsetsFile);
    }
  }
}

// A topic, replicas of feed-kafka that feed it to an S3 server, and what is to be known of both: which messages are stored, and which
// offsets the group has committed.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';

import { Admin, Producer, stringSerializers } from '@platformatic/kafka';

import { startS3Server } from '../../tools/s3-server/server.ts';
import { executables, jsonFile } from './programs.ts';

const bucket = 'publisher-data';
const partitions = [0, 1, 2, 3, 4, 5];
const withinMs = 90_000;
const messagesAtOnce = 100;

type Replica = {
  readonly name: string;
  readonly child: ChildProcess;
  log: string;
  started: Promise<void>;
  readonly exited: Promise<number | null>;
};

type Sending = { readonly compression?: 'gzip' | 'snappy' | 'lz4' | 'zstd'; readonly filler?: string };

type Place = { readonly id: number; readonly partition: number; readonly offset: number };

let topics = 0;

/** `broker`: for the replicas; `own`: for the test, which does not log in. */
export async function startFeed(broker: string, kafka: object, own = broker) {
  const topic = `t${process.pid}-${(topics += 1)}`;
  const group = `g-${topic}`;
  const server = await startS3Server();
  server.createBucket(bucket);
  const client = { clientId: 'test', bootstrapBrokers: [own] };
  const admin = new Admin(client);
  await admin.createTopics({ topics: [topic], partitions: partitions.length, replicas: 1 });
  const producer = new Producer({ ...client, serializers: stringSerializers });
  const replicas: Replica[] = [];
  const read = new Set<string>();
  const stored = { ids: new Set<number>(), places: new Set<string>(), rows: 0 };
  let [sent, checks] = [0, 0];

  const send = async (count: number, { compression, filler = '' }: Sending = {}): Promise<void> => {
    const messages = Array.from({ length: count }, (_, index) => {
      const id = sent + index;
      return { topic, key: String(id), value: JSON.stringify({ id, time: new Date().toISOString(), filler }) };
    });
    await producer.send({ messages, acks: -1, ...(compression !== undefined && { compression }) });
    sent += count;
  };
  /** One message to each partition, in a transaction. */
  const rollBack = async (): Promise<void> => {
    const sender = new Producer({ ...client, idempotent: true, transactionalId: `${topic}-rolled-back` });
    const transaction = await sender.beginTransaction();
    const messages = partitions.map((partition) => {
      return { topic, partition, key: Buffer.from('k'), value: Buffer.from('{"id":-1}') };
    });
    await transaction.send({ messages, acks: -1 });
    await transaction.abort();
    await sender.close();
  };
  const look = (): void => {
    for (const { key, body } of server.objects(bucket, 'p/type=')) {
      if (read.has(key)) continue;
      read.add(key);
      for (const line of gunzipSync(body).toString().split('\n').slice(0, -1)) {
        const { id, _kafka } = JSON.parse(line) as { id: number; _kafka: Omit<Place, 'id'> };
        stored.ids.add(id);
        stored.places.add(`${_kafka.partition}/${_kafka.offset}`);
        stored.rows += 1;
      }
    }
  };
  const committed = async (): Promise<readonly number[]> => {
    const groups = [{ groupId: group, topics: [{ name: topic, partitionIndexes: partitions }] }];
    const [answer] = await admin.listConsumerGroupOffsets({ groups });
    const found = answer?.topics[0]?.partitions ?? [];
    return partitions.map((partition) => {
      const offset = found.find((one) => one.partitionIndex === partition)?.committedOffset ?? -1n;
      return Math.max(0, Number(offset));
    });
  };
  const ends = async (timestamp: bigint): Promise<readonly number[]> => {
    const asked = partitions.map((partitionIndex) => ({ partitionIndex, timestamp }));
    const [answer] = await admin.listOffsets({ topics: [{ name: topic, partitions: asked }] });
    return partitions.map((partition) =>
      Number(answer?.partitions.find((one) => one.partitionIndex === partition)?.offset),
    );
  };

  return {
    server,
    replicas: replicas as readonly Replica[],
    produceSome: send,
    rollBack,
    /** Messages until `stop`; `ids` is how many were taken by the broker. */
    produce() {
      const stop = new AbortController();
      const run = async (): Promise<number> => {
        while (!stop.signal.aborted) {
          await send(messagesAtOnce);
          await sleep(50);
        }
        return sent;
      };
      return { stop: () => stop.abort(), ids: run() };
    },
    start(name: string, more: object = {}, env: Readonly<Record<string, string>> = {}): Replica {
      const [log, exit] = ['', Promise.withResolvers<number | null>()];
      const replica = { name, log, exited: exit.promise } as Replica & { child: ChildProcess };
      const whole = { brokers: [broker], topics: [{ topic }], group_id: group, session_timeout_seconds: 6 };
      const place = { bucket, region: 'eu-central-1', endpoint: server.endpoint, prefix: 'p', max_file_age_seconds: 1 };
      const credentials = { auth_type: 'access_key', access_key_id: 'AKIATEST', secret_access_key: 's3-canary' };
      replica.started = jsonFile({
        ...place,
        credentials,
        kafka: { ...whole, include: ['offset'], ...kafka, ...more },
      }).then((file) => {
        const child = spawn(process.execPath, [executables['feed-kafka'], 'run', '--config', file], {
          stdio: ['ignore', 'ignore', 'pipe'],
          env: { ...process.env, ...env },
        });
        replica.child = child;
        child.stderr.on('data', (chunk) => (replica.log += String(chunk)));
        void once(child, 'close').then(() =>
          exit.resolve(child.exitCode ?? (child.signalCode === 'SIGTERM' ? 143 : 137)),
        );
      });
      replicas.push(replica);
      return replica;
    },
    /** @returns its exit code, or 128 and the signal's number. */
    async kill(name: string, signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
      const replica = replicas.findLast((one) => one.name === name) as Replica;
      await replica.started;
      assert.equal(replica.child.exitCode, null, replica.log);
      replica.child.kill(signal);
      return replica.exited;
    },
    /** It receives nothing for this long, and then continues as if nothing had happened. */
    async pause(name: string, ms: number): Promise<void> {
      const { child, log } = replicas.findLast((one) => one.name === name) as Replica;
      assert.equal(child.exitCode, null, log);
      child.kill('SIGSTOP');
      await sleep(ms);
      child.kill('SIGCONT');
    },
    /** Resident, in megabytes. */
    async memory(name: string): Promise<number> {
      const replica = replicas.findLast((one) => one.name === name);
      const status = await readFile(`/proc/${replica?.child.pid}/status`, 'utf8');
      return Math.round(Number(/^VmRSS:\s+(\d+) kB/mu.exec(status)?.[1]) / 1000);
    },
    async addPartitions(count: number): Promise<void> {
      const assignments = Array.from({ length: count - partitions.length }, () => ({ brokerIds: [1] }));
      await admin.createPartitions({ topics: [{ name: topic, count, assignments }] });
    },
    /** How many of the first ids are not stored. */
    missing(count: number): number {
      look();
      return Array.from({ length: count }, (_, id) => id).filter((id) => !stored.ids.has(id)).length;
    },
    counts() {
      look();
      return { rows: stored.rows, checks };
    },
    /** The offsets are read first: what is stored meanwhile does no harm. */
    async assertNotAhead(): Promise<void> {
      for (let count = 0; count < 3; count += 1) {
        const offsets = await committed();
        look();
        const [ahead] = offsets.flatMap((offset, partition) => {
          const places = Array.from({ length: offset }, (_, at) => `${partition}/${at}`);
          return places.filter((place) => !stored.places.has(place));
        });
        assert.equal(ahead, undefined, `committed, but not stored: ${ahead}`);
        checks += 1;
        await sleep(100);
      }
    },
    /** Partitions whose messages are not all committed. */
    async uncommitted(): Promise<readonly string[]> {
      const [offsets, last] = [await committed(), await ends(-1n)];
      return partitions.filter((at) => offsets[at] !== last[at]).map((at) => `${at}: ${offsets[at]} of ${last[at]}`);
    },
    /** As retention does. */
    async deleteAll(): Promise<void> {
      const last = await ends(-1n);
      const offsets = partitions.map((partition) => ({ partition, offset: BigInt(last[partition] ?? 0) }));
      await admin.deleteRecords({ topics: [{ name: topic, partitions: offsets }] });
    },
    async until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
      const deadline = Date.now() + withinMs;
      while (!(await condition())) {
        const logs = replicas.map(({ name, log }) => `${name}:\n${log.slice(-3000)}`).join('\n');
        assert.ok(Date.now() < deadline, `not within ${withinMs} ms: ${what}\n${logs}`);
        await sleep(100);
      }
    },
    async [Symbol.asyncDispose](): Promise<void> {
      for (const { child } of replicas) child?.kill('SIGKILL');
      await producer.close();
      await admin.close();
      await server.close();
    },
  };
}

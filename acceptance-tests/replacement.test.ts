// A stream that is replaced, by the built program: on a real S3 server, with its conditional writes; and killed at every call
// of an S3 server that can stop there.
import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';

import {
  acknowledgedBy,
  judgeBroken,
  judgeRecovered,
  layOut,
  scenarioCatalog,
  scenarioConfig,
  scenarioInput,
} from '../test/support/crash/crash-scenario.ts';
import { startProgram } from '../test/support/program.ts';
import type { S3TestServer, StoredObject } from '../tools/s3-server/types.ts';
import { createBucket, endpoint, listKeys, region } from './support/account.ts';
import { ask, executables, jsonFile, judgePrintedLines } from './support/programs.ts';
import { scenarioBucket, serverWith } from '../test/support/crash/scenario-server.ts';

async function write(server: S3TestServer, input: string, started: (kill: (signal: NodeJS.Signals) => void) => void) {
  const config = await jsonFile(scenarioConfig(server.endpoint));
  const args = ['write', '--config', config, '--catalog', await jsonFile(scenarioCatalog)];
  await using program = startProgram(executables.destination, args);
  started((signal) => program.child.kill(signal));
  program.child.stdin.end(input);
  return await program.ended();
}

suite('the built streaming destination, killed while it replaces', { concurrency: 2 }, () => {
  let left: readonly StoredObject[];
  before(async () => {
    await using server = await serverWith([]);
    layOut(server, []);
    await write(server, scenarioInput(1), () => undefined);
    left = server.objects(scenarioBucket).filter(({ key }) => !key.startsWith('out/type=events/'));
  });

  const indexes = Array.from({ length: 32 }, (_, index) => index + 1);
  for (const [signal, moment] of [
    ['SIGKILL', 'onRequest'],
    ['SIGKILL', 'onAnswer'],
    ['SIGTERM', 'onRequest'],
  ] as const) {
    for (const index of indexes) {
      test(`${signal} at ${moment} of call ${index}: nothing acknowledged is lost, and the next run recovers all`, async () => {
        await using server = await serverWith([]);
        layOut(server, left);
        let seen = 0;
        const broken = await write(server, scenarioInput(2), (kill) => {
          server.setHooks({ [moment]: () => void ((seen += 1) === index && kill(signal)) });
        });
        const wasReached = seen >= index;
        if (signal === 'SIGKILL') assert.equal(broken.signal, wasReached ? signal : null);
        // A signal at the last call may come when all is done.
        else if (!wasReached || broken.exitCode === 0) assert.ok(acknowledgedBy(broken.stdout).isReplaced);
        else assert.equal(broken.exitCode, 143);
        server.setHooks({});
        judgeBroken(server, broken.stdout, 1);
        const { next } = acknowledgedBy(broken.stdout);
        const recovered = await write(server, scenarioInput(3, next), () => undefined);
        assert.equal(recovered.exitCode, 0, recovered.stdout);
        judgeRecovered(server, 3);
      });
    }
  }
});

function record(id: number): string {
  return `{"type":"RECORD","record":{"stream":"users","data":{"id":${id}},"emitted_at":1700000000000}}\n`;
}

test('on a real S3 server a stream is replaced, again, and made empty', async () => {
  const bucket = await createBucket();
  const credentials = { auth_type: 'access_key', access_key_id: 'test', secret_access_key: 'test' };
  const config = { bucket, region, credentials, endpoint: endpoint(), prefix: 'out' };
  const stream = { name: 'users', json_schema: { type: 'object', properties: {} } };
  const catalog = { streams: [{ stream, sync_mode: 'full_refresh', destination_sync_mode: 'overwrite' }] };
  const state =
    '{"type":"STATE","state":{"type":"STREAM","stream":{"stream_descriptor":{"name":"users"},"stream_state":{}}}}\n';
  for (const [input, files] of [
    [record(1) + state, 1],
    [record(2) + state, 1],
    [record(2) + state, 1],
    [state, 0],
  ] as const) {
    const { exitCode, messages } = await ask('destination', 'write', { config, catalog }, input);
    assert.equal(exitCode, 0, JSON.stringify(messages));
    assert.equal(messages.filter(({ type }) => type === 'STATE').length, 1);
    const keys = await listKeys(bucket);
    assert.equal(keys.filter((key) => key.startsWith('out/type=users/')).length, files, keys.join());
    assert.deepEqual(
      keys.filter((key) => key.startsWith('out/_staging/')),
      [],
    );
  }
});

judgePrintedLines();

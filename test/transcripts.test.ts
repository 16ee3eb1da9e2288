// Recorded conversations with the built streaming destination. Each folder of transcripts/ is one, and adding a folder adds a
// test: `config.json` (without the connection), `catalog.json` (without it the Singer target runs), `before.json` (the objects in
// the bucket at the start, by key, as lines), `input.jsonl`; and expected: `objects.json` (the objects at the end, without
// manifests) and `stdout.jsonl` (all lines but LOG of level INFO; times are 0). The exit code is 1 after a TRACE ERROR.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { suite, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';

import { parseJson } from '@s3-connectors/common/json/parse-json.ts';

import { buildOnce } from './support/build-once.ts';
import { jsonFile } from './support/json-files.ts';
import { runProgram } from './support/program.ts';
import { startS3Server } from '../tools/s3-server/server.ts';
import type { S3TestServer } from '../tools/s3-server/types.ts';

const folder = join(import.meta.dirname, 'transcripts');
const bucket = 'publisher-data';

type Json = Readonly<Record<string, unknown>>;
type Objects = Readonly<Record<string, readonly string[]>>;

function textOf(name: string, file: string): string {
  return readFileSync(join(folder, name, file), 'utf8');
}

function jsonOf(name: string, file: string): unknown {
  return parseJson(textOf(name, file));
}

function objectsOf(server: S3TestServer): Objects {
  const found = server.objects(bucket).filter(({ key }) => !key.includes('/_manifests/'));
  return Object.fromEntries(
    found.map(({ key, body }) => [key, gunzipSync(body).toString().split('\n').slice(0, -1)] as const),
  );
}

/** Without what differs from run to run; stream by stream, since the order of lines holds within a stream only. */
function comparable(stdout: string): string {
  const lines = stdout.split(/(?<=\n)/u).filter((line) => !line.includes('"level":"INFO"'));
  const streams = lines.map((line) => /"stream_descriptor":\{[^}]*\}/u.exec(line)?.[0] ?? '');
  const byStream = [...new Set(streams)].sort().flatMap((stream) => lines.filter((_, at) => streams[at] === stream));
  return byStream.join('').replaceAll(/"emitted_at":\d+/gu, '"emitted_at":0');
}

suite('a transcript:', { concurrency: 2 }, () => {
  for (const name of readdirSync(folder)) {
    test(textOf(name, 'README.md').trim(), async () => {
      await using server = await startS3Server();
      server.createBucket(bucket);
      if (existsSync(join(folder, name, 'before.json'))) {
        for (const [key, lines] of Object.entries(jsonOf(name, 'before.json') as Objects)) {
          server.seed(bucket, key, gzipSync(lines.map((line) => `${line}\n`).join('')));
        }
      }
      const credentials = { auth_type: 'access_key', access_key_id: 'AKIATEST', secret_access_key: 'secret-canary' };
      const connection = { bucket, region: 'eu-central-1', credentials, endpoint: server.endpoint };
      const config = await jsonFile({ ...connection, ...(jsonOf(name, 'config.json') as Json) });
      const program = await buildOnce('destination-s3-streaming');
      const options = { input: textOf(name, 'input.jsonl') };
      const isSinger = !existsSync(join(folder, name, 'catalog.json'));
      const { stdout, exitCode } = isSinger
        ? await runProgram(join(dirname(program), 'target-s3-streaming.mjs'), ['--config', config], options)
        : await runProgram(
            program,
            ['write', '--config', config, '--catalog', join(folder, name, 'catalog.json')],
            options,
          );
      assert.equal(comparable(stdout), comparable(textOf(name, 'stdout.jsonl')));
      assert.deepEqual(objectsOf(server), jsonOf(name, 'objects.json'));
      assert.equal(exitCode, stdout.includes('"type":"ERROR"') ? 1 : 0);
    });
  }
});

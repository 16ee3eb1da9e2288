import assert from 'node:assert/strict';
import type { lookup, LookupAddress } from 'node:dns';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';

import { createAgents, publicLookup } from '@s3-connectors/common/s3/address/agents.ts';
import { isHosted } from '@s3-connectors/common/s3/address/hosted.ts';

import { startCannedServer, testCertificate } from '../../../support/canned-server.ts';
import { runProgram } from '../../../support/program.ts';

const root = join(import.meta.dirname, '../../../..');
const hosted = { S3_CONNECTORS_HOSTED: '1' };

/** A server on this machine that counts who connects to it. */
async function startTarget() {
  const server = await startCannedServer((_request, response) => response.end('reached'), { secure: true });
  let connections = 0;
  server.server.on('connection', () => {
    connections += 1;
  });
  return { ...server, connections: () => connections };
}

/** The failure's code, or the answer's status. */
function connectTo(host: string, port: number, agent: ReturnType<typeof createAgents>['httpsAgent']): Promise<unknown> {
  return new Promise((resolve) => {
    const options = { host, port, agent, rejectUnauthorized: false };
    request(options, (response) => resolve(response.resume().statusCode))
      .on('error', (error: NodeJS.ErrnoException) => resolve(error.code))
      .end();
  });
}

suite('in hosted mode a connection', () => {
  const spellings = [
    '127.0.0.1',
    '127.1',
    '0x7f.1',
    '2130706433',
    '017700000001',
    '0177.0.0.01',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    'localhost',
    'LOCALHOST.',
    hostname(),
  ];
  for (const host of spellings) {
    const shown = host === hostname() ? 'the name of this machine' : host;
    test(`to ${shown} is not made, although a server listens there`, async () => {
      await using target = await startTarget();
      const { httpsAgent } = createAgents(hosted);
      const code = await connectTo(host, target.port, httpsAgent);
      // A name that the resolver of this machine does not know leads nowhere either.
      assert.match(String(code), /^(ERR_HOSTED_MODE|ENOTFOUND|EAI_AGAIN)$/u);
      assert.equal(target.connections(), 0);
      httpsAgent.destroy();
    });
  }

  test('works outside of it, so the server of these tests is reachable', async () => {
    await using target = await startTarget();
    const { httpsAgent } = createAgents({});
    assert.equal(await connectTo('127.0.0.1', target.port, httpsAgent), 200);
    assert.equal(target.connections(), 1);
    httpsAgent.destroy();
  });

  test('without TLS is not made at all', async () => {
    const { httpAgent } = createAgents(hosted);
    const code = await new Promise((resolve) => {
      httpAgent.createConnection({ host: '93.184.216.34', port: 80 }, (error) => {
        resolve(error !== null && 'code' in error ? error.code : undefined);
      });
    });
    assert.equal(code, 'ERR_HOSTED_MODE');
  });

  test('through a proxy is refused by name, since the proxy would resolve the name', () => {
    for (const name of ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy']) {
      assert.throws(() => createAgents({ ...hosted, [name]: 'http://proxy:3128' }), {
        code: 'HOSTED_MODE_REFUSED',
        message: new RegExp(`${name} is set`, 'u'),
      });
    }
  });
});

function ask(look: typeof lookup, all: boolean): Promise<unknown> {
  return new Promise((resolve) => {
    publicLookup(look)('storage.example.com', { all }, (error, found) => resolve(error?.code ?? found));
  });
}

suite('a name that is resolved in hosted mode', () => {
  type Answers = readonly (readonly string[])[];

  /** A resolver that gives these answers one after the other, as a hostile name server would. */
  function resolver(answers: Answers) {
    let asked = 0;
    const look = (_name: string, _options: object, callback: (error: null, found: LookupAddress[]) => void): void => {
      const found = answers[Math.min(asked, answers.length - 1)] ?? [];
      asked += 1;
      callback(
        null,
        found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    };
    return { look: look as unknown as typeof lookup, asked: () => asked };
  }

  test('is connected at exactly the checked address, without a second look-up', async () => {
    const { look, asked } = resolver([['93.184.216.34'], ['169.254.169.254']]);
    assert.deepEqual(await ask(look, true), [{ address: '93.184.216.34', family: 4 }]);
    assert.equal(asked(), 1);
    assert.equal(await ask(look, true), 'ERR_HOSTED_MODE');
  });

  test('is refused if one of its addresses is private, or it has none', async () => {
    for (const found of [['93.184.216.34', '10.0.0.1'], ['::ffff:169.254.169.254'], ['2600:1f14::1', 'fd00::1'], []]) {
      for (const all of [true, false]) assert.equal(await ask(resolver([found]).look, all), 'ERR_HOSTED_MODE');
    }
  });

  test('returns one address to a caller that asks for one', async () => {
    assert.equal(await ask(resolver([['93.184.216.34']]).look, false), '93.184.216.34');
  });
});

suite('a config in hosted mode', () => {
  const keys = { auth_type: 'access_key', access_key_id: 'AKIATEST', secret_access_key: 'canary-secret' };
  const place = { bucket: 'publisher-data', region: 'eu-central-1', credentials: keys };
  const reading = {
    schema_prefixes: ['exports'],
    data_format: { format: 'parquet' },
    data_partitioning: { mode: 'partitioned' },
  };
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 's3-connectors-hosted-'));
  });
  after(() => rm(folder, { recursive: true }));

  async function check(connector: string, config: object, env: Record<string, string> = {}): Promise<string> {
    const path = join(folder, 'config.json');
    await writeFile(path, JSON.stringify({ ...place, ...config }));
    const main = join(root, connector, 'src/main.ts');
    const ambient = { AWS_ACCESS_KEY_ID: 'AKIACANARY', AWS_SECRET_ACCESS_KEY: 'canary-ambient' };
    const { stdout, stderr } = await runProgram(main, ['check', '--config', path], {
      env: { ...ambient, ...hosted, ...env },
    });
    assert.doesNotMatch(stdout + stderr, /canary/iu);
    return stdout + stderr;
  }

  const role = { auth_type: 'assume_role', role_arn: 'arn:aws:iam::111122223333:role/x' };
  const refused: readonly (readonly [name: string, config: object, words: RegExp])[] = [
    [
      'the credentials of the machine',
      { credentials: { auth_type: 'default_chain' } },
      /credentials\.auth_type\W+ is not allowed in hosted mode/u,
    ],
    [
      'a role that the machine would assume',
      { credentials: role },
      /credentials\.access_key_id\W+ is required in hosted mode/u,
    ],
    [
      'http, also to this machine',
      { endpoint: 'http://127.0.0.1:9000' },
      /endpoint\W+ is not encrypted, which is not allowed in hosted mode/u,
    ],
    [
      'http that is allowed by the config',
      { endpoint: 'http://storage.example.com', allow_http: true },
      /allow_http\W+ is not allowed in hosted mode/u,
    ],
    ['a metadata service', { endpoint: 'https://169.254.169.254' }, /endpoint\W+ is not a public address/u],
  ];
  for (const [name, config, words] of refused) {
    test(`is refused that names ${name}`, async () => {
      assert.match(await check('source-s3', { ...reading, ...config }), words);
    });
  }

  test('is refused if the environment names a proxy', async () => {
    const said = await check('source-s3', reading, { HTTPS_PROXY: 'http://127.0.0.1:9' });
    assert.match(said, /"CONNECTION_STATUS".*"FAILED".*does not allow a proxy: HTTPS_PROXY is set/u);
  });

  test('is refused that names a folder of the machine', async () => {
    const said = await check('destination-s3-batch', { output_format: 'json', spool_dir: '/etc' });
    assert.match(said, /spool_dir\W+ is not allowed in hosted mode/u);
  });

  test('does not reach a private address by a name or by the environment, and has its own error code', async () => {
    await using target = await startTarget();
    const trust = { NODE_EXTRA_CA_CERTS: testCertificate };
    const local = { ...trust, AWS_ENDPOINT_URL_S3: `https://localhost:${target.port}` };
    assert.match(
      await check('source-s3', { ...reading, force_path_style: true }, local),
      /not a public address with TLS, and hosted mode/u,
    );
    const sts = { ...trust, AWS_ENDPOINT_URL_STS: `https://localhost:${target.port}` };
    const credentials = { ...role, access_key_id: 'AKIATEST', secret_access_key: 'canary-secret' };
    assert.match(await check('source-s3', { ...reading, credentials }, sts), /STS is not a public address with TLS/u);
    assert.equal(target.connections(), 0);
  });
});

test('hosted mode is on with any value of its variable except those that mean no', () => {
  const on = ['1', 'true', 'yes', 'on', 'TRUE', 'x'].filter((value) => isHosted({ S3_CONNECTORS_HOSTED: value }));
  assert.equal(on.length, 6);
  for (const value of [undefined, '', '0', 'false', ' False '])
    assert.equal(isHosted({ S3_CONNECTORS_HOSTED: value }), false);
});

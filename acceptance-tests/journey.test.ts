// The journey of real data on a real S3 server, as users with no more rights than needed, judged by readers of other authors.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, suite, test } from 'node:test';

import { createRole, download, freshName, createUser } from './support/account.ts';
import { ask, type Json, judgePrintedLines, type Message, sync, temporaryFolder } from './support/programs.ts';
import { runScript } from './support/python.ts';
import {
  destinationConfig,
  destinationPrefix,
  discoverCatalog,
  mayGet,
  mayList,
  mayPut,
  openSetting,
  type Setting,
  sourceConfig,
} from './support/setting.ts';

let setting: Setting;
before(async () => {
  setting = await openSetting();
});

/** Both programs end well, and every row of the tables has arrived below `prefix`. */
async function arrives(source: Json, destination: Json, prefix: string): Promise<readonly Message[]> {
  const catalog = await discoverCatalog(source);
  const { first, second, messages } = await sync({ source, destination, catalog });
  assert.deepEqual(
    [first.exitCode, first.stderr, second.exitCode, second.stderr],
    [0, '', 0, ''],
    JSON.stringify(messages),
  );
  const arrived = join(await temporaryFolder(), freshName('arrived'));
  await download(setting.bucket, `${prefix}/`, arrived);
  const { airports, flights } = JSON.parse(await runScript('compare_rows.py', [setting.tables, arrived])) as {
    readonly [table: string]: { readonly rows: number; readonly files: number; readonly hours: number };
  };
  assert.deepEqual([airports?.rows, flights?.rows], [3376, 100_000]);
  assert.ok(flights !== undefined && flights.hours > 100, 'flights are in the hours of their own time');
  return messages;
}

suite('real data', () => {
  test('arrives row by row, as users who may do nothing else', async () => {
    const messages = await arrives(sourceConfig(setting), destinationConfig(setting), destinationPrefix);
    const states = messages.filter(({ type }) => type === 'STATE');
    const acknowledged = states.map(
      ({ state }) => (state as { destinationStats: { recordCount: number } }).destinationStats.recordCount,
    );
    assert.equal(
      acknowledged.reduce((sum, count) => sum + count, 0),
      103_376,
    );
  });

  test('arrives by roles that the programs assume', async () => {
    const assumer = await createUser({ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' });
    const externalId = freshName('external');
    const { accessKeyId, secretAccessKey } = assumer.credentials;
    const role = async (...statements: Parameters<typeof createRole>[2][]): Promise<Json> => ({
      auth_type: 'assume_role',
      role_arn: await createRole(assumer, externalId, ...statements),
      external_id: externalId,
      access_key_id: accessKeyId,
      secret_access_key: secretAccessKey,
    });
    const { bucket } = setting;
    const source = sourceConfig(setting, { credentials: await role(mayList(bucket), mayGet(bucket)) });
    const prefix = `${destinationPrefix}/by-role`;
    const destination = destinationConfig(setting, { credentials: await role(mayPut(bucket)), prefix });
    await arrives(source, destination, prefix);
    const stranger = { ...(source['credentials'] as Json), external_id: 'another' };
    const { messages } = await ask('source', 'check', { config: { ...source, credentials: stranger } });
    const [status] = messages.filter(({ type }) => type === 'CONNECTION_STATUS');
    assert.match(JSON.stringify(status), /"FAILED".*role/u);
  });

  test('is promised by check', async () => {
    for (const [side, config] of [
      ['source', sourceConfig(setting)],
      ['destination', destinationConfig(setting)],
    ] as const) {
      const { messages, exitCode, stderr } = await ask(side, 'check', { config });
      const statuses = messages.filter(({ type }) => type === 'CONNECTION_STATUS');
      assert.deepEqual(statuses, [{ type: 'CONNECTION_STATUS', connectionStatus: { status: 'SUCCEEDED' } }]);
      assert.deepEqual([exitCode, stderr], [0, '']);
      assert.equal((await ask(side, 'spec')).messages[0]?.type, 'SPEC');
    }
  });

  test('is read and written line by line as messages', async () => {
    const config = sourceConfig(setting);
    const catalog = await discoverCatalog(config);
    const { messages, stdout, exitCode } = await ask('source', 'read', { config, catalog });
    assert.equal(exitCode, 0);
    assert.equal(messages.filter(({ type }) => type === 'RECORD').length, 103_376);
    const prefix = `${destinationPrefix}/alone`;
    const written = await ask(
      'destination',
      'write',
      { config: destinationConfig(setting, { prefix }), catalog },
      stdout,
    );
    assert.equal(written.exitCode, 0);
    assert.ok(written.messages.some(({ type }) => type === 'STATE'));
  });
});

judgePrintedLines();

// What both engines must refuse from anyone: statements that reach outside the engine's folder or loosen its lock.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';

type Engine = AsyncDisposable & { rows(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> };

/** `inside`: the engine's folder, `outside`: another one, `url`: of a server on loopback. */
type Places = { readonly inside: string; readonly outside: string; readonly url: string };

const refused: readonly (readonly [what: string, sql: (places: Places) => string])[] = [
  ['reads a file elsewhere', () => "SELECT * FROM read_text('/etc/passwd')"],
  ['reads a file elsewhere as CSV', () => "SELECT * FROM read_csv('/etc/passwd', header = false)"],
  ['reads a file elsewhere by its bare name', () => "SELECT * FROM '/etc/hosts.csv'"],
  ['leaves its folder by two dots', ({ inside }) => `SELECT * FROM read_text('${inside}/../../etc/passwd')`],
  ['lists another folder', () => "SELECT * FROM glob('/etc/*')"],
  ['reads a URL', ({ url }) => `SELECT * FROM read_csv('${url}/a.csv')`],
  ['reads a URL as Parquet', ({ url }) => `SELECT * FROM read_parquet('${url}/a.parquet')`],
  ['reads from S3', () => "SELECT * FROM read_parquet('s3://bucket/a.parquet')"],
  ['writes elsewhere', ({ outside }) => `COPY (SELECT 1) TO '${outside}/copy.csv'`],
  ['exports elsewhere', ({ outside }) => `EXPORT DATABASE '${outside}/export'`],
  ['attaches a database elsewhere', ({ outside }) => `ATTACH '${outside}/other.db'`],
  ['installs an extension', () => 'INSTALL httpfs'],
  ['installs an extension from a URL', ({ url }) => `FORCE INSTALL spatial FROM '${url}'`],
  ['loads an extension', () => 'LOAD httpfs'],
  ['loads an extension from its folder', ({ inside }) => `LOAD '${inside}/a.duckdb_extension'`],
  ['keeps a secret', () => 'CREATE PERSISTENT SECRET one (TYPE s3)'],
  ['allows itself external access', () => 'SET enable_external_access = true'],
  ['allows itself another folder', () => "SET allowed_directories = ['/']"],
  ['allows itself a file', () => "SET allowed_paths = ['/etc/passwd']"],
  ['allows itself to be configured', () => "SET allowed_configs = ['enable_external_access']"],
  ['takes its lock away', () => 'SET lock_configuration = false'],
  ['resets its lock', () => 'RESET lock_configuration'],
  ['moves its folder', () => "SET temp_directory = '/tmp'"],
  ['loads extensions by itself', () => 'SET autoload_known_extensions = true'],
  ['writes a log of queries', ({ outside }) => `SET log_query_path = '${outside}/log'`],
];

export function registerLockTests(open: (directory: string) => Promise<Engine>): void {
  suite('the query engine', () => {
    for (const [what, sql] of refused) {
      test(`is refused when it ${what}`, async () => {
        await withPlaces(async (places, connections) => {
          await using engine = await open(places.inside);
          await assert.rejects(engine.rows(sql(places)), { name: 'ConnectorError' });
          assert.equal(connections(), 0);
          for (const name of ['copy.csv', 'export', 'other.db', 'log'])
            assert.ok(!existsSync(join(places.outside, name)));
        });
      });
    }

    test('reads and writes files in its own folder, whatever the folder is called', async () => {
      await withPlaces(async ({ inside }) => {
        await using engine = await open(inside);
        const path = `${inside.replaceAll("'", "''")}/rows.parquet`;
        await engine.rows(`COPY (SELECT 42 AS answer) TO '${path}' (FORMAT parquet)`);
        assert.deepEqual(await engine.rows(`SELECT * FROM read_parquet('${path}')`), [{ answer: 42 }]);
        assert.deepEqual(await engine.rows("SELECT current_setting('TimeZone') AS zone"), [{ zone: 'UTC' }]);
      }, "it's [a] folder, isn't it");
    });
  });
}

async function withPlaces(
  use: (places: Places, connections: () => number) => Promise<void>,
  name = 'inside',
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 's3-connectors-lock-'));
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket.destroy();
  }).listen(0, '127.0.0.1');
  try {
    await new Promise((resolve) => server.once('listening', resolve));
    const inside = await mkdtemp(join(folder, name));
    const outside = await mkdtemp(join(folder, 'outside'));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await use({ inside, outside, url }, () => connections);
  } finally {
    server.close();
    await rm(folder, { recursive: true });
  }
}

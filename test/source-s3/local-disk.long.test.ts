// Whatever is wrong with the folder for temporary files, every verb reports it with the same error, and no row is wrong.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, before, suite, test } from 'node:test';

import { runLimited } from '../support/programs/limited.ts';
import { parquet } from '../support/parquet.ts';
import { assertProtocolLines, ofType, traceErrors, type ProtocolMessage } from '../support/models/protocol-schema.ts';
import type { S3TestServer } from '../../tools/s3-server/types.ts';
import { catalogJson, configJson, discoverHere, readHere, runSource, serverWith } from './support/source.ts';

const main = join(import.meta.dirname, '../../source-s3/src/main.ts');
const rowCount = 20_000;
const catalog = catalogJson({ t: { id: { type: 'integer' }, x: { type: 'integer' } } });
const verbs = ['check', 'discover', 'read'] as const;
let body: Buffer;
let folder: string;
let server: S3TestServer;
before(async () => {
  body = await parquet(
    `SELECT i AS id, (hash(i) % 1000000)::BIGINT AS x FROM range(${rowCount}) t(i)`,
    'COMPRESSION uncompressed',
  );
  folder = await mkdtemp(join(tmpdir(), 's3-connectors-disk-'));
  server = await serverWith({ 'lake/t/a.parquet': body });
  await writeFile(join(folder, 'config.json'), JSON.stringify(configJson(server)));
  await writeFile(join(folder, 'catalog.json'), JSON.stringify(catalog));
});
after(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

function args(verb: string): readonly string[] {
  const files = ['--config', join(folder, 'config.json')];
  return [verb, ...files, ...(verb === 'read' ? ['--catalog', join(folder, 'catalog.json')] : [])];
}

/** The error that a verb reports: in a TRACE, or as the answer of `check`. */
function reasonOf(messages: readonly ProtocolMessage[]): string {
  const [status] = ofType(messages, 'CONNECTION_STATUS');
  const [error] = traceErrors(messages);
  const answer = status?.connectionStatus;
  return answer?.status === 'FAILED' ? answer.message : (error?.message ?? '');
}

const remedy = 'set the environment variable TMPDIR to a folder on local disk';

suite('a disk that takes only a part of a file', () => {
  for (const verb of [...verbs, 'inspect']) {
    test(`fails ${verb} with the folder, its free space and the setting`, async () => {
      const ended = await runLimited(main, args(verb), { fileBytes: 0, env: { TMPDIR: folder } });
      const said = verb === 'inspect' ? ended.stderr : reasonOf(assertProtocolLines(ended.stdout));
      assert.ok(
        said.includes(`"${folder}" cannot be used: a file is not allowed to become this large (EFBIG), `),
        said,
      );
      assert.match(said, /[\d.]+ [MG]B of [\d.]+ [MG]B are free\. Raise the limit on file size \(ulimit -f\), or set/u);
      assert.ok(said.includes(remedy), said);
      assert.equal(ended.exitCode, verb === 'check' ? 0 : 1);
      assert.doesNotMatch(ended.stdout + ended.stderr, /Replace or remove|UNEXPECTED|stack_trace| {4}at /u);
    });
  }

  test('gives all rows, or the error and no wrong row, whatever its size', async () => {
    const outcomes = new Set<string>();
    for (const kilobytes of [0.5, 40, 200, 270, 310, 318, 400]) {
      const ended = await runLimited(main, args('read'), { fileBytes: kilobytes * 1024, env: { TMPDIR: folder } });
      const messages = assertProtocolLines(ended.stdout);
      const rows = ofType(messages, 'RECORD').map(({ record }) => Number(record.data['id']));
      assert.deepEqual(rows, [...Array(rows.length).keys()], `${kilobytes} KB`);
      const outcome = ended.exitCode === 0 ? `${rows.length} rows` : (traceErrors(messages)[0]?.internal_message ?? '');
      outcomes.add(outcome.split(':')[0] ?? '');
    }
    assert.deepEqual([...outcomes], ['TEMP_FOLDER_UNUSABLE', `${rowCount} rows`]);
  });
});

suite('a folder for temporary files', () => {
  const unusable: readonly (readonly [what: string, path: string, why: RegExp])[] = [
    ['that is missing', 'nowhere', /does not exist/u],
    ['that is a file', 'config.json', /is not a folder/u],
    ['whose path is too long', 'x'.repeat(300), /too long/u],
  ];
  for (const [what, path, why] of unusable) {
    test(`${what} fails every verb with the one error`, async () => {
      const TMPDIR = join(folder, path);
      for (const verb of verbs) {
        const run = { config: configJson(server), ...(verb === 'read' && { catalog }), env: { TMPDIR } };
        const { messages, exitCode, stderr } = await runSource(verb, run);
        const said = reasonOf(messages);
        assert.match(said, why, verb);
        assert.ok(said.includes(`"${TMPDIR}"`) && said.toLowerCase().includes(remedy.toLowerCase()), said);
        assert.doesNotMatch(said, /Free some space/u);
        assert.deepEqual([exitCode, stderr], [verb === 'check' ? 0 : 1, ''], verb);
      }
    });
  }

  const names = ["o'brien", 'say "hi"', 'two words', 'back\\slash', 'ünïcode ✓', 'new\nline', 'n=1', '{a,b}', '%41'];
  for (const name of names) {
    test(`may be called ${JSON.stringify(name)}`, async (context) => {
      const TMPDIR = join(folder, name);
      await mkdir(TMPDIR);
      const { TMPDIR: before } = process.env;
      process.env['TMPDIR'] = TMPDIR;
      context.after(() => {
        if (before === undefined) delete process.env['TMPDIR'];
        else process.env['TMPDIR'] = before;
      });
      const { catalog: found } = await discoverHere(server);
      const properties = Object.keys(found.streams[0]?.json_schema['properties'] as object);
      assert.deepEqual(properties.filter((property) => !property.startsWith('_')).sort(), ['id', 'x']);
      for (const resolved of [{}, { pageMemoryBytes: 0 }]) {
        const { messages, failures } = await readHere(server, { catalog, resolved });
        assert.deepEqual([failures, ofType(messages, 'RECORD').length], [[], rowCount]);
      }
      assert.deepEqual(await readdir(TMPDIR), []);
    });
  }

  test('that is a relative path is used as well', async () => {
    const env = { TMPDIR: relative(process.cwd(), folder) };
    const { messages, exitCode } = await runSource('read', { config: configJson(server), catalog, env });
    assert.deepEqual([ofType(messages, 'RECORD').length, exitCode], [rowCount, 0]);
  });
});

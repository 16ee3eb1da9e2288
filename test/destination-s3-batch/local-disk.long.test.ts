// However little of a file the spool's disk accepts, `write` stores all rows or fails with the one error, and `check` fails before.
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import { catalogJson, type Json } from '../support/destination-input.ts';
import { emptyServer } from '../support/empty-server.ts';
import { runLimited } from '../support/programs/limited.ts';
import { assertProtocolLines, ofType, traceErrors } from '../support/models/protocol-schema.ts';
import { keysBelow } from './support/batch.ts';
import { appended, argsOf, countRows, deduped, diskFolder, main, rowCount } from './support/spool-disk.ts';

const running = emptyServer();
const folder = diskFolder();

suite('a disk that takes only a part of a file', () => {
  const kinds: readonly (readonly [what: string, config: Json, catalog: Json, enough: number])[] = [
    ['Parquet', { output_format: 'parquet' }, catalogJson('visits'), 1000],
    ['gzip', { output_format: 'json' }, catalogJson('visits'), 1000],
    ['rows without duplicates', { output_format: 'parquet' }, catalogJson(deduped), 1000],
  ];
  for (const [what, config, catalog, enough] of kinds) {
    test(`gives all rows as ${what}, or the error and no STATE, whatever its size`, async () => {
      const outcomes = new Set<string>();
      for (const kilobytes of [0.5, 64, 130, enough]) {
        const server = running();
        const written = await runLimited(main, await argsOf('write', { folder: folder(), server, config, catalog }), {
          fileBytes: kilobytes * 1024,
          input: appended,
        });
        const messages = assertProtocolLines(written.stdout);
        const [error] = traceErrors(messages);
        if (written.exitCode === 0) {
          outcomes.add('all rows');
          assert.equal(await countRows(server, config), rowCount, `${kilobytes} KB`);
          continue;
        }
        outcomes.add(error?.internal_message?.split(':')[0] ?? '');
        assert.match(
          error?.message ?? '',
          /\(EFBIG\), .* are free\. Raise .*, or set "spool_dir" to a folder on local disk/u,
        );
        assert.deepEqual([ofType(messages, 'STATE'), keysBelow(server)], [[], []], `${kilobytes} KB`);
        assert.deepEqual(await readdir(join(folder(), 'spool')), []);
      }
      assert.deepEqual([...outcomes], ['TEMP_FOLDER_UNUSABLE', 'all rows']);
    });
  }

  test('fails check as well', async () => {
    const { stdout, exitCode } = await runLimited(
      main,
      await argsOf('check', { folder: folder(), server: running(), config: {} }),
      { fileBytes: 8192 },
    );
    const answer = ofType(assertProtocolLines(stdout), 'CONNECTION_STATUS')[0]?.connectionStatus;
    assert.ok(answer?.status === 'FAILED');
    assert.match(answer.message, /spool" cannot be used: a file is not allowed to become this large/u);
    assert.equal(exitCode, 0);
  });
});

// A spool folder that `write` refuses is also refused by `check`. A folder with an odd name is accepted.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import { catalogJson, type Json } from '../../support/destination-input.ts';
import { emptyServer } from '../../support/empty-server.ts';
import { runProgram } from '../../support/program.ts';
import { assertProtocolLines, ofType, traceErrors } from '../../support/models/protocol-schema.ts';
import { runWrite } from '../support/batch.ts';
import { appended, argsOf, countRows, deduped, diskFolder, main, rowCount } from '../support/spool-disk.ts';

const running = emptyServer();
const folder = diskFolder();

/** The free space changes from run to run. */
function withoutNumbers(text = ''): string {
  return text.replaceAll(/[\d.]+ [MG]B/gu, '');
}

suite('the spool’s folder', () => {
  test('that write refuses is refused by check, with the same words', async () => {
    await writeFile(join(folder(), 'file'), '');
    const refused: readonly Json[] = [
      { spool_dir: join(folder(), 'file') },
      { spool_dir: join(folder(), 'file', 'below') },
      { spool_dir: '/dev/shm', max_spool_gb: 1 },
      { spool_dir: join(folder(), 'st*r') },
    ];
    for (const config of refused) {
      const checked = await runProgram(main, await argsOf('check', { folder: folder(), server: running(), config }));
      const written = await runProgram(
        main,
        await argsOf('write', { folder: folder(), server: running(), config, catalog: catalogJson('visits') }),
        {
          input: appended,
        },
      );
      const answer = ofType(assertProtocolLines(checked.stdout), 'CONNECTION_STATUS')[0]?.connectionStatus;
      const [error] = traceErrors(assertProtocolLines(written.stdout));
      assert.match(error?.internal_message ?? '', /^TEMP_FOLDER_UNUSABLE/u, JSON.stringify(config));
      assert.ok(answer?.status === 'FAILED');
      assert.equal(withoutNumbers(answer.message), withoutNumbers(error?.message));
      assert.deepEqual([checked.exitCode, written.exitCode], [0, 1]);
    }
  });

  for (const output_format of ['parquet', 'json']) {
    test(`may have any name, for ${output_format}`, async () => {
      const names = ["o'brien", 'say "hi"', 'back\\slash', 'ünïcode ✓', 'new\nline', 'n=1', '{a,b}'];
      const spool_dir = join(folder(), ...names);
      const server = running();
      const config = { output_format, spool_dir };
      const { error } = await runWrite(server, appended, { config, catalog: catalogJson(deduped) });
      assert.equal(error, undefined);
      assert.equal(await countRows(server, config), rowCount);
    });
  }
});

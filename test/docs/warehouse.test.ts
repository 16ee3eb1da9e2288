// docs/warehouse.md: its statements are what `ddl` prints for its export. UPDATE_GOLDEN=1 writes them. The acceptance tests run them.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import { engines, type DdlEngine } from '@s3-connectors/common/destination/ddl/dialects/dialects.ts';
import { parseConfig } from '@s3-connectors/common/protocol/config.ts';
import { silentLog } from '@s3-connectors/common/protocol/log.ts';

import { configSchema, resolveConfig } from '../../destination-s3-batch/src/config/config.ts';
import { configJson, runWrite } from '../destination-s3-batch/support/batch.ts';
import { ddl } from '../destination-s3-batch/support/ddl.ts';
import { catalogJson, recordLine } from '../support/destination-input.ts';
import { emptyServer } from '../support/empty-server.ts';
import { exported } from './support/warehouse.ts';

const path = join(import.meta.dirname, '../../docs/warehouse.md');

suite('docs/warehouse.md', () => {
  const running = emptyServer();

  async function printed(engine: DdlEngine): Promise<string> {
    const config = resolveConfig(parseConfig(configSchema, configJson(running()), silentLog), {});
    const context = { log: silentLog, signal: new AbortController().signal, fail: () => undefined };
    const prints = await Array.fromAsync(ddl(config, { engine, table: 'pageview_events' }, context));
    return prints.map((print) => (typeof print === 'object' && 'sql' in print ? print.sql : '')).join('');
  }

  test('shows what ddl prints for each engine', async () => {
    const streams = Object.entries(exported).map(([name, [row]]) => {
      return { name, properties: Object.fromEntries(Object.keys(row ?? {}).map((field) => [field, {}])) };
    });
    const lines = Object.entries(exported).flatMap(([name, rows]) => rows.map((row) => recordLine(name, row)));
    const { error } = await runWrite(running(), lines, { catalog: catalogJson(...streams) });
    assert.equal(error, undefined);
    const page = readFileSync(path, 'utf8');
    let wanted = page;
    for (const engine of engines) {
      const block = `<!-- ddl: ${engine} -->\n\n\`\`\`${engine === 'glue' ? 'text' : 'sql'}\n${(await printed(engine)).trimEnd()}\n\`\`\`\n`;
      const marked = new RegExp(`<!-- ddl: ${engine} -->\\n(?:\\n\`\`\`\\w+\\n[^]*?\\n\`\`\`\\n)?`, 'u');
      assert.match(page, marked, engine);
      wanted = wanted.replace(marked, () => block);
    }
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, wanted);
    else assert.equal(page, wanted);
  });

  test('names every engine in its table, and only these', () => {
    const [, table = ''] = /## Which files[^]*?\n(\|[^]*?)\n\n/u.exec(readFileSync(path, 'utf8')) ?? [];
    const named = Array.from(table.matchAll(/^\| (.*?) *\|/gmu), ([, cell = '']) => cell).flatMap((cell) =>
      Array.from(cell.matchAll(/`([\w-]+)`/gu), ([, name = '']) => name),
    );
    assert.deepEqual(named, engines);
  });
});

// A run over CSV files that stops resumes from every STATE with exactly the records after it.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { ofType } from '../../../support/models/protocol-schema.ts';
import { bucket, catalogJson, readHere, serverWith, timeOf } from '../../support/source.ts';
import { idsOf } from '../../support/text.ts';
import { zipOf } from '../../support/zip.ts';

const rowsPerFile = 30_000;
const key = 'lake/t/b.csv';
const catalog = catalogJson({ t: { id: { type: 'integer' }, text: { type: 'string' } } });
const config = { data_format: { format: 'csv', column_types: [{ name: 'id', type: 'integer' }] } };
const skipping = { ...config, invalid_records: 'skip' };

/** About 18 MB, more than two units; every 7,000th line is invalid. */
function csv(from: number, count = rowsPerFile): string {
  const lines = Array.from({ length: count }, (_, index) => {
    const line = `${from + index},"${'a ""quoted""\r\nvalue '.repeat(30)}"\r\n`;
    return index % 7000 === 6999 ? `torn\r\n${line}` : line;
  });
  return `id,text\r\n${lines.join('')}`;
}

/** The same rows in files of some units, some lines, one line, and in another encoding. */
function archive(): Buffer {
  const counts = [20_000, 300, 1, 9699];
  return zipOf(
    counts.map((count, index) => {
      const text = csv(
        counts.slice(0, index).reduce((sum, one) => sum + one, 0),
        count,
      );
      return { name: `${index}.csv`, body: index === 3 ? Buffer.from(`\uFEFF${text}`, 'utf16le') : text };
    }),
  );
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

suite('a run over CSV files', () => {
  for (const [name, body] of [
    ['plain', csv(0)],
    ['gzipped', gzipSync(csv(0), { level: 1 })],
    ['in UTF-16', Buffer.from(`\uFEFF${csv(0)}`, 'utf16le')],
    ['in an archive', archive()],
  ] as const) {
    test(`that are ${name} resumes from every state it printed`, { timeout: 60_000 }, async () => {
      await using server = await serverWith({ [key]: body, 'lake/t/c.csv': 'text,id\nx,90000\n' });
      const { messages, failures } = await readHere(server, { catalog, config: skipping });
      assert.deepEqual(failures, []);
      assert.deepEqual(idsOf(messages), [...range(0, rowsPerFile), 90_000]);
      const states = ofType(messages, 'STATE');
      assert.ok(states.length >= 3 && states.length < 12, `${states.length} states`);
      for (const message of states) {
        const rest = await readHere(server, { catalog, config: skipping, state: [message.state] });
        assert.deepEqual(rest.failures, []);
        assert.deepEqual(idsOf(rest.messages), idsOf(messages.slice(messages.indexOf(message))));
      }
    });
  }

  test('resumes inside a unit, and fetches no byte before it of a plain file', async () => {
    const text = csv(0).replaceAll('torn\r\n', '');
    await using server = await serverWith({ [key]: text });
    const { etag = '' } = server.object(bucket, key) ?? {};
    const unit = text.indexOf('\r\n20000,') + 2;
    const unfinished = { key, etag, unit, rows: 123 };
    const stream = {
      stream_descriptor: { name: 't', namespace: 'lake' },
      stream_state: { version: 1, recent: '', settled: 0, unfinished },
    };
    const before = server.counts.of('GetObject').bytesOut;
    const { messages } = await readHere(server, { catalog, config, state: [{ type: 'STREAM', stream }] });
    assert.deepEqual(idsOf(messages), range(20_123, rowsPerFile));
    const fetched = server.counts.of('GetObject').bytesOut - before;
    assert.ok(fetched < text.length / 2, `${fetched} of ${text.length} bytes`);
  });

  test('reads an object that is replaced in the middle once more, whole, with a WARN', async () => {
    const text = csv(0).replaceAll('torn\r\n', '');
    await using server = await serverWith({
      'lake/t/a.csv': 'id\n70000\n',
      [key]: text,
      'lake/t/c.csv': 'id\n70001\n',
    });
    server.inject({
      operation: 'GetObject',
      prefix: key,
      skip: 1,
      kind: 'replace',
      body: Buffer.from('id\n80000\n'),
      lastModified: timeOf(30),
    });
    const { messages, said, failures } = await readHere(server, { catalog, config });
    assert.deepEqual(failures, []);
    const found = idsOf(messages);
    const old = found.filter((id) => id < 70_000);
    assert.ok(old.length > 0 && old.length < rowsPerFile, `${old.length} rows of the old version`);
    assert.deepEqual(found, [70_000, ...old, 70_001, 80_000]);
    const warning = said.find((line) => line.includes('replaced while it was read')) ?? '';
    assert.ok(warning.includes(`${old.length} rows`), warning);
  });

  test('has every row once when answers fail and bodies are cut', async () => {
    await using server = await serverWith({ [key]: csv(0).replaceAll('torn\r\n', '') });
    server.inject({ operation: 'GetObject', prefix: key, kind: 'cut_in_body', afterBytes: 300_000, times: 3 });
    const { messages, failures } = await readHere(server, { catalog, config });
    assert.deepEqual(failures, []);
    assert.deepEqual(idsOf(messages), range(0, rowsPerFile));
  });
});

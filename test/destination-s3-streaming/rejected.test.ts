import assert from 'node:assert/strict';
import { beforeEach, suite, test } from 'node:test';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { S3TestServer } from '../../tools/s3-server/types.ts';
import { emptyServer } from '../support/empty-server.ts';
import { examples, publishedStream, variant, type PublishedName } from './support/published.ts';
import { catalogJson, type Json, recordLine, stateLine } from '../support/destination-input.ts';
import { runWrite, storedFiles, storedRows } from './support/streaming.ts';

const names = Object.keys(examples) as readonly PublishedName[];
const catalog = catalogJson(...names.map(publishedStream));
const emitted = Date.UTC(2026, 0, 15, 14, 30);
const hour = 3_600_000;

/** `YYYY-MM-DDTHH` of the folder of the row. */
function hourOfRow(server: S3TestServer, row: string): string {
  const [key = ''] = [...storedFiles(server)].find(([, rows]) => rows.includes(row)) ?? [];
  const [, year, month, day, hours] = /year=(.+)\/month=(.+)\/day=(.+)\/hour=(\d+)/u.exec(key) ?? [];
  return `${year}-${month}-${day}T${hours}`;
}

suite('records that break their schema', () => {
  const running = emptyServer();
  let server: S3TestServer;
  beforeEach(() => (server = running()));

  test('are none of the published examples, which are stored byte for byte', async () => {
    const { error } = await runWrite(
      server,
      names.map((name) => recordLine(name, examples[name], emitted)),
      { catalog },
    );
    assert.equal(error, undefined);
    const files = [...storedFiles(server)].map(([key, rows]) => [key.replace(/[^/]+$/u, ''), ...rows]);
    assert.deepEqual(files, [
      ['permutive/type=events/year=2022/month=10/day=15/hour=16/', examples.events],
      ['permutive/type=segment/', examples.segment],
      ['permutive/type=sync_aliases/year=2022/month=10/day=13/hour=12/', examples.sync_aliases],
    ]);
  });

  const table: readonly (readonly [PublishedName, Json, string, string])[] = [
    ['events', { event_id: undefined }, 'missing_field', 'event_id'],
    ['events', { user_id: null }, 'missing_field', 'user_id'],
    ['events', { time: undefined }, 'missing_field', 'time'],
    ['events', { time: [] }, 'wrong_type', 'time'],
    ['events', { time: 'yesterday' }, 'time_out_of_range', 'time'],
    ['events', { time: '915148800000' }, 'time_out_of_range', 'time'],
    ['events', { time: String(Date.now() + 25 * hour) }, 'time_out_of_range', 'time'],
    ['events', { session_id: 7 }, 'wrong_type', 'session_id'],
    ['events', { segments: [1, '2'] }, 'wrong_type', 'segments'],
    ['events', { properties: '{}' }, 'wrong_type', 'properties'],
    ['sync_aliases', { aliases: [{ id: 'x' }] }, 'wrong_type', 'aliases'],
    ['sync_aliases', { aliases: {} }, 'wrong_type', 'aliases'],
    ['segment', { code: '1057' }, 'wrong_type', 'code'],
    ['segment', { deleted: 'no' }, 'wrong_type', 'deleted'],
    ['segment', { ancestors: [null] }, 'wrong_type', 'ancestors'],
  ];
  for (const [name, changes, reason, field] of table) {
    test(`are set aside with their reason: ${name} with ${JSON.stringify(changes)}`, async () => {
      const row = variant(name, changes);
      const { lines, error } = await runWrite(server, [recordLine(name, row, emitted), stateLine(name, {})], {
        catalog,
      });
      assert.equal(error, undefined);
      assert.match(lines.join(''), /"destinationStats":\{"recordCount":0\.0,"rejectedRecordCount":1\.0\}/u);
      const [[key, rows] = ['', []], ...more] = [...storedFiles(server)];
      assert.deepEqual(rows, [`{"reason":"${reason}","field":"${field}","record":${row}}`]);
      assert.deepEqual(more, []);
      const folders = name === 'segment' ? '' : 'year=2026/month=01/day=15/hour=14/';
      assert.ok(key.startsWith(`permutive/_rejected/type=${name}/${folders}${emitted}-`), key);
    });
  }

  test('hold back the STATE after them until they are stored', async () => {
    const broken = recordLine('events', variant('events', { event_id: 1 }), emitted);
    const { lines } = await runWrite(server, [broken, stateLine('events', { n: 1 })], { catalog }, () => {
      assert.equal(storedRows(server, 'permutive/_rejected/').length, 1);
    });
    assert.equal(lines.length, 1);
  });

  test('end the sync under "fail", naming the line and never its values; what came before is acknowledged', async () => {
    const input = [
      recordLine('events', examples.events),
      stateLine('events', { n: 1 }),
      recordLine('events', variant('events', { event_id: 424242 })),
      recordLine('events', examples.events),
    ];
    const { lines, error } = await runWrite(server, input, { catalog, config: { invalid_records: 'fail' } });
    assert.ok(error instanceof ConnectorError);
    assert.equal(error.code, 'RECORDS_REJECTED');
    assert.equal(
      error.message,
      'The record of the stream "events" in line 3 of the input is rejected: wrong_type of "event_id". Correct the source, or set "invalid_records" to "dead_letter".',
    );
    assert.equal(lines.length, 1);
    assert.deepEqual(storedRows(server), [examples.events]);
  });

  test('are written like the others under "write", by emitted_at if it is their time that is wrong', async () => {
    const rows = [variant('events', { event_id: 1 }), variant('events', { time: 'never' })];
    const { said } = await runWrite(
      server,
      rows.map((row) => recordLine('events', row, emitted)),
      { catalog, config: { invalid_records: 'write' } },
    );
    const files = [...storedFiles(server)].map(([key, held]) => [key.split('/').at(-2), ...held]);
    assert.deepEqual(files, [
      ['hour=16', rows[0]],
      ['hour=14', rows[1]],
    ]);
    assert.ok(said.some(([, message]) => message.includes('2 records break their schema')));
  });

  for (const [name, field] of [
    ['events', 'project_id'],
    ['segment', 'workspace'],
  ] as const) {
    test(`are those of another workspace, by ${field} of ${name}, also under "write"`, async () => {
      const ours = variant(name, { [field]: 'ou"rs' });
      const input = [ours, examples[name]].map((row) => recordLine(name, row, emitted));
      for (const invalid_records of ['dead_letter', 'write']) {
        await runWrite(server, input, { catalog, config: { workspace_id: 'ou"rs', invalid_records } });
        assert.deepEqual(storedRows(server, `permutive/type=${name}/`), [ours]);
        assert.deepEqual(storedRows(server, 'permutive/_rejected/'), [
          `{"reason":"other_workspace","field":"${field}","record":${examples[name]}}`,
        ]);
      }
    });
  }

  test('fail the run when they are too many, after all that is durable was acknowledged', async () => {
    const broken = recordLine('events', variant('events', { view_id: 1 }), emitted);
    const input = [recordLine('events', examples.events), broken.repeat(120), stateLine('events', { n: 1 })];
    const { lines, error } = await runWrite(server, input, { catalog });
    assert.equal(lines.length, 1);
    assert.equal(storedRows(server).length, 121);
    assert.ok(error instanceof ConnectorError);
    assert.equal(error.code, 'RECORDS_REJECTED');
    assert.equal(
      error.message,
      '120 of 121 records of the stream "events" were rejected, 120 of them for wrong_type of "view_id". They are stored below "permutive/_rejected/", each with its reason. Correct the source, or the catalog; then reset the stream, because the states are already past these records.',
    );
  });

  test('are found only in streams of a published type', async () => {
    const rows = ['{"event_id":1}', '{}'];
    const { error } = await runWrite(
      server,
      rows.map((row) => recordLine('events', row, emitted)),
      { catalog: catalogJson('events'), config: { workspace_id: 'ours' } },
    );
    assert.equal(error, undefined);
    assert.deepEqual(storedRows(server, 'permutive/type=events/'), [...rows].sort());
  });

  suite('late and early records', () => {
    const now = Date.now();
    const late = `{"time":${now - 3 * hour}}`;
    const early = `{"time":${now + 2 * hour}}`;
    const timely = [`{"time":${now - hour}}`, `{"time":${now + hour / 2}}`, '{}'];
    const input = [late, early, ...timely].map((row) => recordLine('pages', row, now));
    const run = async (policy: string): Promise<string> => {
      const config = { late_data: { max_lateness_hours: 2, policy }, invalid_records: 'fail' };
      const { said, error } = await runWrite(server, input, { catalog: catalogJson('pages'), config });
      assert.equal(error, undefined);
      return said.map(([level, message]) => `${level} ${message}`).join('\n');
    };

    test('are stored in the hour of their event time, and counted in a remark of the summary', async () => {
      const said = await run('own_partition');
      assert.doesNotMatch(said, /^(?:WARN|ERROR)/mu);
      assert.match(
        said,
        / 1 record is more than 2 hours old and is stored in the hour of the event\. 1 record is more than an hour in the future and is stored in the hour of the event\./u,
      );
      assert.equal(hourOfRow(server, late), new Date(now - 3 * hour).toISOString().slice(0, 13));
      assert.equal(hourOfRow(server, early), new Date(now + 2 * hour).toISOString().slice(0, 13));
    });

    test('are stored in the hour of arrival if the policy is current_hour', async () => {
      const before = new Date().toISOString().slice(0, 13);
      assert.match(
        await run('current_hour'),
        / 1 record is more than 2 hours old and is stored in the hour of arrival\./u,
      );
      const possible = [before, new Date().toISOString().slice(0, 13)];
      assert.ok(possible.includes(hourOfRow(server, late)));
      assert.equal(hourOfRow(server, early), hourOfRow(server, late));
      assert.equal(hourOfRow(server, timely[0] ?? ''), new Date(now - hour).toISOString().slice(0, 13));
    });

    test('are set aside if the policy is dead_letter, whatever is done with invalid records', async () => {
      await run('dead_letter');
      assert.deepEqual(
        storedRows(server, 'permutive/_rejected/type=pages/'),
        [
          `{"reason":"too_late","field":"time","record":${late}}`,
          `{"reason":"too_early","field":"time","record":${early}}`,
        ].sort(),
      );
      assert.deepEqual(storedRows(server, 'permutive/type=pages/'), [...timely].sort());
    });
  });
});

// No single record stops a stream: each kind alone, and a thousand hostile records among good ones.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { gunzipSync } from 'node:zlib';

import { parseJson } from '@s3-connectors/common/json/parse-json.ts';
import * as fc from 'fast-check';
import { bucket, catalogJson, recordLine, stateLine } from '../support/destination-input.ts';
import { emptyServer } from '../support/empty-server.ts';
import { withoutHalves } from '../support/models/without-halves.ts';
import { emittedAt, hostileKinds, hostileMessages, type HostileKind } from '../support/hostile/hostile-records.ts';
import type { S3TestServer } from '../../tools/s3-server/types.ts';
import { runWrite } from './support/streaming.ts';

const seed = 14;
const hostileInRun = 50;
const runs = 20;

function good(stream: string, id: number): string {
  return recordLine(stream, { marker: `good ${id}`, id }, emittedAt);
}

function linesBelow(server: S3TestServer, folder: string): readonly string[] {
  return server.objects(bucket, `permutive/${folder}`).flatMap(({ key, body }) => {
    return key.endsWith('.jsonl.gz') ? gunzipSync(body).toString().split('\n').slice(0, -1) : [];
  });
}

/** The stored bytes of the line: the same except for halves of surrogate pairs, and for values that go into `__json`. */
function dataOf(line: string | Buffer): string {
  const data = withoutHalves(/"data":(\{.*\}),"emitted_at"/u.exec(line.toString())?.[1] ?? 'no data');
  const { members, aside } = asideIn(data);
  const text = aside.length === 0 ? '' : `,"__json":${JSON.stringify(`{${aside.join(',')}}`)}`;
  return aside.length === 0 ? data : `{${members.join(',')}${text}}`;
}

/** The members of the hostile kinds that have such values, by text. */
function asideIn(data: string): { readonly members: readonly string[]; readonly aside: readonly string[] } {
  const all = data.slice(1, -1).split(/,(?=")/u);
  if (data.includes('"n":1e400')) {
    const isStrange = (member: string): boolean => /1e400|1e-999999/u.test(member) || /:9{309}/u.test(member);
    const members = all.map((member) =>
      isStrange(member) ? member.replace(/:.*/u, member.includes('e-') ? ':0' : ':null') : member,
    );
    return { members, aside: all.filter(isStrange) };
  }
  const isTwin = (member: string): boolean => member === '"n":"x"';
  if (!data.includes('"n":[[]]')) return { members: all, aside: [] };
  return { members: all.filter((member) => !isTwin(member)), aside: all.filter(isTwin) };
}

function assertFate(server: S3TestServer, kind: HostileKind, line: string | Buffer, marker: string): void {
  const stored = linesBelow(server, 'type=visits/');
  const isRejected = linesBelow(server, '_rejected/').filter((text) => {
    const { reason, record_base64 = '' } = parseJson(text) as Readonly<Record<string, string>>;
    const whole = text + Buffer.from(record_base64, 'base64').toString();
    return reason === kind.fate && whole.includes(`"${marker}"`);
  }).length;
  if (kind.fate !== 'stored') assert.equal(isRejected, 1, kind.what);
  else assert.equal(stored.filter((row) => row === dataOf(line)).length, 1, kind.what);
}

suite('the streaming destination', () => {
  const running = emptyServer();
  const catalog = catalogJson('visits');

  for (const kind of hostileKinds) {
    test(`continues after ${kind.what}, which is ${kind.fate}`, async () => {
      const server = running();
      const line = kind.line('visits', 'hostile 0', 100_000);
      const input = [good('visits', 1), line, good('visits', 2), stateLine('visits', { n: 1 })];
      for (let run = 1; run <= 2; run += 1) {
        const { error, lines } = await runWrite(server, input, { catalog });
        assert.equal(error, undefined);
        assert.equal(lines.length, 1);
        if (kind.fate !== 'stored' && kind.fate !== 'unknown_stream') {
          assert.match(lines[0] ?? '', /"rejectedRecordCount":1/u);
        }
        if (run === 2) continue; // Records without a valid emitted_at are stored again.
        const rows = linesBelow(server, 'type=visits/');
        assert.equal(rows.filter((row) => row.includes('"good ')).length, 2);
        assertFate(server, kind, line, 'hostile 0');
      }
    });
  }

  for (const [what, line] of hostileMessages) {
    test(`continues after ${what}`, async () => {
      const server = running();
      const { error } = await runWrite(server, [good('visits', 1), line, good('visits', 2)], { catalog });
      assert.equal(error, undefined);
      assert.equal(linesBelow(server, 'type=visits/').length, 2);
    });
  }

  test('takes a STATE of 50 MB and gives it back', async () => {
    const input = [good('visits', 1), stateLine('visits', { x: 'x'.repeat(50 * 1024 * 1024) })];
    const { error, lines } = await runWrite(running(), input, { catalog });
    assert.equal(error, undefined);
    assert.ok((lines[0]?.length ?? 0) > 50 * 1024 * 1024);
  });

  test('keeps the beginning of a record that is longer than a line may be, and continues', async () => {
    const server = running();
    const record = recordLine('visits', `{"x":"${'x'.repeat(1024 * 1024 - 8)}"}`, emittedAt);
    const [head = '', tail = ''] = record.split('x'.repeat(1024 * 1024 - 8));
    const long = function* (): Iterable<string> {
      yield head;
      for (let part = 0; part < 140; part += 1) yield 'x'.repeat(1024 * 1024);
      yield tail;
    };
    const input = [good('visits', 1), ...long(), good('visits', 2), stateLine('visits', {})];
    const { error, lines } = await runWrite(server, input, { catalog });
    assert.equal(error, undefined);
    assert.match(lines[0] ?? '', /"recordCount":2.0,"rejectedRecordCount":1.0/u);
    assert.equal(linesBelow(server, 'type=visits/').length, 2);
    const [kept = ''] = linesBelow(server, '_rejected/');
    assert.match(
      kept,
      /^\{"reason":"line_too_long","field":"data","bytes":146800\d+,"line_start":"\{\\"type\\":\\"RECORD/u,
    );
    assert.ok(kept.length < 70_000);
  });

  test('fails a run of which more than a tenth is of streams that are not in the catalog', async () => {
    const strays = Array.from({ length: 100 }, (_, id) => good(`stray${id}`, id));
    const few = Array.from({ length: 899 }, (_, id) => good('visits', id));
    const { error } = await runWrite(running(), [...strays, ...few], { catalog });
    assert.match(String(error), /100 of 999 records are of streams that are not in the catalog/u);
    const { error: none } = await runWrite(running(), [...strays, ...few, good('visits', 1)], { catalog });
    assert.equal(none, undefined);
  });

  test(`stores good rows as if no others came, and each hostile one once (${hostileInRun * runs} mixed in)`, async () => {
    const server = running();
    const hostile = fc.tuple(fc.nat({ max: hostileKinds.length - 1 }), fc.integer({ min: 1, max: 300 }), fc.nat(100));
    const mixtures = fc.array(hostile, { minLength: hostileInRun, maxLength: hostileInRun });
    await fc.assert(
      fc.asyncProperty(mixtures, async (mixed) => {
        for (const { key } of server.objects(bucket)) server.remove(bucket, key);
        const input: (string | Buffer)[] = Array.from({ length: 50 }, (_, id) => good('visits', id));
        const all = mixed.map(([number, size, at], index) => {
          const kind = hostileKinds[number] as HostileKind;
          const line = kind.line('visits', `hostile ${index}!`, size);
          input.splice(at, 0, line);
          return { kind, line, marker: `hostile ${index}!` };
        });
        const { error } = await runWrite(server, input, { catalog });
        assert.equal(error, undefined);
        const rows = linesBelow(server, 'type=visits/');
        const stored = all.filter(({ kind }) => kind.fate === 'stored').length;
        assert.equal(rows.length, 50 + stored);
        assert.equal(new Set(rows.filter((row) => row.includes('"good '))).size, 50);
        for (const { kind, line, marker } of all) assertFate(server, kind, line, marker);
      }),
      { seed, numRuns: runs, endOnFailure: true },
    );
  });
});

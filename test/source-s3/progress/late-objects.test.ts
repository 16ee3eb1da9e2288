// Objects that come late, also after others were deleted, and objects that are dated in the future: none is silently lost.
import { futureObjects } from '../../../source-s3/src/listing/future-objects.ts';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { suite, test } from 'node:test';

import * as fc from 'fast-check';

import { noProgress } from '../../../source-s3/src/progress/cursor.ts';
import { fingerprint } from '../../../source-s3/src/progress/fingerprint.ts';
import { Settled } from '../../../source-s3/src/progress/settled.ts';
import { fromStreamState, toStreamState } from '../../../source-s3/src/progress/stream-state.ts';
import { ofType } from '../../support/models/protocol-schema.ts';
import { hour, object, planReading, run } from '../support/cursor.ts';
import { bucket, readHere, serverWith } from '../support/source.ts';
import { idsOf } from '../support/text.ts';

const lookbackMs = hour;
const old = Array.from({ length: 10 }, (_, index) => object(`old${index}`, index));
const recent = object('recent', 7200);

function bucketOf(key: string): string {
  return fingerprint(object(key, 0)).slice(-3);
}

suite('An object that comes late, before the look-back window,', () => {
  test('is noticed where a rule has deleted as many others', () => {
    const progress = run(noProgress, [...old, recent], [], Infinity, lookbackMs);
    const late = object('late', 3);
    assert.equal(planReading(progress, [...old.slice(5), late, recent], lookbackMs).unexplained, 1);
  });

  test('is noticed in every run, and whatever is deleted after it', () => {
    let progress = run(noProgress, [...old, recent], [], Infinity, lookbackMs);
    const late = object('late', 3);
    for (const left of [old.slice(5), old.slice(8), []]) {
      const listed = [...left, late, recent];
      assert.equal(planReading(progress, listed, lookbackMs).unexplained, 1);
      progress = run(progress, listed, [], Infinity, lookbackMs);
    }
  });

  test('is noticed if no object of its bucket was deleted, and no other ever is, in any table', () => {
    const keys = fc.uniqueArray(
      fc.string({ unit: fc.constantFrom(...'a b c d e f'.split(' ')), minLength: 1, maxLength: 5 }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(
        keys,
        fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
        fc.nat({ max: 3 }),
        (names, isDeleted, lates) => {
          const listed = names.map((name, index) => object(name, index));
          const progress = run(noProgress, [...listed, recent], [], Infinity, lookbackMs);
          const left = listed.filter((_, index) => isDeleted[index] !== true);
          assert.equal(planReading(progress, [...left, recent], lookbackMs).unexplained, 0);
          const late = Array.from({ length: lates }, (_, index) => object(`late${index}`, index));
          const deleted = new Set(names.filter((_, index) => isDeleted[index] === true).map(bucketOf));
          const sure = late.filter(({ key }) => !deleted.has(bucketOf(key))).length;
          const { unexplained } = planReading(progress, [...left, ...late, recent], lookbackMs);
          assert.ok(unexplained >= sure && unexplained <= lates, `${unexplained} of ${sure} to ${lates}`);
        },
      ),
      { numRuns: 1000, seed: 16 },
    );
  });

  test('is noticed with the progress of an earlier version as far as the number of objects tells', () => {
    const { settled_buckets: _, ...state } = toStreamState(run(noProgress, [...old, recent], [], Infinity, lookbackMs));
    const progress = fromStreamState(state);
    assert.equal(planReading(progress, [...old, recent], lookbackMs).unexplained, 0);
    assert.equal(planReading(progress, [...old, object('late', 3), recent], lookbackMs).unexplained, 1);
    const later = run(progress, [...old.slice(5), recent], [], Infinity, lookbackMs);
    assert.equal(planReading(later, [...old.slice(5), object('late', 3), recent], lookbackMs).unexplained, 1);
  });
});

test('settled objects come back from their text, which is short for few and bounded for many', () => {
  const prints = fc.array(
    fc.nat({ max: 0xffffff }).map((number) => number.toString(16).padStart(16, '0')),
    { maxLength: 300 },
  );
  fc.assert(
    fc.property(prints, (some) => {
      const settled = new Settled();
      for (const print of some) settled.add(print);
      const again = Settled.from(settled.total, settled.text);
      assert.equal(again.total, some.length);
      assert.deepEqual([again.excess(settled), settled.excess(again), again.text], [0, 0, settled.text]);
    }),
    { numRuns: 1000, seed: 16 },
  );
  const full = new Settled();
  for (let index = 0; index < 4096 * 200; index++) full.add(index.toString(16).padStart(16, '0'));
  assert.ok(full.text.length < 48 * 1024, String(full.text.length));
});

suite('An object dated in the future', () => {
  const now = (): Date => new Date('2026-03-01T12:00:00Z');
  const jsonl = { data_format: { format: 'jsonl' }, lookback_hours: 1 };
  const at = (time: string) => ({ lastModified: new Date(time) });

  test('counts as modified now, with a warning, so that what is written afterwards is read', async () => {
    await using server = await serverWith({}, { clock: now });
    server.seed(bucket, 'lake/t/a.json', '{"id":1}\n', at('2026-03-01T11:00:00Z'));
    server.seed(bucket, 'lake/t/b.json', '{"id":2}\n', at('2031-01-01T00:00:00Z'));
    const first = await readHere(server, { config: jsonl });
    assert.deepEqual(idsOf(first.messages), [1, 2]);
    assert.match(
      first.said.join('\n'),
      /WARN lake\.t: 1 file is dated in the future.*"lake\/t\/b\.json" \(2031-01-01/u,
    );
    server.seed(bucket, 'lake/t/c.json', '{"id":3}\n', at('2026-03-01T12:30:00Z'));
    const second = await readHere(server, { config: jsonl, state: ofType(first.messages, 'STATE').slice(-1) });
    assert.deepEqual(idsOf(second.messages), [3]);
  });

  test('is an ordinary one within an hour of S3’s clock', async () => {
    await using server = await serverWith({}, { clock: now });
    server.seed(bucket, 'lake/t/a.json', '{"id":1}\n', at('2026-03-01T12:59:00Z'));
    const { said } = await readHere(server, { config: jsonl });
    assert.doesNotMatch(said.join('\n'), /future/u);
  });

  test('is judged by this machine’s clock where S3’s answers have no date', () => {
    const wall = (): number => now().getTime();
    const present = futureObjects({ contact: { answered: true }, clock: { wall } });
    const object = { key: 'lake/t/b.json', etag: '"1"', size: 1, lastModified: new Date('2031-01-01T00:00:00Z') };
    assert.equal(present.at(object).lastModified.getTime(), wall());
    const past = { ...object, lastModified: now() };
    assert.equal(present.at(past), past);
    assert.match(present.remarks()[0] ?? '', /^1 file is dated in the future by this machine’s clock, such as "lake/u);
  });

  test('that an earlier version has read no longer stops its stream', async () => {
    await using server = await serverWith({}, { clock: now });
    server.seed(bucket, 'lake/t/b.json', '{"id":2}\n', at('2031-01-01T00:00:00Z'));
    server.seed(bucket, 'lake/t/c.json', '{"id":3}\n', at('2026-03-01T12:30:00Z'));
    const watermark = { last_modified: '2031-01-01T00:00:00.000Z', key: 'lake/t/b.json' };
    const recentPrints = Buffer.from(fingerprint({ key: 'lake/t/b.json', etag: etagOf('{"id":2}\n') }), 'hex').toString(
      'base64',
    );
    const stream_state = {
      version: 1,
      watermark,
      window_start: '2030-12-31T23:00:00.000Z',
      recent: recentPrints,
      settled: 0,
    };
    const state = [
      {
        type: 'STATE',
        state: { type: 'STREAM', stream: { stream_descriptor: { name: 't', namespace: 'lake' }, stream_state } },
      },
    ];
    const { messages, said } = await readHere(server, { config: jsonl, state });
    assert.deepEqual(idsOf(messages), [3]);
    assert.match(said.join('\n'), /saved progress is dated in the future.*reset the stream/u);
    assert.doesNotMatch(said.join('\n'), /more than 20000/u);
  });
});

function etagOf(body: string): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}

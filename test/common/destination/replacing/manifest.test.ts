import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { newExportId, parseExportId, stagedKeyBytes } from '@s3-connectors/common/destination/replacing/export-id.ts';
import {
  exportsAmong,
  formatLatest,
  formatManifest,
  keptManifests,
  nextLatest,
  outdated,
  parseIntent,
  parseLatest,
  type Intent,
  type Latest,
} from '@s3-connectors/common/destination/replacing/manifest.ts';
import { parseStagedKey, stagedKey } from '@s3-connectors/common/destination/replacing/own-keys.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

import { asOwn } from '../../../support/s3-connection.ts';
import { nameOf, users } from './support/place.ts';

const workerId = fc.stringMatching(/^[A-Za-z0-9_]{1,32}$/u);
const time = fc.date({ min: new Date('2000-01-01'), max: new Date('2199-12-31'), noInvalidDate: true });
const exportId = fc.tuple(time, workerId).map(([date, worker]) => newExportId(date, worker));
const count = fc.nat();
const ownKey = fc.nat().map((mark) => asOwn(users.folder + nameOf(mark)));
const intent: fc.Arbitrary<Intent> = fc.record({
  version: fc.constant(1 as const),
  export: exportId,
  state: fc.constantFrom('publishing' as const, 'published' as const),
  stream: fc.record({ name: fc.string(), namespace: fc.string() }, { requiredKeys: ['name'] }),
  folder: fc.constant(users.folder),
  objects: count,
  rows: count,
  bytes: count,
  min_time: fc.option(time.map((date) => date.toISOString())),
  max_time: fc.option(time.map((date) => date.toISOString())),
  schema: fc.constant({ type: 'object', properties: { a: { type: ['null', 'string'] } } }),
  files: fc.array(fc.record({ key: ownKey, bytes: count, crc32: fc.string(), rows: count })),
  previous: fc.array(ownKey),
});

/** As after a round trip through JSON: objects without the prototypes of fast-check. */
function plain<T>(value: T): T {
  return structuredClone(value);
}

suite('an export', () => {
  test('is named by its time and its worker, and a later one sorts behind', () => {
    fc.assert(
      fc.property(time, time, workerId, (first, second, worker) => {
        const [a, b] = [newExportId(first, worker), newExportId(second, worker)];
        assert.deepEqual(parseExportId(a), { time: first.getTime(), workerId: worker });
        if (first < second) assert.ok(a < b);
        assert.notEqual(newExportId(first, worker), a);
      }),
    );
    for (const text of ['', 'latest', '20260115T143000123Z-1a2b3c4d-', `${newExportId(new Date(), '0')}/x`]) {
      assert.equal(parseExportId(text), undefined, text);
    }
  });

  test('keeps its files below _staging/ under the path that they are to have', () => {
    fc.assert(
      fc.property(fc.constantFrom('', 'p/'), fc.nat(), workerId, (prefix, mark, worker) => {
        const exportId = newExportId(new Date(), worker);
        const key = `${prefix}data/users/year=2026/month=1/day=15/${nameOf(mark)}`;
        const staged = stagedKey(prefix, exportId, key);
        assert.ok(staged.startsWith(`${prefix}_staging/`));
        assert.deepEqual(parseStagedKey(prefix, staged), { staged, exportId, key });
        assert.ok(Buffer.byteLength(staged) <= Buffer.byteLength(key) + stagedKeyBytes);
      }),
    );
    assert.equal(parseStagedKey('p/', 'p/_staging/notes.txt'), undefined);
  });
});

const refused = (name: string) => ({
  code: 'BUCKET_DOCUMENT_INVALID',
  message: new RegExp(`/${name}\\.json"`, 'u'),
});

const readLatest = (more: object) => {
  const about = { version: 1, export: null, earlier: [], revision: 'r', ...more };
  return parseLatest('out/', users, Buffer.from(JSON.stringify(about)));
};

suite('a manifest', () => {
  test('is read as it was written', () => {
    fc.assert(
      fc.property(intent, (value) =>
        assert.deepEqual(parseIntent('out/', users, value.export, formatManifest(value)), plain(value)),
      ),
    );
  });

  test('in latest.json is read as it was written, with the exports before it; also if there is none yet', () => {
    fc.assert(
      fc.property(fc.option(intent, { nil: undefined }), fc.array(exportId, { maxLength: 30 }), (value, earlier) => {
        const { previous: _, ...current } = value ?? { previous: [] };
        const latest = { current: value && current, earlier, revision: 'r' } as Latest;
        assert.deepEqual(parseLatest('out/', users, formatLatest(latest)), plain(latest));
      }),
    );
  });

  test('that was damaged or is of another version is refused by its key', () => {
    for (const text of ['', '{', '[]', '{"version":2,"export":null,"earlier":[],"revision":""}', '{"version":1}']) {
      assert.throws(
        () => parseLatest('out/', users, Buffer.from(text)),
        (error) =>
          error instanceof ConnectorError &&
          error.code === 'BUCKET_DOCUMENT_INVALID' &&
          error.message.includes('out/_manifests/users/latest.json'),
      );
    }
  });

  test('is kept as long as it is among the newest thirty or the current one', () => {
    const numbers = fc.uniqueArray(fc.integer({ min: 1000, max: 1999 }), { minLength: 1, maxLength: 80, size: 'max' });
    let most = 0;
    fc.assert(
      fc.property(numbers, fc.nat(), (all, at) => {
        const exports = all.map(String).sort();
        const current = exports[at % exports.length] ?? '';
        const kept = exports.filter((id) => !outdated(exports, current).includes(id));
        assert.deepEqual(
          kept,
          exports.filter((id) => exports.slice(-30).includes(id) || id === current),
        );
        most = Math.max(most, outdated(exports, current).length);
      }),
      { seed: 20_260_115, numRuns: 1000 },
    );
    assert.ok(most > 40, `${most} at most were outdated`);
    assert.equal(keptManifests, 30);
  });

  test('is found by its name among all keys of its folder, the newest last', () => {
    const [older, newer] = [1, 2].map((day) => newExportId(new Date(Date.UTC(2026, 0, day)), '0'));
    assert.ok(older && newer);
    const names = [newer, older, 'latest', 'notes', `generations/${older}`, `${older}-x`].map((name) => `${name}.json`);
    const keys = [...names, `${older}.txt`, `${older}.text`, older].map((name) => `p/_manifests/s/${name}`);
    const elsewhere = [`p/_manifests/t/${older}.json`, `${older}.json`, `q/p/_manifests/s/${newer}.json`];
    assert.deepEqual(exportsAmong('p/_manifests/s/', [...elsewhere, ...keys]), [older, newer]);
  });

  const [whole] = fc.sample(intent, { numRuns: 1, seed: 2 });
  assert.ok(whole);
  const wrong: readonly (readonly [what: string, change: object])[] = [
    ['of another version', { version: 2 }],
    ['of an export whose name is not valid', { export: 'latest' }],
    ['of another export', { export: newExportId(new Date(), '0') }],
    ['in no known state', { state: 'half' }],
    ['without a stream', { stream: undefined }],
    ['of a stream without a name', { stream: { namespace: 'n' } }],
    ['of another folder', { folder: 'out/type=users_archive/' }],
    ['of no folder', { folder: '' }],
    ['with fewer than no rows', { rows: -1 }],
    ['with half a byte', { bytes: 0.5 }],
    ['with a number of objects that is a text', { objects: '1' }],
    ['with a time that is a number', { min_time: 1 }],
    ['without a time', { max_time: undefined }],
    ['with a schema that is a list', { schema: [] }],
    ['without files', { files: undefined }],
    ['with a file without a size', { files: [{ key: users.folder + nameOf(1), crc32: '', rows: 1 }] }],
    ['with a file of others', { files: [{ key: 'out/type=users/notes.txt', bytes: 1, crc32: '', rows: 1 }] }],
  ];
  for (const [what, change] of wrong) {
    test(`${what} is refused, alone and in latest.json`, () => {
      const body = (more: object) => Buffer.from(JSON.stringify({ ...whole, ...change, ...more }));
      assert.throws(() => parseIntent('out/', users, whole.export, body({})), refused(whole.export));
      if (what === 'of another export') return;
      assert.throws(() => parseLatest('out/', users, body({ earlier: [], revision: 'r' })), refused('latest'));
    });
  }

  test('is refused if latest.json names too many earlier exports or invalid ones, or has no revision', () => {
    const id = newExportId(new Date(), '0');
    const most = Array.from({ length: keptManifests }, () => id);
    assert.deepEqual(readLatest({ earlier: most }), { current: undefined, earlier: most, revision: 'r' });
    for (const more of [{ earlier: ['latest'] }, { earlier: [...most, id] }, { earlier: undefined }, { revision: 1 }]) {
      assert.throws(() => readLatest(more), { code: 'BUCKET_DOCUMENT_INVALID' });
    }
  });

  test('of a folder with a long name is refused with the beginning of that name', () => {
    const body = Buffer.from(JSON.stringify({ ...whole, folder: `${'x'.repeat(5000)}/` }));
    const message = new RegExp(`is of the folder "x{200}", not of "${users.folder}"`, 'u');
    assert.throws(() => parseIntent('out/', users, whole.export, body), { message });
  });

  test('without a previous set replaces nothing', () => {
    const { previous: _, ...alone } = whole;
    assert.deepEqual(parseIntent('out/', users, whole.export, Buffer.from(JSON.stringify(alone))).previous, []);
  });

  test('has a form that readers can rely on', () => {
    assert.equal(formatManifest(whole).toString(), `${JSON.stringify(whole)}\n`);
    const nothing = formatLatest({ current: undefined, earlier: ['a'], revision: 'r' }).toString();
    assert.equal(nothing, '{"version":1,"export":null,"earlier":["a"],"revision":"r"}\n');
    assert.deepEqual(nextLatest(undefined, whole, 'r'), { current: whole, earlier: [], revision: 'r' });
    const unnamed = { current: undefined, earlier: ['a'], revision: 'q' };
    assert.deepEqual(nextLatest(unnamed, whole, 'r').earlier, ['a']);
  });

  test('becomes one of the earlier ones, of which as many are named as are kept', () => {
    const [sample] = fc.sample(intent, { numRuns: 1, seed: 1 });
    assert.ok(sample);
    let latest: Latest | undefined;
    for (let number = 0; number < 50; number += 1) latest = nextLatest(latest, { ...sample, export: `${number}` }, 'r');
    assert.equal(latest?.current?.export, '49');
    assert.deepEqual(
      latest?.earlier,
      Array.from({ length: keptManifests }, (_, index) => `${49 - keptManifests + index}`),
    );
  });
});

// Endpoints that answer what no S3 answers: each is refused by name, soon, and in little memory.
import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { suite, test } from 'node:test';

import { listPages } from '@s3-connectors/common/s3/list.ts';
import { readObject, readRange } from '@s3-connectors/common/s3/read.ts';
import { putObject } from '@s3-connectors/common/s3/write.ts';
import * as fc from 'fast-check';

import { startCannedServer } from '../../support/canned-server.ts';
import { connect } from '../../support/s3-connection.ts';

type Answer = (request: IncomingMessage, response: ServerResponse, count: number) => void;

/** What a listing of `raw/` gives when this answers, how often it was asked, and how much memory the process took more. */
async function listed(answer: Answer, listing: object = {}, options: Parameters<typeof connect>[1] = {}) {
  let count = 0;
  await using server = await startCannedServer((request, response) => answer(request, response, ++count));
  await using connection = connect(server.endpoint, options);
  const before = process.memoryUsage.rss();
  let [keys, peak] = [0, before];
  try {
    for await (const { objects } of listPages(connection.s3, { prefix: 'raw/', ...listing })) {
      keys += objects.length;
      peak = Math.max(peak, process.memoryUsage.rss());
    }
    return { error: undefined, count, keys, lines: connection.lines };
  } catch (error) {
    const grownMb = (Math.max(peak, process.memoryUsage.rss()) - before) / 1e6;
    return { error: error as { code: string; message: string }, count, keys, grownMb, lines: connection.lines };
  }
}

const xml = (body: string): string => `<?xml version="1.0" encoding="UTF-8"?>${body}`;
const listing = (inside: string, isTruncated = false): string =>
  xml(
    `<ListBucketResult><IsTruncated>${isTruncated}</IsTruncated><EncodingType>url</EncodingType>${inside}</ListBucketResult>`,
  );
const time = '2026-01-15T12:00:00.000Z';
const entry = (key: string, { size = '1', etag = '"e"', at = time } = {}): string =>
  `<Contents><Key>${encodeURIComponent(key)}</Key><Size>${size}</Size><ETag>${etag}</ETag><LastModified>${at}</LastModified></Contents>`;
const folder = (name: string): string =>
  `<CommonPrefixes><Prefix>${encodeURIComponent(name)}</Prefix></CommonPrefixes>`;

const says =
  (body: string, status = 200): Answer =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/xml' }).end(body);
  };

/** Sends chunks for as long as somebody takes them. */
const endless =
  (status: number, begin: string, more: string, mostBytes = Infinity): Answer =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/xml' });
    response.on('error', () => undefined);
    response.write(begin);
    let sent = 0;
    const chunk = more.repeat(Math.ceil(65_536 / more.length));
    const send = (): void => {
      while (sent < mostBytes && !response.destroyed) {
        sent += chunk.length;
        if (!response.write(chunk)) return void response.once('drain', send);
      }
      response.end();
    };
    send();
  };

const laughs = xml(
  `<!DOCTYPE l [<!ENTITY a "ha">${'bcdefghij'
    .split('')
    .map((name, index) => `<!ENTITY ${name} "${`&${'abcdefghij'[index]};`.repeat(10)}">`)
    .join(
      '',
    )}]><ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>raw/&j;</Key></Contents></ListBucketResult>`,
);

const wrong: Readonly<Record<string, readonly [answer: Answer, words: RegExp, listing?: object]>> = {
  'of a key outside of the prefix': [
    says(listing(entry('other/a'))),
    /the key "other\/a", which is outside the prefix/u,
  ],
  'of a key twice': [says(listing(entry('raw/a') + entry('raw/a'))), /not in byte order, or repeated: "raw\/a"/u],
  'of keys in no order': [says(listing(entry('raw/b') + entry('raw/a'))), /not in byte order/u],
  'of an empty key': [says(listing(entry(''))), /outside the prefix|empty key/u],
  'of a key of 1,025 bytes': [says(listing(entry(`raw/${'é'.repeat(511)}`))), /more than 1024 bytes/u],
  'of a negative size': [says(listing(entry('raw/a', { size: '-1' }))), /has the size -1/u],
  'of a size beyond all numbers': [says(listing(entry('raw/a', { size: '9007199254740993' }))), /size|is not S3/u],
  'of a size that is no number': [says(listing(entry('raw/a', { size: 'many' }))), /size|is not S3/u],
  'of an ETag with a line end': [
    says(listing(entry('raw/a', { etag: '"e&#13;&#10;x: y"' }))),
    /an ETag that cannot be one/u,
  ],
  'of an ETag without end': [says(listing(entry('raw/a', { etag: 'e'.repeat(300) }))), /an ETag that cannot be one/u],
  'of an invalid time': [says(listing(entry('raw/a', { at: 'yesterday' }))), /no time of change|is not S3|lacks/u],
  'of an entry without a size': [says(listing('<Contents><Key>raw/a</Key></Contents>')), /lacks its key, size/u],
  'of a folder outside of the prefix': [says(listing(folder('other/'))), /the folder "other\/"/u, { delimiter: '/' }],
  'of the prefix itself as a folder': [says(listing(folder('raw/'))), /the folder "raw\/"/u, { delimiter: '/' }],
  'of a folder two levels down': [says(listing(folder('raw/a/b/'))), /the folder/u, { delimiter: '/' }],
  'of a folder twice': [says(listing(folder('raw/a/') + folder('raw/a/'))), /repeated/u, { delimiter: '/' }],
  'of folders that were not asked for': [says(listing(folder('raw/a/'))), /the folder "raw\/a\/"/u],
  'of names that steer a terminal': [says(listing(entry('\u001b[2J\n'))), /"\\u\{1b\}\[2J\\u\{a\}"/u],
  'with a token that never changes': [
    says(listing(`${entry('raw/a')}<NextContinuationToken>t</NextContinuationToken>`, true)),
    /not in byte order|not where/u,
  ],
  'whose empty pages never end': [
    (_request, response, count) => {
      response.end(listing(`<NextContinuationToken>${count}</NextContinuationToken>`, true));
    },
    /1000 pages in a row are empty/u,
  ],
  'whose pages repeat in turns': [
    (_request, response, count) => {
      const token = `<NextContinuationToken>${count % 2}</NextContinuationToken>`;
      response.end(listing(entry(count % 2 === 0 ? 'raw/a' : 'raw/b') + token, true));
    },
    /not in byte order/u,
  ],
  'of 400 MB': [endless(200, '<ListBucketResult>', entry('raw/a'), 400e6), /more than 8388608 bytes/u],
  'without end': [endless(200, '<ListBucketResult>', '<x/>'), /more than 8388608 bytes/u],
  'in which everything is in something else': [endless(200, '', '<a>', 6e6), /is not S3/u],
  'that expands a billion times': [says(laughs), /is not S3|outside of it|lacks/u],
  'that is an error of 400 MB': [
    endless(403, '<Error><Code>AccessDenied</Code><Message>', 'x', 400e6),
    /more than 1048576 bytes/u,
  ],
  'that is a passing error without end': [endless(503, '<Error><Message>', 'x'), /more than 1048576 bytes/u],
  'that is no XML': [says('{"keys": []}'), /is not S3/u],
  'that is cut XML with a length that fits': [says('<ListBucketResult><Contents><Key>'), /is not S3/u],
  'that is empty': [says(''), /is not S3|is not a listing/u],
  'that is another document': [says(xml('<Other/>')), /is not a listing/u],
};

function bytewise(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

suite('a listing', () => {
  for (const [what, [answer, words, how]] of Object.entries(wrong)) {
    test(`${what} is refused by name, after few requests and in little memory`, async () => {
      const { error, count, grownMb = 0 } = await listed(answer, how);
      assert.equal(error?.code, 'S3_ANSWER_INVALID', error?.message);
      assert.match(error?.message ?? '', words);
      assert.match(error?.message ?? '', /^Could not list .*raw\/.*"endpoint"/u);
      assert.ok((error?.message.length ?? 0) < 1200);
      assert.ok(count <= 1000 && (count <= 3 || what.includes('empty pages')), `${count} requests`);
      assert.ok(grownMb < 200, `${grownMb} MB`);
    });
  }

  test('is not followed to another host, however often it is sent there', async () => {
    const { error, count } = await listed((request, response) => {
      response.writeHead(307, { location: `http://${request.headers.host}${request.url}` }).end();
    });
    assert.ok(['S3_REGION_WRONG', 'S3_ANSWER_INVALID'].includes(error?.code ?? ''), error?.message);
    assert.equal(count, 1);
  });

  test('that arrives too slowly fails after the time limit for an answer', async () => {
    const { error } = await listed(
      (_request, response) => {
        response.writeHead(200);
        const timer = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(timer));
      },
      {},
      { answerTimeoutMs: 100, retryBudgetMs: 0 },
    );
    assert.equal(error?.code, 'S3_UNAVAILABLE');
  });

  for (const flag of ['', '<IsTruncated>false</IsTruncated>']) {
    test(`continues while a page has a token for the next, with "${flag}"`, async () => {
      const token = '<NextContinuationToken>t</NextContinuationToken>';
      const page = (inside: string): string =>
        xml(`<ListBucketResult>${flag}<EncodingType>url</EncodingType>${inside}</ListBucketResult>`);
      const { error, keys, count } = await listed((request, response, asked) => {
        const isNext = request.url?.includes('continuation-token') === true;
        says(page(isNext ? entry('raw/b') : entry('raw/a') + token))(request, response, asked);
      });
      assert.deepEqual({ error, keys, count }, { error: undefined, keys: 2, count: 2 });
    });
  }

  test('of any sorted keys is accepted unchanged', async () => {
    const unit = fc.oneof(
      fc.constantFrom('a', 'b', '/', '\ue000', '\uffff', '😀', '\u0001', 'é'),
      fc.string({ unit: 'grapheme', maxLength: 2 }),
    );
    const name = fc.array(unit, { minLength: 1, maxLength: 5 }).map((units) => `raw/${units.join('').toWellFormed()}`);
    let keys: string[] = [];
    await using server = await startCannedServer((_request, response) => {
      response.end(listing(keys.map((key) => entry(key)).join('')));
    });
    await using connection = connect(server.endpoint);
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(name, { minLength: 1, maxLength: 20 }), async (some) => {
        keys = some.sort(bytewise);
        const pages = await Array.fromAsync(listPages(connection.s3, { prefix: 'raw/' }));
        assert.deepEqual(
          pages.flatMap(({ objects }) => objects.map(({ key }) => key)),
          keys,
        );
        if (keys.length < 2) return;
        keys = keys.toReversed();
        await assert.rejects(Array.fromAsync(listPages(connection.s3, { prefix: 'raw/' })), {
          code: 'S3_ANSWER_INVALID',
        });
      }),
      { seed: 20_260_115, numRuns: 300, endOnFailure: true },
    );
  });
});

suite('an object', () => {
  const range = { key: 'raw/a', etag: '"e"', start: 10, end: 20 };
  const ten = '0123456789';
  const ranged = { etag: '"e"', 'content-range': 'bytes 10-19/100' };
  const answers: Readonly<Record<string, readonly [number, Readonly<Record<string, string>>, string, RegExp]>> = {
    'with status 200 for a range': [200, { etag: '"e"' }, ten, /has the entire object, not the requested range/u],
    'of other bytes': [
      206,
      { ...ranged, 'content-range': 'bytes 0-9/100' },
      ten,
      /has bytes 0-9\/100, not the requested range/u,
    ],
    'of more bytes than asked for': [206, ranged, `${ten}${ten}`, /more bytes came than were requested/u],
    'of another version': [206, { ...ranged, etag: '"f"' }, ten, /another version of the object/u],
    'without an ETag': [206, { 'content-range': ranged['content-range'] }, ten, /another version of the object/u],
    'without a Content-Range': [206, { etag: '"e"' }, ten, /not the requested range/u],
  };
  for (const [what, [status, headers, body, words]] of Object.entries(answers)) {
    test(`${what} is refused by name`, async () => {
      let count = 0;
      await using server = await startCannedServer((_request, response) => {
        count += 1;
        response.writeHead(status, headers).end(body);
      });
      await using connection = connect(server.endpoint);
      await assert.rejects(readRange(connection.s3, range), { code: 'S3_ANSWER_INVALID', message: words });
      assert.equal(count, 1);
    });
  }

  test('of fewer bytes than requested is resumed, and fails when no more bytes come', async () => {
    await using server = await startCannedServer((_request, response) => {
      response.writeHead(206, { ...ranged, 'content-length': '0' }).end();
    });
    await using connection = connect(server.endpoint, { retryBudgetMs: 300 });
    await assert.rejects(readRange(connection.s3, range), { code: 'S3_UNAVAILABLE' });
    assert.ok(connection.s3.counters.GetObject.requests < 50);
  });

  test('that never ends fails at its bound when it is read completely', async () => {
    await using server = await startCannedServer((request, response) => {
      response.setHeader('etag', '"e"');
      endless(200, '', 'x')(request, response, 1);
    });
    await using connection = connect(server.endpoint);
    await assert.rejects(readObject(connection.s3, 'raw/a', 100_000), { code: 'BUCKET_DOCUMENT_INVALID' });
  });

  test('is not written when the answer never ends', async () => {
    await using server = await startCannedServer((request, response) => {
      request.resume();
      response.setHeader('etag', '"e"');
      endless(200, '', 'x')(request, response, 1);
    });
    await using connection = connect(server.endpoint);
    const object = { key: 'a', body: Buffer.from('x'), contentType: 'text/plain' };
    const headers = { encryption: { mode: 'bucket_default' } } as const;
    await assert.rejects(putObject(connection.s3, object, headers), {
      code: 'S3_ANSWER_INVALID',
      message: /Could not write/u,
    });
  });
});

// A tap's records are written directly into its frame: byte for byte the lines of the other protocol, except for the text around
// the data.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { parseConfiguredCatalog } from '@s3-connectors/common/protocol/catalog.ts';
import { parseState } from '@s3-connectors/common/protocol/state.ts';
import { singerFrame } from '@s3-connectors/common/protocol/record-frame.ts';

import { read } from '../../source-s3/src/verbs/read/read.ts';
import { parquet } from '../support/parquet.ts';
import { avroFile, recordOf } from './support/avro.ts';
import { catalogJson, readHere, serverWith, sourceConfig, type Json } from './support/source.ts';

const id = 'say "t"';
const columns = { i: { type: 'integer' }, n: { type: 'number' }, s: { type: 'string' }, day: { type: 'string' } };

const files: Readonly<Record<string, () => Promise<Buffer | string>>> = {
  parquet: () =>
    parquet(`SELECT i, CASE WHEN i % 3 = 0 THEN 'x' ELSE '1.50' END AS n, 'é"' AS s FROM range(5000) t(i)`),
  csv: () => Promise.resolve(`i,n,s\n${'1,1.50,"é"""\n2,x,\n'.repeat(2000)}`),
  jsonl: () => Promise.resolve('{"i": 1,"s":"\\u00e9", "n":1.50}\n{}\n'.repeat(2000)),
  avro: () => {
    const rows = Array.from({ length: 4000 }, (_, i) => ({ i, n: i % 3 === 0 ? 'x' : '1.50', s: 'é"' }));
    return Promise.resolve(avroFile(recordOf({ i: 'int', n: 'string', s: 'string' }), rows));
  },
};

/** The time of a line is that of its run. */
function withoutTimes(lines: readonly string[]): readonly string[] {
  return lines.map((line) => line.replace(/"time_extracted":"[^"]+"/u, ''));
}

/** A line of the other protocol in the tap's: without `meta`, which Singer does not have. */
function rewritten(line: string, version: string): string {
  const match =
    /^\{"type":"RECORD","record":\{"stream":"t","namespace":"lake","data":(.*),"emitted_at":(\d+)(?:,"meta":.*)?\}\}$/u;
  const [, data, emitted] = match.exec(line) ?? assert.fail(line);
  const time = new Date(Number(emitted)).toISOString();
  return `{"type":"RECORD","stream":${JSON.stringify(id)},"record":${data}${version},"time_extracted":"${time}"}`;
}

suite('the records of a tap', () => {
  for (const [format, make] of Object.entries(files)) {
    for (const version of [undefined, 7]) {
      test(`of ${format} are the other face's bytes in a frame of their own, ${version === undefined ? 'without' : 'with'} a version`, async () => {
        await using server = await serverWith({ [`lake/t/day=1/a.${format}`]: await make() });
        const config: Json = { data_format: { format } };
        const catalog = catalogJson({ t: columns });
        const { lines } = await readHere(server, { config, catalog });
        const context = {
          log: () => undefined,
          signal: new AbortController().signal,
          fail: assert.fail,
          frameOf: () => singerFrame(id, version),
        };
        let text = '';
        const output = read(
          sourceConfig(server, config),
          parseConfiguredCatalog(catalog),
          parseState(undefined),
          context,
        );
        for await (const piece of output) if (piece instanceof Uint8Array) text += Buffer.from(piece).toString();
        const versioned = version === undefined ? '' : `,"version":${version}`;
        const records = lines.filter((line) => line.startsWith('{"type":"RECORD"'));
        assert.ok(records.length >= 4000);
        assert.deepEqual(
          withoutTimes(text.split('\n').slice(0, -1)),
          withoutTimes(records.map((line) => rewritten(line, versioned))),
        );
        assert.match(text, /"time_extracted":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"\}\n$/u);
      });
    }
  }
});

// What brings text to its records: the forms of JSON, the containers of compressed text, and the log of Spark's sink.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { brotliCompressSync, deflateSync } from 'node:zlib';

import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

import type { Compression } from '../../../source-s3/src/formats/text/compression/codecs.ts';
import { inflate } from '../../../source-s3/src/formats/text/compression/compression.ts';
import { Damage } from '../../../source-s3/src/formats/text/compression/damage.ts';
import { memberBytes, refusalOf, zipMembers } from '../../../source-s3/src/formats/text/compression/zip.ts';
import { FormProbe } from '../../../source-s3/src/formats/jsonl/json-form.ts';
import { JsonValues } from '../../../source-s3/src/formats/jsonl/json-values.ts';
import { entryOf } from '../../../source-s3/src/listing/spark-log.ts';
import { zipOf } from '../../source-s3/support/zip.ts';
import { damaged } from '../damaged.ts';
import { nothingToClose, type FuzzTarget, type Outcome } from '../target.ts';

const text = '{"id":1,"name":"x"}\n{"id":2,"name":"a longer text, a longer text"}\n';
const compressedFile = (name: string): Buffer =>
  readFileSync(join(import.meta.dirname, '../../source-s3/formats/text/compression/files', name));

async function* inPieces(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield await Promise.resolve(bytes.subarray(at, at + length));
}

/** What comes out, or that it is damaged. @throws what is neither our own word for damage nor zlib's. */
async function inflated(pieces: AsyncIterable<Uint8Array>): Promise<Buffer | undefined> {
  try {
    return await buffer(pieces);
  } catch (error) {
    const { code = '' } = error as { readonly code?: unknown };
    if (error instanceof Damage || /^(?:Z_|ZSTD_|ERR_BROTLI|ERR__ERROR)/u.test(String(code))) return undefined;
    throw error;
  }
}

/** The same text, or damage, under any cutting into pieces. */
function codecTarget(kind: Compression, corpus: readonly Uint8Array[]): FuzzTarget {
  return {
    name: `text-${kind}`,
    open: () =>
      Promise.resolve({
        ...nothingToClose,
        inputs: damaged(corpus),
        async check(input): Promise<Outcome> {
          const whole = await inflated(inflate(inPieces(input, 65_536), kind));
          const cut = await inflated(inflate(inPieces(input, 7), kind));
          assert.deepEqual(cut, whole);
          return whole === undefined ? 'damage' : 'text';
        },
      }),
  };
}

const zip: FuzzTarget = {
  name: 'text-zip',
  open: () =>
    Promise.resolve({
      ...nothingToClose,
      inputs: damaged(
        [
          ...['infozip.zip', 'stored.zip'].map(compressedFile),
          zipOf([
            { name: 'a.json', body: text },
            { name: 'b/', body: '' },
            { name: 'b/c.json', body: text.repeat(50), isStored: true },
          ]),
        ],
        {
          nearEnd: 250,
          tokens: ['PK\u0001\u0002', 'PK\u0003\u0004', 'PK\u0005\u0006', 'PK\u0006\u0006', 'PK\u0006\u0007'],
        },
      ),
      async check(input): Promise<Outcome> {
        const signal = new AbortController().signal;
        const archive = {
          size: input.length,
          from: (offset: number, _: AbortSignal, end = input.length) => inPieces(input.subarray(offset, end), 1000),
        };
        const members = await zipMembers(archive, signal).catch((error: unknown) => {
          if (error instanceof Damage) return undefined;
          throw error;
        });
        if (members === undefined) return 'no directory';
        let outcome = 'texts';
        for (const member of members) {
          if (refusalOf(member) !== undefined) return 'refused';
          const body = await inflated(memberBytes(archive, { member, pieceBytes: 1000 }, signal));
          if (body === undefined) outcome = 'damage';
          else assert.equal(body.length, member.bytes);
        }
        return outcome;
      },
    }),
};

type Values = { readonly form: string; readonly values: readonly string[]; readonly isDamaged: boolean };

/** The form of a text and, if it is not lines, its values. */
function jsonValues(bytes: Uint8Array, pieceBytes: number): Values {
  const pieces = Array.from({ length: Math.ceil(bytes.length / pieceBytes) }, (_, index) =>
    Buffer.from(bytes.subarray(index * pieceBytes, (index + 1) * pieceBytes)),
  );
  const probe = new FormProbe();
  const form = pieces.map((piece) => probe.see(piece)).find((found) => found !== undefined) ?? probe.end();
  const values: string[] = [];
  if (form === 'lines') return { form, values, isDamaged: false };
  const cutter = new JsonValues(form, { key: 'k', origin: 0, isInside: false });
  const take = (): void => {
    while (cutter.next()) {
      assert.equal(bytes[cutter.start], cutter.bytes[0]);
      values.push(cutter.bytes.toString('latin1', 0, cutter.to));
    }
  };
  try {
    for (const piece of pieces) {
      cutter.push(piece);
      take();
    }
    cutter.finish();
    take();
    return { form, values, isDamaged: false };
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.code !== 'FILE_UNREADABLE') throw error;
    return { form, values, isDamaged: true };
  }
}

/** What JSON.parse makes of a text; undefined for none. */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}

const jsonForms: FuzzTarget = {
  name: 'json-forms',
  open: () =>
    Promise.resolve({
      ...nothingToClose,
      inputs: damaged(
        [
          '[{"a":1},{"b":[1,"]"]}]',
          '{"a":1}{"b":{"c":"}"}} {"d":null}',
          '{\n "a": [\n1,\n2]\n}\n{\n}\n',
          '[]',
          '[[1],[2]]',
        ].map((json) => Buffer.from(json)),
        { tokens: ['{', '}', '[', ']', '"', ',', ':', '\\', '\n', '\r', ' ', '{"a":1}', '[{', '}]', 'null', '1'] },
      ),
      check(input): Promise<Outcome> {
        const whole = jsonValues(input, input.length + 1);
        assert.deepEqual(jsonValues(input, 1), whole);
        const elements = parsed(Buffer.from(input).toString('latin1'));
        if (whole.form === 'array' && Array.isArray(elements)) {
          assert.ok(!whole.isDamaged);
          assert.deepEqual(whole.values.map(parsed), elements);
        }
        return Promise.resolve(`${whole.form}${whole.isDamaged ? ', damaged' : ''}`);
      },
    }),
};

const sparkLog: FuzzTarget = {
  name: 'spark-log',
  open: () =>
    Promise.resolve({
      ...nothingToClose,
      inputs: damaged(
        [
          '{"path":"s3a://b/lake/events/p=a%20b/part-0.json","size":9,"isDir":false,"action":"add"}',
          '{"path":"file:/data/p=1/q=2/part-%C3%A9.json","action":"delete"}',
        ].map((line) => Buffer.from(line)),
        { tokens: ['%', '%2', '/', '=', ':', '//', '"', '"path":', 'null', '{', '\\u'] },
      ),
      check(input): Promise<Outcome> {
        const entry = entryOf(Buffer.from(input).toString(), 'lake/events/');
        if (entry === undefined) return Promise.resolve('none');
        assert.equal(typeof entry.path, 'string');
        return Promise.resolve('entry');
      },
    }),
};

export const textTargets: readonly FuzzTarget[] = [
  jsonForms,
  zip,
  codecTarget('snappy', [
    compressedFile('framed.json.sz').subarray(0, 12_000),
    compressedFile('framed.json.sz').subarray(0, 10),
  ]),
  codecTarget('hadoop_snappy', [compressedFile('hadoop.json.snappy')]),
  codecTarget('deflate', [deflateSync(text), Buffer.concat([deflateSync(text), Buffer.alloc(3), deflateSync('{}')])]),
  codecTarget('brotli', [brotliCompressSync(text), brotliCompressSync(text.repeat(100))]),
  sparkLog,
];

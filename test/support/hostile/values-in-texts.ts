// For both destinations: for any lines, no value of a record is in any text, printed state, manifest or registry.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import * as fc from 'fast-check';

import { canary, isDefect, leakIn, printedOf } from './canary.ts';
import { damaged, damages } from './damage.ts';
import { bucket, catalogJson, recordLine, statusLine, type Json } from '../destination-input.ts';
import { emptyServer } from '../empty-server.ts';
import type { S3TestServer } from '../../../tools/s3-server/types.ts';

type Ran = {
  readonly lines: readonly string[];
  readonly said: readonly (readonly [level: string, message: string])[];
  readonly failures: readonly unknown[];
  readonly error: unknown;
};
type Write = (server: S3TestServer, input: readonly Uint8Array[], config: Json, catalog: Json) => Promise<Ran>;

const { text, integer, digits, decimal, date, time } = canary;

/** Of several types each: a decision for one is wrong for another. */
const values: readonly unknown[] = [
  text,
  integer,
  -integer,
  Number(decimal),
  decimal,
  digits,
  date,
  time,
  `${time}Z`,
  [text, integer],
  [[text], text],
  { n: text, m: { n: integer } },
  JSON.stringify({ a: text }),
  null,
  true,
  `${text}\u0000`,
  `${text}\ud800`,
  '',
];
const raw = [`1e400`, `${digits}${digits}${digits}`, `NaN`, `-0.${digits}`, `"\\u00zz${text}"`, `"${text}`, text];

const value = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...values).map((one) => JSON.stringify(one)) },
  { weight: 6, arbitrary: fc.constantFrom(...values).map((one) => JSON.stringify({ member: one })) },
  { weight: 1, arbitrary: fc.constantFrom(...raw) },
);
const field = fc.constantFrom('a', 'b', 'time', 'user_id', 'id', 'properties');
const row = fc.array(fc.tuple(field, value), { maxLength: 6 }).map((members) => {
  return `{${members.map(([name, one]) => `${JSON.stringify(name)}:${one}`).join(',')}}`;
});
type Around = (data: string) => string;
const valid: readonly Around[] = [
  (data) => recordLine('pages', data, 1_768_487_400_000),
  (data) => recordLine('events', data, 1_768_487_400_000),
];
const hostile: readonly Around[] = [
  (data) => `{"type":"RECORD","record":{"stream":"pages","data":${data},"emitted_at":${JSON.stringify(text)}}}\n`,
  (data) => `{"type":"RECORD","record":{"data":${data}}}\n`,
  (data) => `{"type":${JSON.stringify(text)},"record":${data}}\n`,
  (data) => `{"type":"STATE","state":${data}}\n`,
  (data) => `{"type":"LOG","log":{"message":${JSON.stringify(text)},"of":${data}}}\n`,
  (data) => `${data}\n`,
];
const envelope = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...valid) },
  { weight: 1, arbitrary: fc.constantFrom(...hostile) },
);

/** A line, and perhaps damage to it. */
const line = fc
  .tuple(envelope, row, fc.oneof({ weight: 12, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: damages }))
  .map(([around, data, damage]) => {
    const bytes = Buffer.from(around(data));
    return damage === null ? bytes : damaged(bytes, damage, [text, digits, date]);
  });

const catalogWith = (destination_sync_mode: string): Json =>
  catalogJson(
    {
      destination_sync_mode,
      name: 'pages',
      properties: { a: { type: 'integer' }, b: { type: 'string' }, time: { type: 'string', format: 'date-time' } },
    },
    { name: 'events', properties: { time: {}, user_id: {}, event_name: {}, properties: {} } },
  );

const modes = fc.constantFrom('append', 'overwrite');

/** `runs`: with each config, of eight lines on average. */
export function registerValueTests(write: Write, runs: number, configs: readonly Json[]): void {
  suite('no value of a record is in a text', () => {
    const running = emptyServer();
    for (const [index, config] of configs.entries()) {
      test(`whatever lines come, with ${JSON.stringify(config)}`, async (context) => {
        let failed = 0;
        await fc.assert(
          fc.asyncProperty(fc.array(line, { minLength: 4, maxLength: 12 }), modes, async (lines, mode) => {
            const server = running();
            for (const { key } of server.objects(bucket)) server.remove(bucket, key);
            const input = [...lines, Buffer.from(statusLine('pages', 'COMPLETE'))];
            const ran = await write(server, input, config, catalogWith(mode));
            const failures = [...ran.failures, ...(ran.error === undefined ? [] : [ran.error])];
            if (failures.length > 0) failed++;
            const said = ran.said.map(([, message]) => message);
            for (const one of [...said, ...failures.map(printedOf), ...documentsIn(server)]) {
              assert.equal(leakIn(one), undefined, one.slice(0, 2000));
            }
            for (const failure of failures) {
              assert.ok(!isDefect(failure) && !printedOf(failure).startsWith('CONFIG_INVALID'), printedOf(failure));
            }
          }),
          { numRuns: runs, seed: 14 + index, endOnFailure: true },
        );
        context.diagnostic(`${failed} runs failed`);
      });
    }
  });
}

/** Manifests and registries, and the names of all objects. */
function documentsIn(server: S3TestServer): readonly string[] {
  const objects = server.objects(bucket, '');
  const documents = objects.filter(({ key }) => /\/_(?:manifests|schemas)\//u.test(key));
  return [...documents.map(({ body }) => body.toString()), ...objects.map(({ key }) => key)];
}

// Records with what JSON or UTF-8 cannot express, NaN and halves of surrogate pairs: they are stored, and every reader accepts
// them.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { Completion } from '@s3-connectors/common/destination/input/completion.ts';
import { DurableStates } from '@s3-connectors/common/destination/input/durable-states.ts';
import { LineIntake } from '@s3-connectors/common/destination/input/line-intake.ts';
import { byStreamKey } from '@s3-connectors/common/destination/input/stream-names.ts';
import { parseJson } from '@s3-connectors/common/json/parse-json.ts';
import { silentLog } from '@s3-connectors/common/protocol/log.ts';
import * as fc from 'fast-check';

/** Data of the records that were taken, of a stream `a`, and lines below `_rejected/`. */
function taken(input: string | Buffer) {
  const [stored, rejected]: [string[], string[]] = [[], []];
  const intake = new LineIntake({
    byKey: byStreamKey([[{ name: 'a' }, { index: 0 }] as const]),
    fields: ['t', 'caf\u00e9'],
    strays: 1,
    states: new DurableStates(2, Infinity),
    completion: new Completion(['legacy']),
    handlers: {
      record: (_, bytes, { dataStart, dataEnd }) => void stored.push(bytes.toString('utf8', dataStart, dataEnd)),
      refused: (_, { kept }) => void rejected.push(kept.toString()),
      passed: () => undefined,
    },
    log: silentLog,
  });
  const bytes = Buffer.from(input);
  const ends = [...bytes.entries()].flatMap(([at, byte]) => (byte === 0x0a ? [at] : []));
  intake.take({ bytes, ends, firstLine: 1, unterminated: false });
  const found = intake.repairs.of(0);
  const counts = (['nulled', 'repairedTexts'] as const).map((kind) => Object.fromEntries(found?.[kind] ?? []));
  return { stored, rejected, counts, strays: intake.repairs.of(1), all: intake.repairs.counts };
}

function record(data: string, stream = 'a'): string {
  return `{"type":"RECORD","record":{"stream":"${stream}","data":${data},"emitted_at":1}}\n`;
}

/** A value as sent, as every reader must see it, and the number of its changed parts. */
type Sent = { readonly sent: string; readonly read: unknown; readonly nulled: number; readonly repaired: number };

const halves = fc.constantFrom('\ud83d', '\ude00', '\udfff', '\ud800', '\udbff\udbff', '\udc00\ud800');
const piece = fc.oneof(
  halves,
  fc.constantFrom('\u{1f600}', '"', '\\', 'ud83d', '\\ud83d', '\n', 'ü', '\0', 'NaN', ' '),
);
const hostileText = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''));

function halvesOf(text: string): number {
  return Array.from(text).filter((character) => !character.isWellFormed()).length;
}

const textValue = fc.tuple(hostileText, fc.boolean()).map(([text, isUpper]): Sent => {
  const escaped = JSON.stringify(text);
  const upper = (unit: string): string => (unit.startsWith('\\u') ? `\\u${unit.slice(2).toUpperCase()}` : unit);
  const sent = isUpper ? escaped.replaceAll(/\\(?:u[\da-f]{4}|.)/gu, upper) : escaped;
  return { sent, read: text.toWellFormed(), nulled: 0, repaired: halvesOf(text) };
});
const notNumber = fc
  .constantFrom('NaN', 'Infinity', '-Infinity')
  .map((sent): Sent => ({ sent, read: null, nulled: 1, repaired: 0 }));
const plain = fc
  .constantFrom('1', '-0.5', 'true', 'null', '"NaN"', '"[NaN,"', '1e3')
  .map((sent): Sent => ({ sent, read: JSON.parse(sent), nulled: 0, repaired: 0 }));
const blank = fc.constantFrom('', '', ' ', '\t \r');

function sum(values: readonly Sent[], of: (value: Sent) => number): number {
  return values.reduce((total, value) => total + of(value), 0);
}

const { object } = fc.letrec<{ value: Sent; object: Sent }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    textValue,
    notNumber,
    plain,
    fc.array(fc.tuple(tie('value'), blank), { maxLength: 3 }).map((items): Sent => {
      const values = items.map(([value]) => value);
      return {
        sent: `[${items.map(([{ sent }, space]) => space + sent + space).join(',')}]`,
        read: values.map(({ read }) => read),
        nulled: sum(values, ({ nulled }) => nulled),
        repaired: sum(values, ({ repaired }) => repaired),
      };
    }),
    tie('object'),
  ),
  object: fc
    .uniqueArray(fc.tuple(textValue, tie('value'), blank), {
      maxLength: 4,
      selector: ([key]) => String(key.read),
    })
    .map((members): Sent => {
      const all = members.flatMap(([key, value]) => [key, value]);
      return {
        sent: `{${members.map(([key, { sent }, space]) => `${space}${key.sent}${space}:${space}${sent}`).join(',')}}`,
        read: Object.fromEntries(members.map(([key, { read }]) => [String(key.read), read])),
        nulled: sum(all, ({ nulled }) => nulled),
        repaired: sum(all, ({ repaired }) => repaired),
      };
    }),
}));

suite('a record with NaN, Infinity or halves of surrogate pairs', () => {
  test('is stored as JSON that every reader takes, all else as it came, and each change is counted (5,000 inputs of up to 4 records)', () => {
    let changes = 0;
    fc.assert(
      fc.property(fc.array(object, { minLength: 1, maxLength: 4 }), (records) => {
        const { stored, all } = taken(records.map(({ sent }) => record(sent)).join(''));
        assert.deepEqual(
          stored.map((text) => parseJson(text)),
          records.map(({ read }) => read),
        );
        const expected = {
          nulled: sum(records, ({ nulled }) => nulled),
          repairedTexts: sum(records, ({ repaired }) => repaired),
        };
        assert.deepEqual(all, { ...expected, repeatedKeys: 0, outOfRange: 0 });
        for (const [index, text] of stored.entries()) {
          const { sent, nulled, repaired } = records[index] as Sent;
          if (nulled === 0 && repaired === 0) assert.equal(text, sent);
          if (nulled === 0) assert.equal(text.length, sent.length);
        }
        changes += expected.nulled + expected.repairedTexts;
      }),
      { seed: 20_260_115, numRuns: 5000 },
    );
    assert.ok(changes > 5000, String(changes));
  });

  test('keeps all its members, also those whose names only halves tell apart (2,000 objects)', () => {
    const name = fc.array(fc.constantFrom('a', '\ud83d', '\ude00', '\udfff', '\ufffd', '\ue03d', '\u{1f600}'), {
      maxLength: 3,
    });
    const names = fc.uniqueArray(
      name.map((parts) => parts.join('')),
      { maxLength: 6 },
    );
    let changes = 0;
    fc.assert(
      fc.property(names, names, (outer, inner) => {
        const value = JSON.stringify(Object.fromEntries(inner.map((key, index) => [key, index])));
        const { stored, all } = taken(record(`{${outer.map((key) => `${JSON.stringify(key)}:[${value}]`).join(',')}}`));
        const rows = Object.entries(parseJson(stored[0] ?? '') as Record<string, readonly object[]>);
        assert.equal(rows.length, outer.length);
        for (const [key, [object]] of rows) {
          assert.ok([key, ...Object.keys(object ?? {})].every((text) => text.isWellFormed()));
          assert.deepEqual(new Set(Object.values(object ?? {})), new Set(inner.keys()));
        }
        changes += all.repairedTexts;
      }),
      { seed: 20_260_115, numRuns: 2000 },
    );
    assert.ok(changes > 5000, String(changes));
  });

  test('writes the code of a half into a name that another member would have, and else U+FFFD', () => {
    const { stored } = taken(record('{"a\\ud83d":1,"a\\ude00":2,"\\ufffd":3,"\\uD83D":4,"b\\ud83d":5}'));
    assert.deepEqual(stored, ['{"a(D83D)":1,"a(DE00)":2,"\\ufffd":3,"(D83D)":4,"b\\ufffd":5}']);
  });

  test('is counted by the path of its field', () => {
    const data = '{"a":NaN,"b":{"c":[-Infinity,1,Infinity],"\\ud83d":"x"},"d":"\\ud83d \\udc00","e":[{"f":NaN}]}';
    const { stored, counts } = taken(record(data) + record('{"a":NaN}'));
    assert.equal(stored[0], '{"a":null,"b":{"c":[null,1,null],"\\ufffd":"x"},"d":"\\ufffd \\ufffd","e":[{"f":null}]}');
    assert.deepEqual(counts, [
      { a: 2, 'b.c[]': 2, 'e[].f': 1 },
      { 'b.\ufffd': 1, d: 2 },
    ]);
  });

  test('is counted with others when its stream has more than 100 such fields, and with the member that it is deep in', () => {
    const members = Array.from({ length: 200 }, (_, index) => `"k${index}":NaN`).join(',');
    const { counts } = taken(record(`{${members}}`) + record(`{"k0":${'{"a":['.repeat(1000)}NaN${']}'.repeat(1000)}}`));
    const fields = Object.entries(counts[0] ?? {});
    assert.equal(fields.length, 101);
    assert.equal(fields.find(([name]) => name === '*')?.[1], 101);
  });

  test('may have 100,000 of them', () => {
    const { stored, counts } = taken(record(`{"a":[${'NaN,'.repeat(100_000)}-Infinity,"\\ud83d"]}`));
    assert.equal(stored[0], `{"a":[${'null,'.repeat(100_000)}null,"\\ufffd"]}`);
    assert.deepEqual(counts, [{ 'a[]': 100_001 }, { 'a[]': 1 }]);
  });

  test('loses the halves in each of many rows with the same key', () => {
    const { stored } = taken(record('{"\\ud83d":1}').repeat(3));
    assert.deepEqual(stored, ['{"\\ufffd":1}', '{"\\ufffd":1}', '{"\\ufffd":1}']);
  });

  const rejectedLines = [
    [record('["\\ud83d",NaN]'), '{"reason":"not_an_object","field":"data","record":["\\ufffd",null]}'],
    [record('NaN'), '{"reason":"not_an_object","field":"data","record":null}'],
    [record('{"a":"\\ud83d","b":NaN}', 'b'), '{"reason":"unknown_stream","field":"stream","stream":"b","record":{"a":"\\ufffd","b":null}}'],
    [record('{}', '\\ud83d'), '{"reason":"unknown_stream","field":"stream","stream":"\ufffd","record":{}}'],
    [record('{}', `${'x'.repeat(999)}\u{1f600}`), `{"reason":"unknown_stream","field":"stream","stream":"${'x'.repeat(999)}\ufffd","record":{}}`],
  ] as const; // prettier-ignore
  for (const [index, [line, kept]] of rejectedLines.entries()) {
    test(`is rejected in a line that every reader takes (${index + 1})`, () =>
      assert.deepEqual(taken(line).rejected, [kept]));
  }

  test('is kept in base64 as it came if it is not UTF-8', () => {
    const line = Buffer.from(record('{"a":NaN,"b":"~"}').replace('~', '\xff'), 'latin1');
    const { record_base64: kept } = JSON.parse(taken(line).rejected[0] ?? '') as { readonly record_base64: string };
    assert.equal(Buffer.from(kept, 'base64').toString('latin1'), '{"a":NaN,"b":"\xff"}');
  });

  const notJson = [
    '{"a":1NaN}',
    '{"a":NaN1}',
    '{"a":1e-NaN}',
    '{"a":- NaN}',
    '{NaN:1}',
    '{"a":nan}',
    '{"a":NaNNaN}',
    '{"a":[1 NaN]}',
    '{"a":InfinityNaN}',
    '{"a":-.NaN}',
    '{"a":+Infinity}',
  ];
  for (const data of notJson) {
    test(`is none if a word is only a part of something else: ${data}`, () =>
      assert.throws(() => taken(record(data)), { code: 'INPUT_INVALID' }));
  }

  test('does not make a STATE of what is none: that comes back as it was sent, or ends the run', () => {
    const state = '{"type":"STATE","state":{"data":{"n":NaN}}}\n';
    assert.throws(() => taken(state), /holds NaN or Infinity/u);
  });
});

// Two runs that write to one table at the same time, as the workers of an indexed job do.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { parseJson } from '@s3-connectors/common/json/parse-json.ts';
import { joinedType } from '../../../destination-s3-batch/src/columns/types/joined-type.ts';
import type { FieldType, StructType } from '../../../destination-s3-batch/src/columns/types/field-type.ts';
import { bucket, catalogJson, recordLine, stateLine, type Json } from '../../support/destination-input.ts';
import { emptyServer } from '../../support/empty-server.ts';
import { queryParquet, runWrite, type Ran } from '../support/batch.ts';

const registry = 'permutive/_schemas/visits.json';

suite('two runs at the same time', () => {
  const running = emptyServer();

  async function run(id: number, row: Json): Promise<Ran> {
    const input = [recordLine('visits', { id, ...row }), stateLine('visits', { id })];
    return await runWrite(running(), input, { catalog: catalogJson('visits'), config: { worker_id: `w${id}` } });
  }

  /** Two runs: one writes the types between the other's reading and writing them. */
  async function race(first: Json, second: Json): Promise<readonly [Ran, Ran]> {
    const server = running();
    let other: Promise<Ran> | undefined;
    server.setHooks({
      async onRequest({ operation, key }) {
        if (operation !== 'PutObject' || key !== registry || other !== undefined) return;
        other = run(2, second);
        await other;
      },
    });
    const ran = await run(1, first);
    server.setHooks({});
    assert.ok(other !== undefined);
    return [ran, await other];
  }

  for (const known of [false, true]) {
    test(`join the types of a table that is ${known ? 'known' : 'new'}, and both write their rows`, async () => {
      if (known) await run(0, { o: {} });
      const ran = await race({ a: 1, o: { x: 'x' } }, { b: true, o: { y: 1 } });
      assert.deepEqual(
        ran.map(({ error, lines }) => [error, lines.length]),
        [
          [undefined, 1],
          [undefined, 1],
        ],
      );
      const sql =
        'SELECT id::INTEGER AS id, a::INTEGER AS a, b, o.x AS x, o.y::INTEGER AS y FROM files WHERE id > 0 ORDER BY id';
      assert.deepEqual(await queryParquet(running(), 'data/visits/', sql), [
        { id: 1, a: 1, b: null, x: 'x', y: null },
        { id: 2, a: null, b: true, x: null, y: 1 },
      ]);
      const { fields } = parseJson(running().object(bucket, registry)?.body.toString() ?? '') as {
        readonly fields: readonly { readonly name: string }[];
      };
      assert.deepEqual(fields.map(({ name }) => name).sort(), ['a', 'b', 'id', 'o']);
    });
  }

  test('that give a field two types do not both succeed, and no row is seen of the one that fails', async () => {
    const [first, second] = await race({ a: 1 }, { a: 'one' });
    assert.match(String(first.failures[0]), /_schemas\/visits\.json: another run wrote it at the same time/u);
    assert.deepEqual([first.lines, second.error], [[], undefined]);
    assert.deepEqual(await queryParquet(running(), 'data/visits/', 'SELECT a FROM files'), [{ a: 'one' }]);
  });
});

const integer: FieldType = { kind: 'integer' };
const text: FieldType = { kind: 'string' };
const of = (fields: Readonly<Record<string, FieldType>>, ...misfits: readonly string[]): StructType => ({
  kind: 'struct',
  fields: Object.entries(fields).map(([name, type]) => ({ name, type, misfits: misfits.includes(name) })),
  rest: false,
});
const list = (items: FieldType): FieldType => ({ kind: 'list', items });

suite('types decided by two', () => {
  const cases: readonly (readonly [what: string, a: StructType, b: StructType, joined: StructType | undefined])[] = [
    ['the same', of({ a: integer }), of({ a: integer }), of({ a: integer })],
    ['other fields', of({ a: integer }), of({ b: text }), of({ a: integer, b: text })],
    ['siblings', of({ a: integer }, 'a'), of({ a: integer, b: text }, 'b'), of({ a: integer, b: text }, 'a', 'b')],
    ['fields in fields', of({ o: of({ a: integer }) }), of({ o: of({ b: text }) }), of({ o: of({ a: integer, b: text }) })],
    ['fields in lists', of({ l: list(of({})) }), of({ l: list(of({ b: text })) }), of({ l: list(of({ b: text })) })],
    ['a rest', of({}), { ...of({}), rest: true }, { ...of({}), rest: true }],
    ['two types', of({ a: integer }), of({ a: text }), undefined],
    ['two types in a list', of({ a: list(integer) }), of({ a: list(text) }), undefined],
    ['times of two kinds', of({ a: { kind: 'timestamp', utc: true } }), of({ a: { kind: 'timestamp', utc: false } }), undefined],
    ['names that differ in case', of({ a: integer }), of({ A: integer }), undefined],
  ]; // prettier-ignore
  for (const [what, a, b, expected] of cases) {
    test(`are joined, or refused: ${what}`, () => assert.deepEqual(joinedType(a, b), expected));
  }
});

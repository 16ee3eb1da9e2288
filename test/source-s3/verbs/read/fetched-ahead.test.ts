// What is fetched ahead is on disk: it must be removed however the reading ends. A format that counts replaces the real ones.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { ListedObject } from '@s3-connectors/common/s3/list.ts';
import { array, assert as check, asyncProperty, constantFrom, nat, record, tuple } from 'fast-check';

import { noProgress, Planning } from '../../../../source-s3/src/progress/cursor.ts';
import type { Format, PlacedLines, Unit } from '../../../../source-s3/src/formats/contract/format.ts';
import { readVersions } from '../../../../source-s3/src/verbs/read/read.ts';
import type { TableReading } from '../../../../source-s3/src/verbs/read/steps.ts';
import { withReplaced } from '../../../../source-s3/src/verbs/read/with-replaced.ts';
import { connect } from '../../../support/s3-connection.ts';
import { bucket, serverWith, sourceConfig } from '../../support/source.ts';

const filesRead = 3;
const unitsPerFile = 4;
const partsPerUnit = 2;

type Fault = {
  /** What fails, at which unit. `take`: the consumer stops after this many parts. */
  readonly at: 'open' | 'fetch' | 'lines' | 'take' | 'never';
  readonly unit: number;
  readonly code: 'FILE_UNREADABLE' | 'S3_OBJECT_CHANGED';
};

function object(index: number): ListedObject {
  return {
    key: `lake/t/${index}`,
    size: 1,
    etag: `"${index}"`,
    lastModified: new Date(Date.UTC(2026, 0, 15, 12, index)),
  };
}

/** Counts the units that are fetched and not disposed of. */
class Counted {
  fetched = 0;
  disposed = 0;
  most = 0;
  readonly #fault: Fault;
  readonly #delays: readonly number[];

  constructor(fault: Fault, delays: readonly number[]) {
    this.#fault = fault;
    this.#delays = delays;
  }

  get format(): Format {
    return {
      naming: { extensions: ['x'], compressible: false },
      describe: () => Promise.resolve({ columns: [], rows: undefined }),
      open: async (_reading, object) => {
        const file = Number(object.key.slice('lake/t/'.length));
        await this.#meet('open', file * unitsPerFile);
        const units = Array.from({ length: unitsPerFile }, (_, unit) => this.#unit(file * unitsPerFile + unit, unit));
        return { object, columns: [], rows: 1, units: () => units };
      },
    };
  }

  #unit(number: number, unit: number): Unit {
    return {
      fetch: async () => {
        await this.#meet('fetch', number);
        this.fetched += 1;
        this.most = Math.max(this.most, this.fetched - this.disposed);
        return {
          lines: () => this.#lines(number, unit),
          [Symbol.asyncDispose]: async () => {
            this.disposed += 1;
            await Promise.resolve();
          },
        };
      },
    };
  }

  async *#lines(number: number, unit: number): AsyncGenerator<PlacedLines> {
    for (let part = 1; part <= partsPerUnit; part += 1) {
      if (part === partsPerUnit) await this.#meet('lines', number);
      yield { bytes: Buffer.from(`${number}\n`), rows: 1, place: { unit, rows: part } };
    }
  }

  async #meet(at: Fault['at'], number: number): Promise<void> {
    for (let turn = this.#delays[number % this.#delays.length] ?? 0; turn > 0; turn -= 1) await Promise.resolve();
    if (at !== this.#fault.at || number !== this.#fault.unit) return;
    throw new ConnectorError(this.#fault.code, 'as the test asks for');
  }
}

suite('what is fetched ahead', () => {
  test('is gone when the reading has ended, whether it failed, was stopped or met a changed object', async () => {
    await using server = await serverWith({});
    await using connection = connect(server.endpoint, { bucket });
    const config = sourceConfig(server);
    const objects = Array.from({ length: filesRead }, (_, index) => object(index));
    const fault = record({
      at: constantFrom('open', 'fetch', 'lines', 'take', 'never'),
      unit: nat({ max: filesRead * unitsPerFile - 1 }),
      code: constantFrom('FILE_UNREADABLE', 'S3_OBJECT_CHANGED'),
    });
    const scenario = tuple(fault, array(nat({ max: 12 }), { minLength: 1, maxLength: 12 }));
    await check(
      asyncProperty(scenario, async ([fault, delays]) => {
        const counted = new Counted(fault, delays);
        const planning = new Planning(noProgress, { prefix: 'lake/t/', lookbackMs: 0 });
        const reading = {
          s3: connection.s3,
          log: () => undefined,
          format: counted.format,
          config,
          table: { name: 't', prefix: 'lake/t/', stream: { name: 't' } },
          columns: [],
          folders: new Map(),
          cursor: planning.plan().cursor,
        } as unknown as TableReading;
        let taken = 0;
        try {
          const { signal } = new AbortController();
          const versions = (some: Iterable<ListedObject>) => readVersions(reading, some, signal);
          for await (const part of withReplaced(reading, objects, versions, signal)) {
            if (part.kind === 'lines') taken += 1;
            if (fault.at === 'take' && taken > fault.unit) break;
          }
        } catch (error) {
          assert.ok(error instanceof ConnectorError && error.code === fault.code, String(error));
        }
        assert.equal(counted.disposed, counted.fetched);
        assert.ok(counted.most <= 3, `${counted.most} units at once`);
        if (fault.at === 'never') assert.equal(taken, filesRead * unitsPerFile * partsPerUnit);
      }),
      { numRuns: 300, seed: 14, endOnFailure: true },
    );
  });
});

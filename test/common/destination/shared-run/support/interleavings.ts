// Random interleavings of attempts, deaths, commits and aborts of runs that replace one table and add to another: a reader that
// follows latest.json sees the previous set or a complete one, no row is stored twice, and nothing is left.
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import * as fc from 'fast-check';

import { parseConfiguredCatalog } from '@s3-connectors/common/protocol/catalog.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import { silentLog } from '@s3-connectors/common/protocol/log.ts';
import { Completion } from '@s3-connectors/common/destination/input/completion.ts';
import { DurableStates } from '@s3-connectors/common/destination/input/durable-states.ts';
import { RejectionTally } from '@s3-connectors/common/destination/input/rejections.ts';
import { parseStateLine } from '@s3-connectors/common/destination/input/state-line.ts';
import { settle } from '@s3-connectors/common/destination/replacing/interrupted.ts';
import type { Area } from '@s3-connectors/common/destination/replacing/manifest-store.ts';
import { attemptKey } from '@s3-connectors/common/destination/replacing/own-keys.ts';
import { onePlaceEach, throwRefused } from '@s3-connectors/common/destination/publishing/places.ts';
import type { Plan } from '@s3-connectors/common/destination/plan/plan.ts';
import { RunWriter } from '@s3-connectors/common/destination/shared-run/run-writer.ts';
import { SharedRun } from '@s3-connectors/common/destination/shared-run/shared-run.ts';
import { WaitingFiles } from '@s3-connectors/common/destination/publishing/waiting-files.ts';
import { abortRun } from '@s3-connectors/common/destination/shared-run/abort.ts';
import { putObject } from '@s3-connectors/common/s3/write.ts';
import { layout } from '../../../../../destination-s3-streaming/src/layout/layout.ts';
import { planStreams } from '../../../../../destination-s3-streaming/src/run/plan.ts';
import { startS3Server } from '../../../../../tools/s3-server/server.ts';
import type { S3TestServer, StoredObject } from '../../../../../tools/s3-server/types.ts';
import { catalogJson, stateLine } from '../../../../support/destination-input.ts';
import { connect, testBucket, type TestConnection } from '../../../../support/s3-connection.ts';
import { nameOf, stage as stageSet, users } from '../../replacing/support/place.ts';
import { replaceSet } from '@s3-connectors/common/destination/replacing/replacement.ts';
import { openStage, type Random, type Stage } from './stage.ts';

const prefix = 'out/';
/** The most turns before an actor begins. */
const mostDelay = 80;
const streams = ['users', 'visits'] as const;
const catalog = parseConfiguredCatalog(
  catalogJson({ name: 'users', destination_sync_mode: 'overwrite', sync_mode: 'full_refresh' }, 'visits'),
);
const allowed = ['S3_OBJECT_CONFLICT', 'REPLACEMENT_REFUSED', 'CONFIG_INVALID', 'S3_OBJECT_CHANGED'];
const signal = new AbortController().signal;
const context = { log: silentLog, fail: (error: ConnectorError) => assert.fail(error) };

type Attempt = { readonly kind: 'attempt'; readonly run: string; readonly index: number; readonly isCut: boolean };
type Actor = Attempt | { readonly kind: 'commit' | 'abort'; readonly run: string };
/** Against 12 of attempts. */
type Weights = { readonly commits: number; readonly aborts: number };
/** `deathRate`: the share of requests at which their actor dies. */
type Scenes = Weights & { readonly runs: number; readonly deathRate: number };
type Scene = {
  readonly counts: readonly number[];
  readonly actors: readonly Actor[];
  readonly seed: number;
  readonly deathRate: number;
};

const actorOf = (counts: readonly number[], { commits, aborts }: Weights): fc.Arbitrary<Actor> => {
  return fc.nat(counts.length - 1).chain((number) => {
    const run = `r${number}`;
    const attempt = fc.record({
      kind: fc.constant('attempt' as const),
      run: fc.constant(run),
      index: fc.nat((counts[number] ?? 1) - 1),
      isCut: fc.boolean(),
    });
    return fc.oneof(
      { weight: 12, arbitrary: attempt },
      { weight: commits, arbitrary: fc.constant({ kind: 'commit' as const, run }) },
      { weight: aborts, arbitrary: fc.constant({ kind: 'abort' as const, run }) },
    );
  });
};
function scenesOf({ runs, deathRate, ...weights }: Scenes): fc.Arbitrary<Scene> {
  const counts = fc.array(fc.constantFrom(2, 1), { minLength: runs, maxLength: runs });
  return counts.chain((chosen) =>
    fc.record({
      counts: fc.constant(chosen),
      actors: fc.array(actorOf(chosen, weights), { minLength: 2, maxLength: 3 + runs }),
      seed: fc.nat(),
      deathRate: fc.constant(deathRate),
    }),
  );
}

/** The others find what attempts have begun. */
function delayOf({ kind }: Actor, random: Random): number {
  return kind === 'attempt' ? Math.floor(random() * 10) : Math.floor(random() * mostDelay);
}

/** Mulberry32. */
function randomFrom(start: number): Random {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The rows of part `index`. */
function rowsOf(run: string, index: number): readonly string[] {
  return [`${run}/${index}/0`, `${run}/${index}/1`];
}

function allRows(run: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => rowsOf(run, index)).flat();
}

type Tally = Record<'committed' | 'aborted' | 'refused' | 'died', number>;
type Options = Scenes & { readonly seed: number; readonly cases: number; readonly rare: readonly (keyof Tally)[] };

/** Registers the property. `rare`: what must occur in at least a hundredth of the cases. */
export function registerInterleavings(what: string, { seed, cases, rare, ...options }: Options): void {
  suite(`${what}, in any order,`, () => {
    let server: S3TestServer;
    let connection: TestConnection;
    let area: Area;
    let stage: Stage;
    /** A table that was replaced before. */
    let old: readonly StoredObject[];
    let plan: Plan<ReturnType<typeof planStreams>['targets'][number]>;
    const seen: Tally = { committed: 0, aborted: 0, refused: 0, died: 0 };

    before(async () => {
      server = await startS3Server();
      server.createBucket(testBucket);
      connection = connect(server.endpoint);
      area = {
        s3: connection.s3,
        prefix,
        headers: { encryption: { mode: 'bucket_default' } },
        maxDocumentBytes: 1024 * 1024,
      };
      await replaceSet(area, { ...(await stageSet(area, [1])), place: users });
      server.seed(testBucket, keysBelow('type=users/')[0] ?? '', 'old');
      old = server.objects(testBucket);
      stage = openStage(connection.s3);
      plan = planStreams(
        { prefix, arrayIndex: undefined, streams: [], run: { id: 'r', index: 0, count: 1 } },
        catalog,
        silentLog,
      );
    });
    after(async () => {
      await connection[Symbol.asyncDispose]();
      await server.close();
    });

    const openRun = (run: string) => {
      const places = onePlaceEach(plan.targets, throwRefused);
      const options = {
        area,
        layout,
        plan,
        places,
        schemaOf: () => ({}),
        workerId: '0',
        context,
        replaced: () => undefined,
      };
      return new SharedRun(options, run);
    };

    /** @returns the STATEs that it prints. */
    async function attempt({ run, index, isCut }: Attempt, count: number): Promise<readonly string[]> {
      const states = new DurableStates(plan.targets.length + 1, 0);
      const part = { id: run, index, count };
      const writer = new RunWriter(openRun(run), part, { plan, states, context });
      const completion = new Completion(['modern', 'modern']);
      const stagedAt = (key: string) => attemptKey(prefix, writer.attempt, key);
      const waiting = new WaitingFiles({ area, streams: [0, 1], stagedAt });
      if (await writer.begin(signal)) {
        const rows = rowsOf(run, index);
        for (const [stream, { place, name, index: number }] of plan.targets.entries()) {
          for (const [file, body] of (isCut ? rows : [rows.join('\n')]).entries()) {
            const mark = Number(run.slice(1)) * 1000 + index * 100 + stream * 10 + file * 2 + (isCut ? 1 : 0);
            const key = place.folder + nameOf(mark);
            const object = { key: stagedAt(key), body: Buffer.from(body), contentType: 'text/plain' };
            const written = await putObject(area.s3, object, area.headers, signal);
            const times = { minTime: Number.NaN, maxTime: Number.NaN };
            waiting.add(number, name, { ...written, key, rows: body.split('\n').length, ...times });
          }
          states.add(number, parseStateLine(Buffer.from(stateLine(name, { run, index }))));
          completion.ended(number, 'complete');
        }
      }
      const intake = { hasGivenUp: () => false, rejections: new RejectionTally(plan.targets.length) };
      const lines: string[] = [];
      for await (const line of writer.conclude({ intake, waiting, completion }, signal))
        lines.push(Buffer.from(line).toString());
      return lines;
    }

    async function commit(run: string): Promise<readonly string[]> {
      const shared = openRun(run);
      await shared.look(signal);
      const done = await shared.commit('later', signal);
      return done.kind === 'committed' ? done.states : [];
    }

    const textAt = (key: string): string | undefined => server.object(testBucket, key)?.body.toString();
    const keysBelow = (folder: string) => server.objects(testBucket, prefix + folder).map(({ key }) => key);
    const rowsBelow = (folder: string) => keysBelow(folder).flatMap((key) => (textAt(key) ?? '').split('\n'));
    const outcomeOf = (run: string) => {
      return (JSON.parse(textAt(`${prefix}_runs/${run}/commit.json`) ?? '{}') as { readonly state?: string }).state;
    };
    const countingRows = (): readonly string[] => {
      const latest = JSON.parse(textAt(`${prefix}_manifests/users/latest.json`) ?? '{}') as {
        readonly files?: readonly { readonly key: string }[];
      };
      return (latest.files ?? []).flatMap(({ key }) => {
        return (textAt(key) ?? assert.fail(`latest.json names ${key}, which is not there`)).split('\n');
      });
    };

    function judgeNow({ counts }: Scene): void {
      const rows = countingRows().toSorted();
      const sets = [['old'], ...counts.map((count, number) => allRows(`r${number}`, count))];
      assert.ok(
        sets.some((set) => JSON.stringify(set) === JSON.stringify(rows)),
        `latest.json shows a mixed set: ${rows.join(', ')}`,
      );
      const visits = rowsBelow('type=visits/');
      assert.equal(new Set(visits).size, visits.length, `a row is there twice: ${visits.join(', ')}`);
    }

    async function play(
      scene: Scene,
      actors: readonly Actor[],
      deathRate: number | undefined,
      random: Random,
    ): Promise<readonly string[]> {
      const printed: string[] = [];
      let ended = 0;
      for (const actor of actors) {
        stage.act(JSON.stringify(actor), delayOf(actor, random), async () => {
          try {
            if (actor.kind === 'attempt') {
              printed.push(...(await attempt(actor, scene.counts[Number(actor.run.slice(1))] ?? 1)));
            } else if (actor.kind === 'commit') printed.push(...(await commit(actor.run)));
            else await abortRun({ area, log: silentLog }, actor.run, signal);
          } catch (error) {
            if (!(error instanceof ConnectorError) || !allowed.includes(error.code)) throw error;
            if (error.code === 'REPLACEMENT_REFUSED') seen.refused += 1;
          }
          ended += 1;
        });
      }
      await stage.play(random, deathRate ?? 0, () => judgeNow(scene));
      seen.died += actors.length - ended;
      return printed;
    }

    test(`show the old set or a complete one, no row twice, and leave nothing (${cases} cases, seed ${seed})`, async () => {
      const check = fc.asyncProperty(scenesOf(options), async (scene) => {
        for (const { key } of server.objects(testBucket)) server.remove(testBucket, key);
        for (const { key, body } of old) server.seed(testBucket, key, body);
        const random = randomFrom(scene.seed);
        await play(scene, scene.actors, scene.deathRate, random);
        for (const [number, count] of scene.counts.entries()) await finish(scene, `r${number}`, count, random);
        await settle(area, users);
        judgeNow(scene);
        assert.deepEqual(rowsBelow('type=users/').toSorted(), countingRows().toSorted());
        assert.deepEqual(keysBelow('_staging/'), []);
        const documents = keysBelow('_runs/').filter((key) => !/\/(?:run|commit)\.json$/u.test(key));
        assert.deepEqual(documents, []);
      });
      await fc.assert(check, { seed, numRuns: cases });
      for (const name of rare) assert.ok(seen[name] >= cases / 100, `${name}: ${seen[name]} of ${cases}`);
    });

    /** As a scheduler would: each part again, then the verb. A run that can no longer be committed is aborted. */
    async function finish(scene: Scene, run: string, count: number, random: Random): Promise<void> {
      for (let index = 0; index < count && outcomeOf(run) === undefined; index += 1) {
        if (textAt(`${prefix}_runs/${run}/parts/${index}.json`) !== undefined) continue;
        await play(scene, [{ kind: 'attempt', run, index, isCut: false }], undefined, random);
      }
      const states = await play(scene, [{ kind: 'commit', run }], undefined, random);
      const rows = rowsBelow('type=visits/').filter((row) => row.startsWith(`${run}/`));
      if (outcomeOf(run) === 'committed') {
        seen.committed += 1;
        assert.deepEqual(rows.toSorted(), allRows(run, count));
        const parts = Array.from({ length: count }, (_, index) => streams.map((name) => `${name} ${index}`)).flat();
        const told = states.map((line) => /"name":"(\w+)".*"index":(\d+)/u.exec(line)?.slice(1).join(' '));
        assert.deepEqual(told, parts);
        return;
      }
      if (outcomeOf(run) === 'aborted') seen.aborted += 1;
      await play(scene, [{ kind: 'abort', run }], undefined, random);
      assert.equal(outcomeOf(run), 'aborted');
    }
  });
}

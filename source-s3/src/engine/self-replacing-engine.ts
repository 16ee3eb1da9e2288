// An engine for many tables: a file on which the engine fails in itself ends the instance for every later query too, so a
// fresh one takes its place and the tables that only shared it do not notice.
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

import type { Engine } from './engine.ts';

/**
 * The engine is opened when it is first asked. A query that ENGINE_FAILED fails is asked once more, of an engine that no other query shares: if that fails too, it is the
 * query's own fault. Failed engines are closed at the end, since others' queries may still run in them.
 */
export function openSelfReplacingEngine(open: () => Promise<Engine>): Engine {
  const opened: Promise<Engine>[] = [];
  let current: Promise<Engine> | undefined;
  const shared = (): Promise<Engine> => {
    if (current === undefined) opened.push((current = open()));
    return current;
  };
  const query = async <T>(ask: (engine: Engine) => Promise<T>): Promise<T> => {
    const used = shared();
    try {
      return await ask(await used);
    } catch (error) {
      if (!(error instanceof ConnectorError) || error.code !== 'ENGINE_FAILED') throw error;
      if (current === used) current = undefined;
      await using own = await open();
      return await ask(own);
    }
  };
  return {
    rows: (sql, signal) => query((engine) => engine.rows(sql, signal)),
    columns: (sql) => query((engine) => engine.columns(sql)),
    run: (sql, signal) => query((engine) => engine.run(sql, signal)),
    limitMemory: (bytes) => query((engine) => engine.limitMemory(bytes)),
    async *lines(sql, signal) {
      yield* (await shared()).lines(sql, signal); // Lines that were taken cannot be asked for again.
    },
    async [Symbol.asyncDispose]() {
      for (const engine of opened) await (await engine)[Symbol.asyncDispose]();
    },
  };
}

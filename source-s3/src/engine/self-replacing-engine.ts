// An engine for many tables. A file on which the engine itself fails ends the instance for every later query. A new instance then
// replaces it, and other tables do not notice.
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

import type { Engine } from './engine.ts';

/**
 * The engine is opened at its first use. A query that fails with ENGINE_FAILED is repeated in an engine that no other query shares.
 * If that fails too, the query is at fault. Failed engines are closed at the end, because other queries may still run in them.
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
      yield* (await shared()).lines(sql, signal); // Lines that were consumed cannot be requested again.
    },
    async [Symbol.asyncDispose]() {
      for (const engine of opened) await (await engine)[Symbol.asyncDispose]();
    },
  };
}

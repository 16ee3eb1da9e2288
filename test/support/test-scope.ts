// Loaded before `node:test`, which asks whose test is running when one is registered or an error is thrown outside of it. Its own
// answer follows each promise with async hooks, which takes a quarter of the CPU time of tests that await much. An
// AsyncLocalStorage answers at no cost.
import { AsyncLocalStorage, type AsyncResourceOptions, type HookCallbacks } from 'node:async_hooks';

// The object that node:test reads its imports from.
const hooks = process.getBuiltinModule('node:async_hooks');
const { AsyncResource, createHook, executionAsyncId } = hooks;
const running = new AsyncLocalStorage<number>();
/** node:test's own hook, which keeps the tests by their ids. */
let keeper: HookCallbacks = {};

/** `Test`, `Suite` and their hooks are subclasses. */
class ScopeOfTest extends AsyncResource {
  constructor(type: string, options?: number | AsyncResourceOptions) {
    super(type, options);
    keeper.init?.(this.asyncId(), type, this.triggerAsyncId(), this);
  }

  override runInAsyncScope<This, Result>(
    work: (this: This, ...args: unknown[]) => Result,
    self?: This,
    ...args: unknown[]
  ): Result {
    return super.runInAsyncScope(() => running.run(this.asyncId(), () => work.apply(self as This, args)));
  }
}

Object.assign(hooks, {
  AsyncResource: ScopeOfTest,
  executionAsyncId: () => running.getStore() ?? 0,
  createHook: (callbacks: HookCallbacks) => ({
    enable() {
      keeper = callbacks;
    },
    disable: () => undefined,
  }),
});
await import('node:test');
Object.assign(hooks, { AsyncResource, createHook, executionAsyncId });

// Row groups in their turn: while the lines of one are taken, the next one is decoded by a second engine, so that two threads work.
// What is decoded ahead is held until its turn comes; nothing of it, and no failure of it, is seen before.
import type { Engine } from '../../engine/engine.ts';
import type { FetchedUnit, PlacedLines } from '../contract/format.ts';
import type { HeldLines } from './held-lines.ts';

/** What a row group lets the next one have beside itself: an engine, unless it is withdrawn before it is used. */
export type Leave = { readonly engine: Engine; state: 'given' | 'used' | 'withdrawn' };

/** The place of a row group among those of its table. */
export type RowGroupTurn = {
  /** What the row group before leaves to this one; it is known with the first lines of that one, or at its end. */
  readonly before: Promise<Leave | undefined>;
  /** The same for the next one. Only the first call counts. */
  readonly leave: (leave?: Leave) => void;
};

/** To be asked in the order of the row groups. */
export class Turns {
  #before: Promise<Leave | undefined> = Promise.resolve(undefined);

  next(): RowGroupTurn {
    const before = this.#before;
    const { promise, resolve } = Promise.withResolvers<Leave | undefined>();
    this.#before = promise;
    return { before, leave: resolve };
  }
}

/** The memory that a decoding may take. */
export type DecodingTurn = {
  readonly engine: Engine;
  /** Waits for the row group's turn. @returns whether no other is decoded beside it, and none will be. */
  readonly alone: () => Promise<boolean>;
};

type Decoded = {
  readonly turn: RowGroupTurn;
  /** The second one only where this row group can be decoded beside another. */
  readonly engines: readonly [Engine, (Engine | undefined)?];
  /** Whether lines such as these leave memory for another row group. */
  readonly areLight: (lines: PlacedLines) => boolean;
  readonly decode: (turn: DecodingTurn, signal: AbortSignal) => AsyncGenerator<PlacedLines>;
  /** Empty, for what is decoded before its turn. */
  readonly held: HeldLines;
  readonly dispose: () => PromiseLike<void>;
};

type Running = { readonly lines: AsyncGenerator<PlacedLines>; readonly leave: Leave | undefined };

export class DecodedInTurn implements FetchedUnit {
  readonly #decoded: Decoded;
  readonly #stop = new AbortController();
  readonly #taken = Promise.withResolvers<void>();
  #isTaken = false;
  #running: Running | undefined;
  /** Never rejects. */
  #ahead = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;

  constructor(decoded: Decoded) {
    this.#decoded = decoded;
    void decoded.turn.before.then((leave) => this.#runAhead(leave));
  }

  async *lines(signal: AbortSignal): AsyncGenerator<PlacedLines> {
    const abort = (): void => this.#stop.abort(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort);
    try {
      const { lines, leave } = this.#running ?? this.#begin(this.#decoded.engines[0]);
      this.#take();
      for await (const batch of this.#inOrder(lines)) {
        this.#decoded.turn.leave(this.#decoded.areLight(batch) ? leave : undefined);
        yield batch;
      }
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  async *#inOrder(lines: AsyncGenerator<PlacedLines>): AsyncGenerator<PlacedLines> {
    yield* this.#decoded.held.take();
    await this.#ahead;
    yield* this.#decoded.held.take();
    if (this.#failure !== undefined) throw this.#failure.error;
    yield* lines;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#take(); // Nothing begins any more.
    this.#stop.abort();
    try {
      await this.#ahead;
      await this.#running?.lines.return(undefined);
    } finally {
      this.#decoded.turn.leave();
      await this.#decoded.dispose();
    }
  }

  #take(): void {
    this.#isTaken = true;
    this.#taken.resolve();
  }

  #begin(engine: Engine): Running {
    const [first, second] = this.#decoded.engines;
    const leave: Leave | undefined = second && { engine: engine === first ? second : first, state: 'given' };
    const alone = async (): Promise<boolean> => {
      await this.#taken.promise;
      if (leave?.state === 'given') leave.state = 'withdrawn';
      return leave?.state !== 'used';
    };
    this.#running = { lines: this.#decoded.decode({ engine, alone }, this.#stop.signal), leave };
    return this.#running;
  }

  #runAhead(leave: Leave | undefined): void {
    if (leave?.state !== 'given' || this.#decoded.engines[1] === undefined || this.#isTaken) return;
    leave.state = 'used';
    this.#ahead = this.#hold(this.#begin(leave.engine).lines);
  }

  async #hold(lines: AsyncGenerator<PlacedLines>): Promise<void> {
    try {
      while (!this.#isTaken && !this.#decoded.held.isFull) {
        const { done, value } = await lines.next();
        if (done === true) return;
        this.#decoded.held.add(value);
      }
    } catch (error) {
      this.#failure = { error };
    }
  }
}

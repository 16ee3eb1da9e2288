// The values of all metrics of a process: of what is observed now, and what ended verbs have counted.
import { METRICS, type Distribution, type Metrics, type Point } from '../../protocol/metrics.ts';

/** Streams with a name of their own; the others are counted together. */
const mostStreams = 100;
const otherStreams = '*';

type Observe = () => Iterable<Point>;

/** Bound: the names of `mostStreams` streams, times the other attributes. */
export class CollectedPoints implements Metrics {
  readonly #observed = new Set<Observe>();
  readonly #ended = new Map<string, Point>();
  readonly #streams = new Set<string>();

  observe(points: Observe): Disposable {
    this.#observed.add(points);
    return {
      [Symbol.dispose]: () => {
        if (!this.#observed.delete(points)) return;
        for (const point of points()) if (isCounted(point)) this.#add(this.#ended, point);
      },
    };
  }

  /** Each metric once for the same attributes. */
  collect(): readonly Point[] {
    const all = new Map(this.#ended);
    for (const points of this.#observed) for (const point of points()) this.#add(all, point);
    return [...all.values()];
  }

  #add(points: Map<string, Point>, { metric, value, of = {} }: Point): void {
    const { stream } = of;
    const attributes = stream === undefined ? of : { ...of, stream: this.#known(stream) };
    const key = JSON.stringify([metric, attributes]);
    const before = points.get(key);
    points.set(key, { metric, value: before === undefined ? value : sum(before.value, value), of: attributes });
  }

  #known(stream: string): string {
    if (this.#streams.size < mostStreams) this.#streams.add(stream);
    return this.#streams.has(stream) ? stream : otherStreams;
  }
}

/** Whether the value is part of a total since the start. */
function isCounted({ metric }: Point): boolean {
  const { kind } = METRICS[metric];
  return kind === 'counter' || kind === 'histogram';
}

function sum(a: Point['value'], b: Point['value']): Point['value'] {
  if (typeof a === 'number' || typeof b === 'number') return Number(a) + Number(b);
  return {
    counts: a.counts.map((count, index) => count + (b.counts[index] ?? 0)),
    sum: a.sum === undefined || b.sum === undefined ? undefined : a.sum + b.sum,
  } satisfies Distribution;
}

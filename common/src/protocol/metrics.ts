// The metrics of a run: the closed list of their names (docs/reference/metrics.md has the same), and how a verb shows their values. Whoever sends
// them asks for the values (program/metrics.ts), so that a verb only counts what it counts anyway.

/** `amount`: goes up and down, and amounts of several processes can be added. `gauge`: they cannot. */
type Metric = {
  readonly kind: 'counter' | 'amount' | 'gauge' | 'histogram';
  /** By UCUM, as OpenTelemetry wants it. */
  readonly unit: string;
  readonly describe: string;
  readonly by: readonly Attribute[];
  readonly from: readonly MeteredProgram[];
};

type MeteredProgram = 'source-s3' | 'destination-s3-streaming' | 'destination-s3-batch' | 'feed-kafka';

const source = ['source-s3'] as const;
const feeder = ['feed-kafka'] as const;
const streaming = ['destination-s3-streaming', ...feeder] as const;
const destinations = ['destination-s3-batch', ...streaming] as const;
const all = [...source, ...destinations] as const;

/** Attributes with OpenTelemetry's names where it has one. All of them are bounded, and none has a value of a record. */
export const attributeNames = {
  stream: 's3_connectors.stream',
  reason: 's3_connectors.reason',
  change: 's3_connectors.change',
  place: 's3_connectors.place',
  operation: 's3_connectors.operation',
  error: 'error.type',
  direction: 'network.io.direction',
  topic: 'messaging.destination.name',
  partition: 'messaging.destination.partition.id',
  group: 'messaging.consumer.group.name',
} as const;

export type Attribute = keyof typeof attributeNames;

const counter = ofKind('counter');
const amount = ofKind('amount');
const gauge = ofKind('gauge');
const histogram = ofKind('histogram');

function ofKind(kind: Metric['kind']) {
  return (series: Pick<Metric, 'unit' | 'by' | 'from'>, describe: string): Metric => ({ kind, ...series, describe });
}

export const METRICS = {
  's3_connectors.read.records': counter(
    { unit: '{record}', by: ['stream'], from: all },
    'Records that were read: by a source from the bucket, by a destination from its input.',
  ),
  's3_connectors.read.io': counter(
    { unit: 'By', by: ['stream'], from: all },
    'Bytes that were read. For a source, these are its records as JSON lines; for a destination, its input.',
  ),
  's3_connectors.read.files': counter(
    { unit: '{file}', by: ['stream'], from: source },
    'Files that a source has read to their end.',
  ),
  's3_connectors.read.states': counter({ unit: '{state}', by: [], from: destinations }, 'STATEs in the input.'),
  's3_connectors.rejected.records': counter(
    { unit: '{record}', by: ['stream', 'reason'], from: destinations },
    'Records that were rejected. They are stored below _rejected/, unless the run fails first.',
  ),
  's3_connectors.changed.values': counter(
    { unit: '{value}', by: ['change'], from: destinations },
    'Values that were changed, or moved to a field __json, to be stored.',
  ),
  's3_connectors.stored.files': counter({ unit: '{file}', by: [], from: destinations }, 'Files written to the bucket.'),
  's3_connectors.stored.io': counter({ unit: 'By', by: [], from: destinations }, 'Bytes of these files, compressed.'),
  's3_connectors.closed.files': counter(
    { unit: '{file}', by: ['reason'], from: streaming },
    'Files written to the bucket, by the reason why they were closed.',
  ),
  's3_connectors.open.files': amount({ unit: '{file}', by: [], from: streaming }, 'Files that take rows now.'),
  's3_connectors.buffer.usage': amount(
    { unit: 'By', by: ['place'], from: destinations },
    'Rows that are not stored yet, in memory or on local disk, and the files made of them.',
  ),
  's3_connectors.held.states': amount(
    { unit: '{state}', by: [], from: destinations },
    'STATEs that wait until the rows before them are stored.',
  ),
  's3_connectors.oldest_state.age': gauge(
    { unit: 's', by: [], from: destinations },
    'How long the oldest of these STATEs has waited; 0 if none waits.',
  ),
  's3_connectors.row.arrival_to_visible.duration': histogram(
    { unit: 's', by: [], from: streaming },
    'The time until rows were visible in the bucket, from their arrival at the destination.',
  ),
  's3_connectors.row.event_to_visible.duration': histogram(
    { unit: 's', by: [], from: streaming },
    'The time until rows were visible in the bucket, from the time in the row.',
  ),
  's3_connectors.s3.put.duration': histogram(
    { unit: 's', by: [], from: destinations },
    'The time of each PutObject, with its retries.',
  ),
  's3_connectors.s3.requests': counter({ unit: '{request}', by: ['operation'], from: all }, 'Requests to S3.'),
  's3_connectors.s3.retries': counter(
    { unit: '{retry}', by: ['error'], from: all },
    'Requests to S3 that failed and were sent again.',
  ),
  's3_connectors.s3.io': counter(
    { unit: 'By', by: ['direction'], from: all },
    'Bytes of objects received from S3 and sent to it, in all attempts.',
  ),
  's3_connectors.kafka.lag': gauge(
    { unit: '{message}', by: ['topic', 'partition', 'group'], from: feeder },
    'Messages of a partition after the committed offset: they are not stored yet.',
  ),
  's3_connectors.kafka.unread': gauge(
    { unit: '{message}', by: ['topic', 'partition', 'group'], from: feeder },
    'Messages of a partition that are not read yet.',
  ),
  's3_connectors.kafka.rebalances': counter(
    { unit: '{rebalance}', by: ['group'], from: feeder },
    'Changes of the partitions that this replica reads.',
  ),
};

export type MetricName = keyof typeof METRICS;

/** Counts of durations up to each of `durationBounds`, and beyond the last one. `sum` in seconds; undefined: nobody knows. */
export type Distribution = { readonly counts: readonly number[]; readonly sum: number | undefined };

/** In seconds. */
export const durationBounds: readonly number[] = [
  0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 180, 240, 300, 360, 480, 600, 900, 1800, 3600, 21_600,
  86_400,
];

/** The present value of a metric: since the start of a counter or a histogram. */
export type Point = {
  readonly metric: MetricName;
  readonly value: number | Distribution;
  readonly of?: Readonly<Partial<Record<Attribute, string>>>;
};

export type Metrics = {
  /** Asks `points` for values until the result is disposed of. What was counted by then stays counted. */
  observe(points: () => Iterable<Point>): Disposable;
};

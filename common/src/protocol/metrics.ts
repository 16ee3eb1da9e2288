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

export const METRICS = {
  's3_connectors.read.records': {
    kind: 'counter',
    unit: '{record}',
    describe: 'Records that were read: by a source from the bucket, by a destination from its input.',
    by: ['stream'],
    from: all,
  },
  's3_connectors.read.io': {
    kind: 'counter',
    unit: 'By',
    describe: 'Bytes that were read. For a source, these are its records as JSON lines; for a destination, its input.',
    by: ['stream'],
    from: all,
  },
  's3_connectors.read.files': {
    kind: 'counter',
    unit: '{file}',
    describe: 'Files that a source has read to their end.',
    by: ['stream'],
    from: source,
  },
  's3_connectors.read.states': {
    kind: 'counter',
    unit: '{state}',
    describe: 'STATEs in the input.',
    by: [],
    from: destinations,
  },
  's3_connectors.rejected.records': {
    kind: 'counter',
    unit: '{record}',
    describe: 'Records that were rejected. They are stored below _rejected/, unless the run fails first.',
    by: ['stream', 'reason'],
    from: destinations,
  },
  's3_connectors.changed.values': {
    kind: 'counter',
    unit: '{value}',
    describe: 'Values that were changed, or moved to a field __json, to be stored.',
    by: ['change'],
    from: destinations,
  },
  's3_connectors.stored.files': {
    kind: 'counter',
    unit: '{file}',
    describe: 'Files written to the bucket.',
    by: [],
    from: destinations,
  },
  's3_connectors.stored.io': {
    kind: 'counter',
    unit: 'By',
    describe: 'Bytes of these files, compressed.',
    by: [],
    from: destinations,
  },
  's3_connectors.closed.files': {
    kind: 'counter',
    unit: '{file}',
    describe: 'Files written to the bucket, by why they were closed.',
    by: ['reason'],
    from: streaming,
  },
  's3_connectors.open.files': {
    kind: 'amount',
    unit: '{file}',
    describe: 'Files that take rows now.',
    by: [],
    from: streaming,
  },
  's3_connectors.buffer.usage': {
    kind: 'amount',
    unit: 'By',
    describe: 'Rows that wait to be stored, with the files made of them, in memory or on local disk.',
    by: ['place'],
    from: destinations,
  },
  's3_connectors.held.states': {
    kind: 'amount',
    unit: '{state}',
    describe: 'STATEs that wait until the rows before them are stored.',
    by: [],
    from: destinations,
  },
  's3_connectors.oldest_state.age': {
    kind: 'gauge',
    unit: 's',
    describe: 'How long the oldest of these STATEs has waited; 0 if none waits.',
    by: [],
    from: destinations,
  },
  's3_connectors.row.arrival_to_visible.duration': {
    kind: 'histogram',
    unit: 's',
    describe: 'The time until rows were visible in the bucket, from their arrival at the destination.',
    by: [],
    from: streaming,
  },
  's3_connectors.row.event_to_visible.duration': {
    kind: 'histogram',
    unit: 's',
    describe: 'The time until rows were visible in the bucket, from the time in the row.',
    by: [],
    from: streaming,
  },
  's3_connectors.s3.put.duration': {
    kind: 'histogram',
    unit: 's',
    describe: 'The time of each PutObject, with its retries.',
    by: [],
    from: destinations,
  },
  's3_connectors.s3.requests': {
    kind: 'counter',
    unit: '{request}',
    describe: 'Requests to S3.',
    by: ['operation'],
    from: all,
  },
  's3_connectors.s3.retries': {
    kind: 'counter',
    unit: '{retry}',
    describe: 'Requests to S3 that failed and were sent again.',
    by: ['error'],
    from: all,
  },
  's3_connectors.s3.io': {
    kind: 'counter',
    unit: 'By',
    describe: 'Bytes of objects received from S3 and sent to it, in all attempts.',
    by: ['direction'],
    from: all,
  },
  's3_connectors.kafka.lag': {
    kind: 'gauge',
    unit: '{message}',
    describe: 'Messages of a partition after the committed offset: they are not stored yet.',
    by: ['topic', 'partition', 'group'],
    from: feeder,
  },
  's3_connectors.kafka.unread': {
    kind: 'gauge',
    unit: '{message}',
    describe: 'Messages of a partition that are not read yet.',
    by: ['topic', 'partition', 'group'],
    from: feeder,
  },
  's3_connectors.kafka.rebalances': {
    kind: 'counter',
    unit: '{rebalance}',
    describe: 'Changes of the partitions that this replica reads.',
    by: ['group'],
    from: feeder,
  },
} as const satisfies Readonly<Record<string, Metric>>;

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

// The tables of a split `events` stream: one for each event name, `pageview_events` for Pageview. Events whose name cannot have a
// table of its own go into `other_events`, with their name in a column.
import { parseJson } from '@s3-connectors/common/json/parse-json.ts';
import type { StreamDescriptor } from '@s3-connectors/common/protocol/errors.ts';
import type { Log } from '@s3-connectors/common/protocol/log.ts';
import { eventTable, schemaProperties } from '@s3-connectors/common/published/batch-types.ts';

import { maxEventTables, maxTableNameBytes } from '../config/budgets.ts';
import { layout } from '../layout/layout.ts';
import type { Table, Tables } from '../tables/table.ts';

/** Names, as they are spelled in rows, that are remembered, and how long one may be. */
const maxSpellings = 10_000;
const maxSpellingBytes = 256;
const columns = schemaProperties(eventTable);

export const otherEvents = 'other_events';

type Options = {
  readonly prefix: string;
  readonly stream: number;
  readonly descriptor: StreamDescriptor;
  readonly tables: Tables;
  readonly log: Log;
};

/** Why a name has no table of its own. */
type Obstacle = 'too long' | 'too many' | 'of another stream';

export class EventTables {
  readonly #options: Options;
  readonly #bySpelling = new Map<string, Table>();
  /** The first name that made each table. */
  readonly #names = new Map<Table, string>();
  readonly #warned = new Set<Table | Obstacle>();
  /** Names of tables that earlier runs made: what comes in this run does not take their place. */
  #registered: ReadonlySet<string> = new Set();
  #added = 0;
  #other: Table | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Before the first row. */
  expect(registered: ReadonlySet<string>): void {
    this.#registered = registered;
  }

  /** The table of events that have none of their own, once there is any. */
  get other(): Table | undefined {
    return this.#other;
  }

  /** The table of the event whose name, a JSON string, is bytes[start, end); undefined when no table can have it. Hot path. */
  tableOf(bytes: Buffer, start: number, end: number): Table | undefined {
    const isShort = end - start <= maxSpellingBytes;
    const spelling = isShort ? bytes.toString('latin1', start, end) : '';
    const known = isShort ? this.#bySpelling.get(spelling) : undefined;
    if (known !== undefined) return known;
    const table = this.#lookUp(String(parseJson(bytes.toString('utf8', start, end))));
    if (table === undefined || !isShort) return table;
    if (this.#bySpelling.size >= maxSpellings) this.#bySpelling.clear();
    this.#bySpelling.set(spelling, table);
    return table;
  }

  #lookUp(event: string): Table | undefined {
    const isShort = event.length <= maxTableNameBytes; // A longer one need not be made a name of.
    const name = isShort ? eventTableName(event) : '';
    if (name === otherEvents) return this.#otherTable();
    const found = isShort ? this.#named(name) : 'too long';
    if (typeof found !== 'string') {
      this.#warnOfSharing(found, event);
      return found;
    }
    this.#warnOf(found);
    return this.#otherTable();
  }

  #named(name: string): Table | Obstacle {
    const { prefix, stream, tables } = this.#options;
    const folder = layout.place(prefix, name).folder;
    const known = tables.inFolder(folder);
    if (known !== undefined) return known.stream === stream ? known : 'of another stream';
    if (name.length > maxTableNameBytes || !layout.fits(folder)) return 'too long';
    if (!this.#registered.has(name)) {
      if (this.#registered.size + this.#added >= maxEventTables) return 'too many';
      this.#added += 1;
    }
    return tables.add({ name, stream, folder, columns });
  }

  /** Undefined if it is the table of another stream. */
  #otherTable(): Table | undefined {
    const { prefix, stream, tables } = this.#options;
    const folder = layout.place(prefix, otherEvents).folder;
    const known = this.#other ?? tables.inFolder(folder);
    if (known !== undefined && known.stream !== stream) return undefined;
    const withName = { ...columns, event_name: { type: 'string' } };
    this.#other = known ?? tables.add({ name: otherEvents, stream, folder, columns: withName });
    return this.#other;
  }

  #warnOfSharing(table: Table, event: string): void {
    const first = this.#names.get(table) ?? event;
    this.#names.set(table, first);
    if (first === event || this.#warned.has(table)) return;
    this.#warned.add(table);
    this.#options.log(
      'WARN',
      `Several event names share the table "${table.name}": they differ in case or signs only. Its rows do not tell them apart.`,
    );
  }

  /** Without the name, which is a value of a record. */
  #warnOf(obstacle: Obstacle): void {
    if (this.#warned.has(obstacle)) return;
    this.#warned.add(obstacle);
    const { descriptor, log } = this.#options;
    const why = {
      'too long': `The name of their own table would be longer than ${maxTableNameBytes} bytes, or than a key in S3 allows. Correct "event_name" in the source`,
      'too many': `There are ${maxEventTables} tables of events already. Correct "event_name" in the source, or move the files of tables that are not needed out of _schemas/`,
      'of another stream':
        'Their own table is that of another stream. Set another "table" for that stream in "streams"',
    }[obstacle];
    log(
      'WARN',
      `Some events of the stream "${descriptor.name}" go into the table "${otherEvents}", with their name in the column "event_name". ${why}.`,
    );
  }
}

/** Lower case; whatever is not a letter, digit or underscore becomes an underscore. */
export function eventTableName(event: string): string {
  return `${event.toLowerCase().replaceAll(/[^a-z0-9_]/gu, '_')}_events`;
}

/** Whether `eventTableName` can give that name. */
export function isEventTable(name: string): boolean {
  return /^[a-z0-9_]*_events$/u.test(name);
}

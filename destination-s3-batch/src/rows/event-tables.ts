// The tables of a split `events` stream: one for each event name, `pageview_events` for Pageview. Events whose name cannot have its
// own table go into `other_events`, with their name in a column. So do names that would be lost: names without letters and digits,
// and names that share a table with another name and differ in more than case.
import { wordsOf } from '@s3-connectors/common/json/words.ts';
import { parseJson } from '@s3-connectors/common/json/parse-json.ts';
import type { StreamDescriptor } from '@s3-connectors/common/protocol/errors.ts';
import type { Log } from '@s3-connectors/common/protocol/log.ts';
import { createKnownText, know, standsAt, type KnownText } from '@s3-connectors/common/records/known-text.ts';
import { eventTable, schemaProperties } from '@s3-connectors/common/published/batch-types.ts';

import type { RegisteredEvents } from '../columns/registry/registered-names.ts';
import { eventMark } from '../columns/registry/table-owners.ts';
import { maxEventTables, maxTableNameBytes } from '../config/budgets.ts';
import { layout } from '../layout/layout.ts';
import type { BatchTable, BatchTables } from '../tables/table.ts';

/** The number of remembered spellings of names, and the longest one. */
const maxSpellings = 10_000;
const maxSpellingBytes = 256;
const recentSlots = 256;
const columns = schemaProperties(eventTable);
const suffix = '_events';

type Recent = { readonly name: KnownText; readonly table: BatchTable };

export const otherEvents = 'other_events';

type Options = {
  readonly prefix: string;
  readonly stream: number;
  readonly descriptor: StreamDescriptor;
  readonly tables: BatchTables;
  readonly log: Log;
};

/** Why a name has no table of its own. */
type Obstacle =
  | 'too long'
  | 'too many'
  | 'of another stream'
  | 'of another stream before'
  | 'only signs'
  | 'differs in signs';

const reasons: Readonly<Record<Obstacle, string>> = {
  'too long': `The name of their own table would be longer than ${maxTableNameBytes} bytes, or than a key in S3 allows. Correct "event_name" in the source`,
  'too many': `There are ${maxEventTables} tables of events already. Correct "event_name" in the source, or move the files of tables that are not needed out of _schemas/`,
  'of another stream': 'Their own table is that of another stream. Set another "table" for that stream in "streams"',
  'of another stream before':
    'Their own table has files that may belong to another stream, and would be deleted. See "A table is left as it is" in docs/troubleshooting.md',
  'only signs': 'The name of their own table would have no letter and no digit',
  'differs in signs':
    'Their own table is for another event, whose name differs in signs or in letters other than a to z',
};

export class EventTables {
  readonly #options: Options;
  readonly #bySpelling = new Map<string, BatchTable>();
  /** The most recent names, each at its `slotOf`. */
  readonly #recent: (Recent | undefined)[] = Array.from({ length: recentSlots });
  /** The first name that came to each table. */
  readonly #names = new Map<BatchTable, string>();
  readonly #warned = new Set<BatchTable | Obstacle>();
  /** Tables of earlier runs. Names of this run do not replace their events. */
  #registered: RegisteredEvents = new Map();
  /** Names of tables that would be replaced if they got rows, and must not be. */
  #foreign: ReadonlySet<string> = new Set();
  #added = 0;
  #other: BatchTable | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Call it before the first row. */
  expect(registered: RegisteredEvents, foreign: ReadonlySet<string>): void {
    this.#registered = registered;
    this.#foreign = foreign;
  }

  /** The table of events without their own table, once there is one. */
  get other(): BatchTable | undefined {
    return this.#other;
  }

  /** The table of the event whose name is the JSON string bytes[start, end), if it is a recent one. Hot path. */
  recentTableOf(bytes: Uint8Array, start: number, end: number): BatchTable | undefined {
    const recent = this.#recent[slotOf(bytes, start, end)];
    if (recent === undefined || recent.name.length !== end - start) return undefined;
    return standsAt(wordsOf(bytes), start, recent.name) ? recent.table : undefined;
  }

  /** The table of the event whose name is the JSON string bytes[start, end). Undefined if no table can have it. */
  tableOf(bytes: Buffer, start: number, end: number): BatchTable | undefined {
    const isShort = end - start <= maxSpellingBytes;
    const spelling = isShort ? bytes.toString('latin1', start, end) : '';
    const known = isShort ? this.#bySpelling.get(spelling) : undefined;
    const table = known ?? this.#lookUp(String(parseJson(bytes.toString('utf8', start, end))));
    if (table === undefined || !isShort) return table;
    if (this.#bySpelling.size >= maxSpellings) this.#bySpelling.clear();
    this.#bySpelling.set(spelling, table);
    const name = createKnownText(end - start);
    know(name, bytes, start, end);
    this.#recent[slotOf(bytes, start, end)] = { name, table };
    return table;
  }

  #lookUp(event: string): BatchTable | undefined {
    const isShort = event.length <= maxTableNameBytes; // A longer name need not be converted.
    const name = isShort ? eventTableName(event) : '';
    const found = isShort ? this.#named(name, event) : 'too long';
    if (typeof found !== 'string') {
      if (found === this.#other) return found;
      this.#warnOfSharing(found, event);
      return found;
    }
    const other = this.#otherTable();
    this.#warnOf(found, other);
    return other;
  }

  #named(name: string, event: string): BatchTable | Obstacle {
    const { prefix, stream, tables } = this.#options;
    if (!/[a-z0-9]/u.test(name.slice(0, -suffix.length))) return 'only signs';
    const folder = layout.place(prefix, name).folder;
    const known = tables.inFolder(folder);
    if (known !== undefined && known.stream !== stream) return 'of another stream';
    if (this.#foreign.has(name)) return 'of another stream before';
    if (name === otherEvents) return this.#otherTable() ?? 'of another stream';
    const isNew = !this.#registered.has(name);
    const mark = eventMark(event);
    const owner = known === undefined ? this.#registered.get(name) : known.event;
    if (owner !== undefined && owner !== mark) return 'differs in signs';
    if (known !== undefined) return known;
    if (name.length > maxTableNameBytes || !layout.fits(folder)) return 'too long';
    if (isNew) {
      if (this.#registered.size + this.#added >= maxEventTables) return 'too many';
      this.#added += 1;
    }
    return tables.add({ name, stream, event: isNew ? mark : owner, folder, columns });
  }

  /** Undefined if it is the table of another stream. */
  #otherTable(): BatchTable | undefined {
    const { prefix, stream, tables } = this.#options;
    if (this.#foreign.has(otherEvents)) return undefined;
    const folder = layout.place(prefix, otherEvents).folder;
    const known = this.#other ?? tables.inFolder(folder);
    if (known !== undefined && known.stream !== stream) return undefined;
    const withName = { ...columns, event_name: { type: 'string' } };
    this.#other = known ?? tables.add({ name: otherEvents, stream, folder, columns: withName });
    return this.#other;
  }

  #warnOfSharing(table: BatchTable, event: string): void {
    const first = this.#names.get(table) ?? event;
    this.#names.set(table, first);
    if (first === event || this.#warned.has(table)) return;
    this.#warned.add(table);
    this.#options.log(
      'WARN',
      `Several event names share the table "${table.name}": they differ in case${table.event === undefined ? ' or signs' : ''} only. Its rows do not tell them apart.`,
    );
  }

  /** Without the name, which is a value of a record. `other`: the table of these events. */
  #warnOf(obstacle: Obstacle, other: BatchTable | undefined): void {
    if (this.#warned.has(obstacle)) return;
    this.#warned.add(obstacle);
    const { descriptor, log } = this.#options;
    const where =
      other === undefined
        ? `are set aside (no_table), because "${otherEvents}" is the table of another stream`
        : `go into the table "${otherEvents}", with their name in the column "event_name"`;
    log('WARN', `Some events of the stream "${descriptor.name}" ${where}. ${reasons[obstacle]}.`);
  }
}

/** From a few bytes of the string bytes[start, end): one publisher has few names. */
function slotOf(bytes: Uint8Array, start: number, end: number): number {
  const middle = (start + end) >> 1;
  const sum = (bytes[start + 1] as number) * 31 + (bytes[middle] as number) * 7 + (bytes[end - 2] as number) * 3;
  return (sum + (end - start)) % recentSlots;
}

/** Lower case. Every character that is not a letter, digit or underscore becomes an underscore. */
export function eventTableName(event: string): string {
  return `${event.toLowerCase().replaceAll(/[^a-z0-9_]/gu, '_')}${suffix}`;
}

/** Whether `eventTableName` can return that name. */
export function isEventTable(name: string): boolean {
  return /^[a-z0-9_]*_events$/u.test(name);
}
